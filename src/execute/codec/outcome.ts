/** How a shard or a job ended, as bytes; and thrown errors as data and back. */
import { types } from 'node:util'
import { corrupt } from './byte-reader.ts'
import type { DecodeOptions, EncodeOptions, Outcome, ShardPlace, Tail, ThrownError } from './codec.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { ValueError } from './refusal.ts'
import { errorConstructors } from './tags.ts'

const valueKind = 0
const errorKind = 1
/** A value for the first items of a shard: then two float64, how many are left and the mean milliseconds of one, and the value. */
const partKind = 2
const partHeaderBytes = 17

/** @throws ValueError when the value, or what was thrown, cannot travel. */
export function encodeOutcome(outcome: Outcome, options: EncodeOptions = {}): Uint8Array {
  if (outcome.kind === 'value') {
    const { value, tail = null } = outcome
    return tail === null ? prefixed(valueKind, encode(value, options)) : part(tail, encode(value, options))
  }
  const { item, name, message, stack, isError, value, shard } = outcome.error
  const place = shard ? [shard.sequence, shard.index] : null
  return prefixed(errorKind, encode([item, name, message, stack, isError, value, place], options))
}

/** @throws ShoalError SHOAL_VALUE_CORRUPT. */
export function decodeOutcome(bytes: Uint8Array, options: DecodeOptions = {}): Outcome {
  const kind = bytes[0]
  if (kind === valueKind) return { kind: 'value', value: decode(bytes.subarray(1), options) }
  if (kind === partKind) {
    return { kind: 'value', value: decode(bytes.subarray(partHeaderBytes), options), tail: tailOf(bytes) }
  }
  if (kind !== errorKind) throw corrupt('the kind of an outcome is unknown', 0)
  return { kind: 'error', error: thrownError(decode(bytes.subarray(1), options)) }
}

/** What a shard handed back, told without decoding its value; null for all others. @throws ShoalError SHOAL_VALUE_CORRUPT. */
export function tailOf(bytes: Uint8Array): Tail | null {
  if (bytes[0] !== partKind) return null
  if (bytes.byteLength < partHeaderBytes) throw corrupt('an outcome is cut off', 1)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const [left, meanMs] = [view.getFloat64(1), view.getFloat64(9)]
  if (Number.isSafeInteger(left) && left > 0 && meanMs >= 0 && Number.isFinite(meanMs)) return { left, meanMs }
  throw corrupt('a shard hands back no items', 1)
}

/** What user code threw as plain data; parts that cannot travel are left out. `item` is -1 where there is none. */
export function thrownFrom(error: unknown, item: number): ThrownError {
  if (!isError(error)) {
    return { item, name: '', message: text(error), stack: '', isError: false, value: carried(error) }
  }
  const [name, message, stack] = [read(error, 'name'), read(error, 'message'), read(error, 'stack')]
  return {
    item,
    name: text(name),
    message: text(message),
    stack: text(stack ?? ''),
    isError: true,
    value: details(error),
  }
}

/** What `throw` is to throw: the error rebuilt as its builtin kind, or the thrown value itself. */
export function toThrown(thrown: ThrownError): unknown {
  if (!thrown.isError) return thrown.value
  const Constructor = errorConstructors.find(({ name }) => name === thrown.name) ?? Error
  const error: Error = Reflect.construct(
    Constructor,
    Constructor === AggregateError ? [[], thrown.message] : [thrown.message],
  )
  if (error.name !== thrown.name) defineHidden(error, 'name', thrown.name)
  if (thrown.stack !== '') error.stack = thrown.stack
  restoreDetails(error, thrown.value)
  return error
}

/** Own properties beside name, message and stack: visible ones, then the hidden `cause` and `errors`. */
interface Details {
  readonly visible: Readonly<Record<string, unknown>>
  readonly hidden: Readonly<Record<string, unknown>>
}

const hiddenKeys = ['cause', 'errors'] as const
const ownKeys = new Set(['name', 'message', 'stack'])

function details(error: Error): Details {
  const visible: Record<string, unknown> = Object.create(null)
  const hidden: Record<string, unknown> = Object.create(null)
  for (const key of Object.keys(error)) {
    if (!ownKeys.has(key) && !hiddenKeys.some((hiddenKey) => hiddenKey === key)) copyIfCarriable(error, key, visible)
  }
  for (const key of hiddenKeys) if (Object.hasOwn(error, key)) copyIfCarriable(error, key, hidden)
  return { visible, hidden }
}

function copyIfCarriable(error: Error, key: string, into: Record<string, unknown>): void {
  const descriptor = Object.getOwnPropertyDescriptor(error, key)
  if (descriptor === undefined || !('value' in descriptor)) return
  const value = carriable(descriptor.value)
  if (value !== null) into[key] = value.value
}

/** The value boxed, or null when it cannot travel. */
function carriable(value: unknown): { readonly value: unknown } | null {
  try {
    encode(value)
    return { value }
  } catch (refusal) {
    if (refusal instanceof ValueError) return null
    throw refusal
  }
}

function carried(value: unknown): unknown {
  const box = carriable(value)
  return box === null ? text(value) : box.value
}

function restoreDetails(error: Error, value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  const visible: unknown = Reflect.get(value, 'visible')
  const hidden: unknown = Reflect.get(value, 'hidden')
  if (typeof visible === 'object' && visible !== null) {
    for (const [key, part] of Object.entries(visible)) {
      Object.defineProperty(error, key, { value: part, enumerable: true, writable: true, configurable: true })
    }
  }
  if (typeof hidden !== 'object' || hidden === null) return
  for (const [key, part] of Object.entries(hidden)) defineHidden(error, key, part)
}

function defineHidden(error: Error, key: string, value: unknown): void {
  Object.defineProperty(error, key, { value, enumerable: false, writable: true, configurable: true })
}

function thrownError(data: unknown): ThrownError {
  const parts: unknown[] = Array.isArray(data) && data.length === 7 ? data : []
  const [item, name, message, stack, isError, value, place] = parts
  const valid = typeof item === 'number' && typeof name === 'string' && typeof message === 'string'
  if (!valid || typeof stack !== 'string' || typeof isError !== 'boolean')
    throw corrupt('a thrown error is incomplete', 1)
  return { item, name, message, stack, isError, value, shard: shardPlace(place) }
}

function shardPlace(data: unknown): ShardPlace | null {
  if (data === null) return null
  const [sequence, index]: unknown[] = Array.isArray(data) ? data : []
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(index)) throw corrupt('a shard has no place', 1)
  return { sequence: Number(sequence), index: Number(index) }
}

function isError(thrown: unknown): thrown is Error {
  return types.isNativeError(thrown) || (!types.isProxy(thrown) && thrown instanceof Error)
}

/** A property as text; empty when reading it throws. */
function read(error: Error, key: 'name' | 'message' | 'stack'): string {
  try {
    return text(error[key] ?? '')
  } catch {
    return ''
  }
}

/** Text of anything thrown, whatever its `toString` does. */
function text(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that cannot be shown'
  }
}

function part({ left, meanMs }: Tail, bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.byteLength + partHeaderBytes)
  result[0] = partKind
  const view = new DataView(result.buffer)
  view.setFloat64(1, left)
  view.setFloat64(9, meanMs)
  result.set(bytes, partHeaderBytes)
  return result
}

function prefixed(kind: number, bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.byteLength + 1)
  result[0] = kind
  result.set(bytes, 1)
  return result
}
