/** A shard's own containers for a spot's outputs: made from their stands, read out when the shard is done. */
import { assert } from '../../errors.ts'
import { type TypedArray, typedArrays } from '../../execute/codec/typed-arrays.ts'
import type { OutputMeta } from '../codegen/meta.ts'
import type { BestPart } from './bests.ts'
import { mergeRows, partOf, type RowsPart } from './rows.ts'
import type { ShardInput, SharedState, Stand } from './values.ts'

/** Counter values of a shard's items. */
export interface CounterRange {
  /** The lowest, wherever the counter starts. */
  readonly first: number
  readonly last: number
  /** Between neighbours; above 0. */
  readonly step: number
}

/** The counter values of `count` items from `first` on. */
export function counterRange(first: number, count: number, step: number): CounterRange {
  const last = first + (count - 1) * step
  return { first: Math.min(first, last), last: Math.max(first, last), step: Math.abs(step) }
}

/** Cells that a range of counter values covers, cut to what exists: `[from, to)`. */
export function cellRange(stand: Extract<Stand, { is: 'cells' }>, range: CounterRange): { from: number; to: number } {
  const to = stand.stride * range.last + stand.high + 1
  const from = stand.stride * range.first + stand.low
  return stand.fixed
    ? { from: Math.min(Math.max(0, from), stand.length), to: Math.min(Math.max(0, to), stand.length) }
    : { from, to }
}

export function makeStandIns(
  shared: SharedState,
  input: ShardInput | null,
  metas: readonly OutputMeta[],
  range: CounterRange,
): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  metas.forEach(({ name }, index) => {
    const stand = shared.stands[index]
    assert(stand !== undefined, 'every output has a stand')
    if (stand.is !== 'best') made[name] = makeOne(stand, input?.cells[index] ?? null, range)
  })
  return made
}

function makeOne(stand: Exclude<Stand, { is: 'best' }>, cells: unknown, range: CounterRange): unknown {
  switch (stand.is) {
    case 'list':
    case 'texts':
      return []
    case 'keys':
      return Object.create(null)
    case 'map':
      return new Map()
    case 'set':
      return new Set()
    case 'zero':
      return 0
    case 'lowest':
      return Number.NEGATIVE_INFINITY
    case 'highest':
      return Number.POSITIVE_INFINITY
    case 'counts':
      return makeCounts(stand)
    case 'cells':
      return makeCells(stand, cells, range)
  }
}

function makeCounts(stand: Extract<Stand, { is: 'counts' }>): unknown {
  if (stand.kind === 'Object' || stand.kind === 'Bare') {
    const counts: Record<string, number> = stand.kind === 'Bare' ? Object.create(null) : {}
    for (const key of stand.keys) Object.defineProperty(counts, key, { ...ZERO })
    return counts
  }
  // Counts are exact in an array of numbers; the live typed array wraps or rounds when they are added.
  return new Array(stand.length).fill(0)
}

const ZERO = { value: 0, writable: true, enumerable: true, configurable: true }

function makeCells(stand: Extract<Stand, { is: 'cells' }>, cells: unknown, range: CounterRange): unknown {
  const { from, to } = cellRange(stand, range)
  const Type = typedArrays.get(stand.kind)
  if (Type !== undefined) {
    const made = new Type(stand.length)
    if (cells !== null) made.set(cells as never, from)
    return made
  }
  const made: unknown[] = new Array(stand.fixed ? stand.length : Math.max(stand.length, to))
  if (Array.isArray(cells)) {
    cells.forEach((value, offset) => {
      made[from + offset] = value
    })
  }
  return made
}

const SCALAR: ReadonlySet<Stand['is'] | undefined> = new Set(['zero', 'lowest', 'highest', 'best'] as const)

/** What goes back to the root for each output. */
export function readStandIns(
  shared: SharedState,
  made: Readonly<Record<string, unknown>>,
  scalars: Readonly<Record<string, unknown>>,
  metas: readonly OutputMeta[],
  range: CounterRange,
  given: ShardInput | null,
): unknown[] {
  return metas.map(({ name }, index) => {
    const stand = shared.stands[index]
    if (stand?.is === 'cells') {
      const { from, to } = cellRange(stand, range)
      const after = (made[name] as unknown[] | TypedArray).slice(from, to)
      return stand.rows === true ? partOf((given?.cells[index] ?? []) as unknown[], after as unknown[]) : after
    }
    return SCALAR.has(stand?.is) ? scalars[name] : made[name]
  })
}

/** Puts the values of an interrupted run back into fresh stand-ins. */
export function restoreStandIns(
  shared: SharedState,
  made: Record<string, unknown>,
  values: readonly unknown[],
  metas: readonly OutputMeta[],
  range: CounterRange,
  given: ShardInput | null,
): void {
  metas.forEach(({ name, best }, index) => {
    const stand = shared.stands[index]
    if (best !== null) {
      const held = values[index] as BestPart
      best.names.forEach((each, at) => {
        made[each] = held?.values[at]
      })
      return
    }
    made[name] =
      stand?.is === 'cells'
        ? makeCells(stand, cellsFrom(stand, values[index], given?.cells[index]), range)
        : values[index]
  })
}

/** Rows that were kept are the ones the shard was given, with the elements they had. */
function cellsFrom(stand: Extract<Stand, { is: 'cells' }>, held: unknown, given: unknown): unknown {
  if (stand.rows !== true) return held
  const rows = (given as unknown[]).slice()
  mergeRows(rows, 0, held as RowsPart)
  return rows
}
