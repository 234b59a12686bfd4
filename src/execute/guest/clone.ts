/** Structured clones in an isolate: plain data with its sharing, instances as plain objects, functions refused. */
import { types } from './types.ts'

const { apply } = Reflect
const { slice } = ArrayBuffer.prototype

/** @throws Error named DataCloneError for what cannot be cloned. */
export function structuredClone(value: unknown): unknown {
  return cloneOf(value, new Map())
}

function cloneOf(value: unknown, made: Map<object, object>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw refusal(value)
  if (typeof value !== 'object' || value === null) return value
  const known = made.get(value)
  if (known !== undefined) return known
  return builtinClone(value, made) ?? ownClone(value, made)
}

function builtinClone(value: object, made: Map<object, object>): object | null {
  const keep = <T extends object>(clone: T): T => {
    made.set(value, clone)
    return clone
  }
  if (types.isDate(value)) return keep(new Date((value as Date).getTime()))
  if (types.isRegExp(value)) return keep(new RegExp((value as RegExp).source, (value as RegExp).flags))
  if (types.isBoxedPrimitive(value)) {
    const held = (value as { valueOf(): unknown }).valueOf()
    if (typeof held === 'symbol') throw refusal(value)
    return keep(Object(held))
  }
  if (types.isArrayBuffer(value)) return keep(bufferClone(value as ArrayBuffer))
  // Clones share it.
  if (types.isSharedArrayBuffer(value)) return keep(value)
  if (ArrayBuffer.isView(value)) return keep(viewClone(value, made))
  if (types.isMap(value)) {
    const map = keep(new Map())
    for (const [key, held] of [...(value as Map<unknown, unknown>)]) map.set(cloneOf(key, made), cloneOf(held, made))
    return map
  }
  if (types.isSet(value)) {
    const set = keep(new Set())
    for (const held of [...(value as Set<unknown>)]) set.add(cloneOf(held, made))
    return set
  }
  if (types.isNativeError(value)) return keep(errorClone(value as Error))
  const refused = types.isPromise(value) || types.isWeakMap(value) || types.isWeakSet(value) || types.isProxy(value)
  if (refused || types.isGeneratorObject(value) || types.isArgumentsObject(value) || types.isHidden(value))
    throw refusal(value)
  return null
}

/** @throws TypeError for a detached one. */
function bufferClone(buffer: ArrayBuffer): ArrayBuffer {
  if (!buffer.resizable) return apply(slice, buffer, [0])
  const clone = new ArrayBuffer(buffer.byteLength, { maxByteLength: buffer.maxByteLength })
  new Uint8Array(clone).set(new Uint8Array(buffer))
  return clone
}

function ownClone(value: object, made: Map<object, object>): object {
  const clone: Record<string, unknown> | unknown[] = Array.isArray(value) ? new Array(value.length) : {}
  made.set(value, clone)
  for (const key of Object.keys(value)) {
    const held = cloneOf(Reflect.get(value, key), made)
    Object.defineProperty(clone, key, { value: held, enumerable: true, writable: true, configurable: true })
  }
  return clone
}

function viewClone(view: ArrayBufferView, made: Map<object, object>): ArrayBufferView {
  const buffer = cloneOf(view.buffer, made) as ArrayBuffer
  if (view instanceof DataView) return new DataView(buffer, view.byteOffset, view.byteLength)
  const kind = (view as Uint8Array)[Symbol.toStringTag]
  const Kind = Reflect.get(globalThis, kind) as Uint8ArrayConstructor
  return new Kind(buffer, view.byteOffset, (view as Uint8Array).length)
}

function errorClone(error: Error): Error {
  const kinds = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]
  const Kind = kinds.find(({ name }) => name === error.name) ?? Error
  const clone = new Kind(error.message)
  if (typeof error.stack === 'string') clone.stack = error.stack
  return clone
}

function refusal(value: unknown): Error {
  const shown = typeof value === 'object' ? Object.prototype.toString.call(value) : String(value)
  return Object.assign(new Error(`${shown} could not be cloned.`), { name: 'DataCloneError', code: 25 })
}
