/** Encodes builtin objects that hold no other objects: dates, regular expressions, buffers and their views. */
import { types } from 'node:util'
import type { ByteWriter } from './byte-writer.ts'
import { hiddenClasses } from './hidden-class.ts'
import type { ObjectTable } from './object-table.ts'
import { isPooled, isPoolMemory } from './pooled-buffers.ts'
import { type Objection, objectionToExtras } from './properties.ts'
import { Tag, type ViewFormat, viewFormats } from './tags.ts'

/** Where leaves go: the bytes, and the numbers of objects. */
export interface Sink {
  readonly writer: ByteWriter
  readonly table: ObjectTable
}

type LeafEncoder = (object: object, sink: Sink) => Objection | null

const encoders = new Map<object, LeafEncoder>([
  [Date.prototype, (object, sink) => (types.isDate(object) ? encodeDate(object, sink) : impostor)],
  [RegExp.prototype, (object, sink) => (types.isRegExp(object) ? encodeRegExp(object, sink) : impostor)],
  [ArrayBuffer.prototype, (object, sink) => (types.isArrayBuffer(object) ? encodeArrayBuffer(object, sink) : impostor)],
])
viewFormats.forEach((format, kind) => {
  const example = format.make(new ArrayBuffer(0), 0, 0)
  encoders.set(format.prototype, (object, sink) =>
    ArrayBuffer.isView(object) && sameKind(object, example)
      ? encodeView(object, kind, format, example, sink)
      : impostor,
  )
})

/** The encoder for objects with this prototype; undefined when they are no leaves. */
export function leafEncoder(prototype: object): LeafEncoder | undefined {
  return encoders.get(prototype)
}

const impostor: Objection = { reason: 'unsupported-builtin', detail: 'a builtin prototype on something else' }

function sameKind(view: ArrayBufferView, example: ArrayBufferView): boolean {
  const tag = (object: object): unknown =>
    Reflect.get(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag, object)
  return tag(view) === tag(example)
}

function encodeDate(date: Date, { writer, table }: Sink): Objection | null {
  const objection = objectionToExtras(date)
  if (objection !== null) return objection
  writer.byte(Tag.date)
  writer.float64(Date.prototype.getTime.call(date))
  return register(table, date)
}

function encodeRegExp(regexp: RegExp, { writer, table }: Sink): Objection | null {
  const objection = objectionToExtras(regexp, ['lastIndex'])
  if (objection !== null) return objection
  const lastIndex: unknown = regexp.lastIndex
  if (typeof lastIndex !== 'number' || !Object.getOwnPropertyDescriptor(regexp, 'lastIndex')?.writable) {
    return { reason: 'unusual-property', key: 'lastIndex' }
  }
  writer.byte(Tag.regexp)
  writer.string(regexp.source)
  writer.string(regexp.flags)
  writer.number(lastIndex)
  return register(table, regexp)
}

function encodeArrayBuffer(buffer: ArrayBuffer, { writer, table }: Sink): Objection | null {
  const objection = objectionToBuffer(buffer, table)
  if (objection !== null) return objection
  writer.byte(Tag.arrayBuffer)
  writer.varint(buffer.byteLength)
  writer.bytes(new Uint8Array(buffer))
  return register(table, buffer)
}

function encodeView(
  view: ArrayBufferView,
  kind: number,
  format: ViewFormat,
  example: ArrayBufferView,
  sink: Sink,
): Objection | null {
  const { writer, table } = sink
  const objection = objectionToView(view, example)
  if (objection !== null) return objection
  const { buffer, byteOffset, byteLength } = view
  const number = table.find(buffer)
  if (number < 0 && Buffer.isBuffer(view) && isPooled(view)) return encodePooled(view, sink)
  if (number < 0 && byteLength === buffer.byteLength) return encodeWholeView(view, kind, sink)
  writer.byte(Tag.view)
  writer.byte(kind)
  if (number < 0) {
    const found = types.isSharedArrayBuffer(buffer) ? sharedMemory : encodeArrayBuffer(buffer as ArrayBuffer, sink)
    if (found !== null) return found
  } else {
    writer.byte(Tag.reference)
    writer.varint(number)
  }
  writer.varint(byteOffset)
  writer.varint(byteLength / format.elementBytes)
  return register(table, view)
}

const sharedMemory: Objection = { reason: 'shared-memory' }

function encodeWholeView(view: ArrayBufferView, kind: number, { writer, table }: Sink): Objection | null {
  const { buffer } = view
  const objection = types.isSharedArrayBuffer(buffer) ? sharedMemory : objectionToBuffer(buffer as ArrayBuffer, table)
  if (objection !== null) return objection
  writer.byte(Tag.wholeView)
  writer.byte(kind)
  writer.varint(view.byteLength)
  writer.bytes(new Uint8Array(buffer))
  return register(table, buffer) ?? register(table, view)
}

function encodePooled(view: Buffer, { writer, table }: Sink): Objection | null {
  if (!table.addPoolPart(view.buffer, view.byteOffset, view.byteOffset + view.byteLength)) {
    return { reason: 'pooled-buffer' }
  }
  writer.byte(Tag.pooledBuffer)
  writer.varint(view.byteLength)
  writer.bytes(view)
  return register(table, view)
}

function objectionToView(view: ArrayBufferView, example: ArrayBufferView): Objection | null {
  if (hiddenClasses?.same(view, example)) return null
  const elements = types.isDataView(view) ? 0 : (view as Uint8Array).length
  const names = Object.getOwnPropertyNames(view)
  if (names.length > elements) return objectionToExtras(view) ?? { reason: 'extra-property', key: names.at(-1) ?? '' }
  return objectionToExtras(view, names)
}

function objectionToBuffer(buffer: ArrayBuffer, table: ObjectTable): Objection | null {
  if (buffer.resizable) return { reason: 'resizable-buffer' }
  if (buffer.detached) return { reason: 'detached-buffer' }
  if (isPoolMemory(buffer) || table.hasPoolParts(buffer)) return { reason: 'pooled-buffer' }
  if (Object.getPrototypeOf(buffer) !== ArrayBuffer.prototype) return { reason: 'subclassed-builtin' }
  return objectionToExtras(buffer)
}

function register(table: ObjectTable, object: object): Objection | null {
  table.claim(object)
  return !table.full ? null : { reason: 'too-large', detail: 'too many objects' }
}
