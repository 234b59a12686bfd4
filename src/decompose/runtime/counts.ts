/** Counts per key in live containers: what stands in for them, and when what shards counted can be added exactly. */
import { type TypedArray, typedKind } from '../../execute/codec/typed-arrays.ts'
import { isPlainArray, isPlainObject, type Live } from './live.ts'
import type { Stand } from './values.ts'

/** What stands in for a container of counts or sums by key or index; or why it must be written in place. */
export function countsStand(how: 'tallyKeys' | 'sumKeys', value: unknown): Stand | string {
  const kind = typedKind(value)
  if (kind?.startsWith('Big')) return 'holds bigints'
  if (kind === 'Uint8ClampedArray' && how === 'sumKeys') return 'cuts what is put in'
  if (kind !== null) return { is: 'counts', kind, length: (value as TypedArray).length, keys: [] }
  // Some forms ask whether there is a count, some what it is: nothing must be there under the name of one.
  if (isPlainArray(value)) {
    const isFull = Array.from(value).every((count) => count != null)
    return isFull ? { is: 'counts', kind: 'Array', length: value.length, keys: [] } : 'holds something that is no count'
  }
  if (!isPlainObject(value)) return 'is no plain object or array'
  // What is no count is not there in a shard, and so is noticed when it is touched.
  const keys = Object.keys(value).filter((key) => isCount(value[key]))
  return { is: 'counts', kind: Object.getPrototypeOf(value) === null ? 'Bare' : 'Object', length: 0, keys }
}

/** A number to which integers can be added in any order. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && !Object.is(value, -0)
}

/** So far from the last safe integer that whatever is counted on the way stays exact, whichever way it goes. */
const HELD_MAX = 2 ** 52

/** @param of number of parts: together they must stay exact, too */
export function staysExact(held: unknown, count: unknown, of: number): boolean {
  if (!Number.isSafeInteger(held) || !Number.isSafeInteger(count)) return false
  return Math.abs(Number(held)) <= HELD_MAX && Number.isSafeInteger(Math.abs(Number(count)) * of + HELD_MAX)
}

export function objectionToCounts(
  part: ReadonlyMap<unknown, unknown>,
  of: number,
  held: ReadonlyMap<unknown, unknown>,
): string | null {
  for (const [key, count] of part) {
    if (held.has(key) && !isCount(held.get(key))) return 'a count is no integer'
    if (!Number.isSafeInteger(count)) return 'a count is no integer'
    if (!staysExact(held.get(key) ?? 0, count, of)) return 'a count is no safe integer'
  }
  return null
}

export function objectionToKeyCounts({ stand, value }: Live, part: Record<string, unknown>, of: number): string | null {
  const objection = objectionToKeys(stand, value, part)
  if (objection !== null) return objection
  const held = value as Record<string, unknown>
  for (const [key, count] of Object.entries(part)) {
    if (count === 0) continue
    const now = Object.hasOwn(held, key) ? held[key] : 0
    if (!isCount(now) || !staysExact(now, count, of)) return 'a count is no safe integer'
    if (isSingle(stand) && Math.abs(Number(now)) + Math.abs(Number(count)) * of > SINGLE_MAX) return TOO_LARGE
  }
  return null
}

/** Why the keys that a shard touched cannot be those of the live container, or null. */
export function objectionToKeys(stand: Stand, value: unknown, part: Record<string, unknown>): string | null {
  if (stand.is !== 'counts') return 'no counts'
  const isIndexed = stand.kind !== 'Object' && stand.kind !== 'Bare'
  if (isIndexed) {
    const fits = part.length === stand.length && Object.keys(part).length === stand.length
    return fits ? null : 'an index is out of range'
  }
  for (const [key, count] of Object.entries(part)) {
    if (!Number.isSafeInteger(count)) return 'a count is no integer'
    if (!Object.hasOwn(value as object, key)) {
      // `if (!counts[k]) counts[k] = 0` finds what every object has under the name, once: each shard would find it again.
      if (key in (value as object)) return 'a key is a name that every object has'
    } else if (!isCount(Reflect.get(value as object, key))) return 'a count is no integer'
  }
  return null
}

export const TOO_LARGE = 'a count is too large for its array'
/** Up to here a single-precision float holds every integer. */
export const SINGLE_MAX = 2 ** 24

export function isSingle(stand: Stand): boolean {
  return stand.is === 'counts' && stand.kind === 'Float32Array'
}

/** Adds what a shard counted to a live Map, object or array. */
export function addCounts(value: unknown, part: unknown): void {
  if (value instanceof Map) {
    for (const [key, count] of part as Map<unknown, number>) value.set(key, (value.get(key) ?? 0) + count)
    return
  }
  const counts = value as Record<string, number>
  for (const [key, count] of Object.entries(part as Record<string, number>)) {
    if (!Object.hasOwn(counts, key)) counts[key] = count
    else if (count !== 0) counts[key] = (counts[key] ?? 0) + count
  }
}
