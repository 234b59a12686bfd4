/** The value format's alphabet: one byte says what follows. The layout is described in docs/reference/value-format.md. */

import { typedArrays } from './typed-arrays.ts'

/** First byte of every encoded value. Raised when the layout changes. */
export const formatVersion = 1

/** `0x80 | n` is the integer n of 0..127; `0x40 | n` is a latin1 string of n bytes, 0..63. */
export const smallIntegerBit = 0x80
export const smallIntegerMax = 0x7f
export const shortStringBit = 0x40
export const shortStringMax = 0x3f

export const Tag = {
  undefined: 1,
  null: 2,
  false: 3,
  true: 4,
  /** Zigzag varint, 32-bit range. */
  integer: 5,
  float64: 6,
  /** Sign byte, varint byte count, magnitude little-endian without leading zero. */
  bigint: 7,
  latin1: 8,
  utf16: 9,
  /** Varint number of an object met before. */
  reference: 10,
  /** An object too deep to be written here: its opening now, its body after the value, first in first out. */
  deferred: 11,
  /** Dense array: varint length, elements. */
  array: 12,
  /** Dense array of two or more numbers that are not all 32-bit integers: varint length, float64s. */
  numberArray: 13,
  /** Array with holes: varint length, varint count, pairs of ascending index and value. */
  sparseArray: 14,
  object: 15,
  nullObject: 16,
  /** Instance of a class of the module: class number, then like an object. */
  instance: 17,
  map: 18,
  set: 19,
  date: 20,
  regexp: 21,
  error: 22,
  arrayBuffer: 23,
  /** View kind, buffer (inline or reference), varint offset, varint length. */
  view: 24,
  /** View kind, varint byte count, bytes: a view of the whole of a buffer not met before. */
  wholeView: 25,
  /** A Buffer cut from Node's shared pool: carried alone, without the rest of the pool. */
  pooledBuffer: 26,
  /** Dense array of one or more 32-bit integers: varint length, zigzag varints. */
  integerArray: 27,
  /** Varint number of a value that the reader has from elsewhere: the result of a shard that this one waits for. */
  parent: 28,
} as const

/** Objects nested deeper than this are deferred, so that neither side needs stack for deep values. */
export const depthMax = 96

/** Objects with more own keys than this list their keys themselves instead of by shape. */
export const shapeKeysMax = 64
/** Distinct key lists one value may define; objects beyond list their keys themselves. */
export const shapesMax = 4096

/** Order is part of the format. */
export const viewKinds = [
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
  'Int16Array',
  'Uint16Array',
  'Int32Array',
  'Uint32Array',
  'Float32Array',
  'Float64Array',
  'BigInt64Array',
  'BigUint64Array',
  'DataView',
  'Buffer',
] as const

export type ViewKind = (typeof viewKinds)[number]

/** What the kinds have in common as constructors over a buffer. */
export interface ViewFormat {
  readonly kind: ViewKind
  readonly prototype: object
  readonly elementBytes: number
  make(buffer: ArrayBuffer, offset: number, length: number): ArrayBufferView
}

export const viewFormats: readonly ViewFormat[] = viewKinds.map((kind) => {
  if (kind === 'Buffer') {
    return {
      kind,
      prototype: Buffer.prototype,
      elementBytes: 1,
      make: (buffer, at, size) => Buffer.from(buffer, at, size),
    }
  }
  const View = kind === 'DataView' ? DataView : typedArrays.get(kind)
  if (View === undefined) throw new Error(`assertion failed: ${kind} is a typed array`)
  return {
    kind,
    prototype: View.prototype,
    elementBytes: 'BYTES_PER_ELEMENT' in View ? View.BYTES_PER_ELEMENT : 1,
    make: (buffer, offset, length) => new View(buffer, offset, length),
  }
})

/** Order is part of the format. */
export const errorConstructors = [
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
] as const
