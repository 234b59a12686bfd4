/** Decodes builtin objects that hold no other objects. */
import type { ByteReader } from './byte-reader.ts'
import { makePooled } from './pooled-buffers.ts'
import { errorConstructors, Tag, type ViewFormat, viewFormats } from './tags.ts'

/** What leaves need from the decoder: bytes, the numbered objects, and decoding of names and numbers. */
export interface Source {
  readonly reader: ByteReader
  readonly objects: object[]
  register<T extends object>(object: T): T
  string(): string
  number(): number
}

export function decodeDate({ reader, register }: Source): Date {
  const time = reader.float64()
  const date = new Date(time)
  if (!Object.is(date.getTime(), time)) throw reader.fail('a date is out of range')
  return register(date)
}

export function decodeRegExp(source: Source): RegExp {
  const text = source.string()
  const flags = source.string()
  const regexp = compile(text, flags, source.reader)
  if (regexp.source !== text || regexp.flags !== flags)
    throw source.reader.fail('a regular expression is not canonical')
  regexp.lastIndex = source.number()
  return source.register(regexp)
}

function compile(text: string, flags: string, reader: ByteReader): RegExp {
  try {
    return new RegExp(text, flags)
  } catch {
    // The engine's message would name a pattern that nobody wrote.
    throw reader.fail('a regular expression is invalid')
  }
}

export function decodeBigInt(reader: ByteReader): bigint {
  const sign = reader.byte()
  const bytes = reader.bytes(reader.count(1))
  const last = bytes.at(-1)
  if (sign > 1 || last === 0 || (sign === 1 && last === undefined)) throw reader.fail('a bigint is not canonical')
  if (last === undefined) return 0n
  const magnitude = BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`)
  return sign === 1 ? -magnitude : magnitude
}

export function decodeArrayBuffer(source: Source): ArrayBuffer {
  return source.register(copyOf(source.reader.bytes(source.reader.count(1))))
}

export function decodeWholeView(source: Source): ArrayBufferView {
  const format = viewFormat(source.reader)
  const size = source.reader.count(1)
  if (size % format.elementBytes !== 0) throw source.reader.fail('a view does not fit its buffer')
  const buffer = source.register(copyOf(source.reader.bytes(size)))
  return source.register(format.make(buffer, 0, size / format.elementBytes))
}

export function decodeView(source: Source): ArrayBufferView {
  const { reader } = source
  const format = viewFormat(reader)
  const tag = reader.byte()
  if (tag !== Tag.arrayBuffer && tag !== Tag.reference) throw reader.fail('a view has no buffer')
  const buffer = tag === Tag.arrayBuffer ? decodeArrayBuffer(source) : source.objects[reader.varint()]
  if (!(buffer instanceof ArrayBuffer)) throw reader.fail('a view refers to something else than a buffer')
  const offset = reader.varint()
  const length = reader.varint()
  const fits = offset % format.elementBytes === 0 && offset + length * format.elementBytes <= buffer.byteLength
  const whole = tag === Tag.arrayBuffer && length * format.elementBytes === buffer.byteLength
  if (!fits || whole) throw reader.fail('a view does not fit its buffer')
  return source.register(format.make(buffer, offset, length))
}

export function decodePooledBuffer(source: Source): Buffer {
  return source.register(makePooled(source.reader.bytes(source.reader.count(1))))
}

/** An error of the builtin kind with this number, with no own properties but the engine's `stack`. */
export function makeError(kind: number, reader: ByteReader): Error {
  const Constructor = errorConstructors[kind]
  if (Constructor === undefined) throw reader.fail('an error is of no known kind')
  const error = Reflect.construct(Constructor, Constructor === AggregateError ? [[]] : [])
  for (const key of Object.getOwnPropertyNames(error)) if (key !== 'stack') delete error[key]
  return error
}

function viewFormat(reader: ByteReader): ViewFormat {
  const format = viewFormats[reader.byte()]
  if (format === undefined) throw reader.fail('a view is of no known kind')
  return format
}

function copyOf(bytes: Uint8Array): ArrayBuffer {
  const buffer = new ArrayBuffer(bytes.byteLength)
  new Uint8Array(buffer).set(bytes)
  return buffer
}
