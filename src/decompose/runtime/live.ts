/** The live containers of a spot's outputs in the root: are they what was expected, and how parts are merged into them. */

import { typedKind } from '../../execute/codec/typed-arrays.ts'
import type { OutputMeta } from '../codegen/meta.ts'
import { addCounts, countsStand, objectionToCounts, objectionToKeyCounts, staysExact } from './counts.ts'
import { added } from './fold-visit.ts'
import { mergeGroups, objectionToGroups } from './groups.ts'
import { type IntegerSum, integerSum, isExact, joined } from './integers.ts'
import { type KeySums, objectionToKeySums } from './key-sums.ts'
import { mergeRows, type RowsPart, rowsOf } from './rows.ts'
import { type CounterRange, cellRange } from './stand-ins.ts'
import type { Stand } from './values.ts'

/** Cells of a `cells` output as generated code states them. */
export interface CellsClaim {
  readonly stride: unknown
  readonly low: unknown
  readonly high: unknown
  readonly names: readonly unknown[]
}

/** The live side of one output. */
export interface Live {
  readonly meta: OutputMeta
  readonly value: unknown
  readonly stand: Stand
}

/** Looks at a live output. @returns what stands in for it in shards, or the reason why it must be written in place. */
export function lookAt(
  meta: OutputMeta,
  value: unknown,
  claim: CellsClaim | undefined,
  range: CounterRange,
): Live | string {
  const stand = standFor(meta, value, claim, range)
  return typeof stand === 'string' ? `${meta.name} ${stand}` : { meta, value, stand }
}

function standFor(
  meta: OutputMeta,
  value: unknown,
  claim: CellsClaim | undefined,
  range: CounterRange,
): Stand | string {
  switch (meta.how) {
    case 'push':
      return isPlainArray(value) && !Object.hasOwn(value, 'push') ? { is: 'list' } : 'is no plain array'
    case 'set':
      return isPlain(value, Map.prototype) ? { is: 'map' } : 'is no plain Map'
    case 'add':
      return isPlain(value, Set.prototype) ? { is: 'set' } : 'is no plain Set'
    case 'put':
      return isPlainArray(value) || typedKind(value) !== null || isPlainObject(value)
        ? { is: 'keys' }
        : 'is no plain object or array'
    case 'sum':
      if (meta.integers && !Number.isSafeInteger(value) && !/^(bigint|string)$/.test(typeof value))
        return 'is no integer'
      if (meta.integers && typeof value === 'string') return meta.operator === '+' ? { is: 'texts' } : 'is no number'
      return /^(number|bigint|string)$/.test(typeof value) ? { is: 'list' } : 'is nothing to add to'
    case 'count':
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? { is: 'zero' } : 'is no integer'
    case 'max':
    case 'min':
      return typeof value === 'number' ? { is: meta.how === 'max' ? 'lowest' : 'highest' } : 'is no number'
    case 'tallyMap':
    case 'sumMap':
    case 'groupMap':
      return isPlain(value, Map.prototype) ? { is: 'map' } : 'is no plain Map'
    case 'tallyKeys':
    case 'sumKeys':
      return countsStand(meta.how, value)
    case 'cells':
      return cellsStand(meta, value, claim, range)
    case 'rows':
      return rowsStand(meta, value, claim, range)
    case 'best':
      return { is: 'best' }
    case 'groupKeys':
      return isPlainObject(value) ? { is: 'keys' } : 'is no plain object'
  }
}

function cellsStand(
  meta: OutputMeta,
  value: unknown,
  claim: CellsClaim | undefined,
  range: CounterRange,
): Stand | string {
  const kind = typedKind(value) ?? (isPlainArray(value) ? 'Array' : null)
  if (kind === null) return 'is no plain array'
  const { stride, low, high, names } = claim ?? { stride: 0, low: 0, high: 0, names: [] }
  if (!names.every((name) => Number.isSafeInteger(name) && Number(name) >= 0))
    return 'is indexed by something that is no integer'
  if (!isIndex(stride) || !isIndex(low) || !isIndex(high) || stride < 1 || high - low >= stride * range.step)
    return 'has cells that overlap'
  const length = (value as ArrayLike<unknown>).length
  const stand = { is: 'cells', kind, length, stride, low, high, fixed: kind !== 'Array' } as const
  if (stand.fixed) return stand
  const covered = cellRange(stand, range)
  if (covered.from < 0) return 'is written before its start'
  if (covered.to > 2 ** 31) return 'is too long'
  if (covered.to <= length) return { ...stand, fixed: true }
  return meta.readsLength ? 'grows while its length is read' : stand
}

function rowsStand(
  meta: OutputMeta,
  value: unknown,
  claim: CellsClaim | undefined,
  range: CounterRange,
): Stand | string {
  if (!isPlainArray(value)) return 'is no plain array'
  const stand = cellsStand(meta, value, claim, range)
  if (typeof stand === 'string' || stand.is !== 'cells') return stand
  const { from, to } = cellRange(stand, range)
  const rows = rowsOf(value.slice(from, to))
  return typeof rows === 'string' ? rows : { ...stand, rows: true }
}

/** Arrays in the cells of an output that shards write into. */
export function writtenRows({ value, stand }: Live, range: CounterRange): readonly unknown[] {
  if (stand.is !== 'cells' || stand.rows !== true) return []
  const { from, to } = cellRange(stand, range)
  const rows = rowsOf((value as unknown[]).slice(from, to))
  return typeof rows === 'string' ? [] : rows
}

function isIndex(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

export function isPlainArray(value: unknown): value is unknown[] {
  return Array.isArray(value) && isPlain(value, Array.prototype) && !Object.hasOwn(value, 'constructor')
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(Object.getOwnPropertyDescriptors(value)).every((property) => property.writable === true)
}

/** A genuine builtin object with nothing of its own in the way; a proxy shows the prototype but is none. */
export function isPlain(value: unknown, prototype: object): boolean {
  if (typeof value !== 'object' || value === null || !Object.isExtensible(value)) return false
  if (Object.getPrototypeOf(value) !== prototype) return false
  return prototype === Array.prototype || Reflect.ownKeys(value).length === 0
}

/** @returns why the parts of all shards cannot be merged exactly, or null. Nothing is changed. */
export function objectionToParts(live: Live, parts: readonly unknown[]): string | null {
  if (live.meta.integers) return objectionToSums(live, parts)
  if (live.meta.how === 'sumMap' || live.meta.how === 'sumKeys')
    return objectionToKeySums(live, parts as readonly KeySums[])
  for (const part of parts) {
    const objection = objectionToPart(live, part, parts.length)
    if (objection !== null) return objection
  }
  return null
}

function objectionToSums({ value }: Live, parts: readonly unknown[]): string | null {
  let all = integerSum([])
  for (const part of parts) {
    if (all === null || part === null) return 'what is added is no integer'
    all = joined(all, part as IntegerSum)
  }
  return all !== null && isExact(value, all) ? null : 'sums leave the safe integers'
}

/** @param of number of parts: together they must stay exact, too */
function objectionToPart(live: Live, part: unknown, of: number): string | null {
  const { meta, value } = live
  switch (meta.how) {
    case 'count':
      return staysExact(value, part, of) ? null : 'counts leave the safe integers'
    case 'max':
    case 'min':
      return typeof part === 'number' ? null : 'an extreme is no number'
    case 'sum':
      // Mixed kinds may throw halfway: then the loop itself has to.
      return (part as unknown[]).every((entry) => typeof entry === typeof value)
        ? null
        : 'what is added is of another kind'
    case 'tallyMap':
      return part instanceof Map ? objectionToCounts(part, of, value as Map<unknown, unknown>) : 'no counts'
    case 'tallyKeys':
      return objectionToKeyCounts(live, part as Record<string, unknown>, of)
    case 'groupMap':
    case 'groupKeys':
      return objectionToGroups(value, part)
    case 'put':
      return objectionToPut(value, part as Record<string, unknown>)
    default:
      return null
  }
}

/** A typed array converts what is put in; what it would refuse must be refused at its own place. */
function objectionToPut(value: unknown, part: Record<string, unknown>): string | null {
  const kind = typedKind(value)
  const keys = Object.keys(part)
  if (keys.includes('__proto__')) return 'a key is __proto__'
  // `length` and the like do more than hold a value.
  if ((kind !== null || Array.isArray(value)) && !keys.every((key) => /^\d+$/.test(key)))
    return 'an index is no integer'
  if (kind === null) return null
  const wanted = kind.startsWith('Big') ? 'bigint' : 'number'
  return Object.values(part).every((entry) => typeof entry === wanted) ? null : 'a value does not fit its array'
}

/** Merges a part into a live container. Scalars are returned instead: the user's code rebinds them. */
export function mergePart(live: Live, part: unknown, range: CounterRange, held: unknown): unknown {
  const { value, stand } = live
  switch (live.meta.how) {
    case 'push':
      for (const entry of part as unknown[]) (value as unknown[]).push(entry)
      return undefined
    case 'rows':
      mergeRows(value as unknown[], cellRange(stand as Extract<Stand, { is: 'cells' }>, range).from, part as RowsPart)
      return undefined
    case 'cells':
      mergeCells(live, part, stand as Extract<Stand, { is: 'cells' }>, range)
      return undefined
    case 'put':
      for (const [key, entry] of Object.entries(part as object)) (value as Record<string, unknown>)[key] = entry
      return undefined
    case 'set':
      for (const [key, entry] of part as Map<unknown, unknown>) (value as Map<unknown, unknown>).set(key, entry)
      return undefined
    case 'add':
      for (const entry of part as Set<unknown>) (value as Set<unknown>).add(entry)
      return undefined
    case 'tallyMap':
    case 'tallyKeys':
      addCounts(value, part)
      return undefined
    case 'sumMap':
    case 'sumKeys':
      addCounts(value, (part as KeySums).values)
      return undefined
    case 'groupMap':
    case 'groupKeys':
      mergeGroups(value, part)
      return undefined
    case 'sum':
      if (live.meta.integers) return withSum(live.meta.operator, held, part as IntegerSum)
      return (part as unknown[]).reduce((sum, entry) => added(live.meta.operator, sum, entry), held)
    case 'count':
      return Number(held) + Number(part)
    case 'max':
      return Math.max(Number(held), Number(part))
    case 'min':
      return Math.min(Number(held), Number(part))
    case 'best':
      // Several variables at once: whoever merges asks the root for what it holds.
      return undefined
  }
}

function withSum(operator: string, held: unknown, part: IntegerSum): unknown {
  return part.count === 0 ? held : added(operator, held, part.sum)
}

function mergeCells(live: Live, part: unknown, stand: Extract<Stand, { is: 'cells' }>, range: CounterRange): void {
  const { from } = cellRange(stand, range)
  if (typedKind(live.value) !== null) {
    ;(live.value as Uint8Array).set(part as Uint8Array, from)
    return
  }
  const cells = live.value as unknown[]
  ;(part as unknown[]).forEach((entry, offset) => {
    cells[from + offset] = entry
  })
}

/** The live cells a shard starts from; null when they are typed and all zero. */
export function cellsFor(live: Live, range: CounterRange): unknown {
  if (live.stand.is !== 'cells') return null
  const { from, to } = cellRange(live.stand, range)
  if (typedKind(live.value) === null) return (live.value as unknown[]).slice(from, to)
  const cells = (live.value as Uint8Array).slice(from, to)
  return new Uint8Array(cells.buffer).every((byte) => byte === 0) ? null : cells
}
