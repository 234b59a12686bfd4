/** Lists of which each shard gets the part that its iterations read. */
import { types } from 'node:util'
import { type TypedArray, typedArrays, typedKind } from '../../execute/codec/typed-arrays.ts'
import { type SpotMeta, WHOLE_LIST } from '../codegen/meta.ts'
import { isPlainArray } from './live.ts'
import type { DecodedShared } from './shared.ts'
import type { CounterRange } from './stand-ins.ts'
import type { ListStand, ShardInput, SharedState, SlicePart } from './values.ts'

/** The part that one iteration reads, as generated code states it. */
export interface SliceClaim {
  /** First and last index for a value of the counter. */
  at(counter: number): readonly [number, number]
  readonly names: readonly unknown[]
}

/** A list that is sent in parts. */
export interface Sliced {
  readonly name: string
  readonly value: unknown[] | TypedArray
  readonly stand: ListStand
  readonly claim: SliceClaim
}

/** Beyond this many times its length in parts a list goes as a whole: that is sent once per hub. */
const PARTS_MAX = 2

/** The list as it is sent in parts to shards of these ranges; null when it has to be sent as a whole. */
export function slicedFor(
  name: string,
  value: unknown,
  claim: SliceClaim | undefined,
  ranges: readonly CounterRange[],
): Sliced | null {
  const kind = typedKind(value) ?? (isPlainArray(value) && !types.isProxy(value) ? 'Array' : null)
  if (kind === null || claim === undefined) return null
  if (!claim.names.every((each) => Number.isSafeInteger(each) && Number(each) >= 0)) return null
  const list = value as unknown[] | TypedArray
  const sliced: Sliced = { name, value: list, stand: { kind, length: list.length }, claim }
  let sent = 0
  for (const range of ranges) {
    const bounds = boundsFor(sliced, range)
    if (bounds === null || readsNames(sliced, range)) return null
    sent += bounds.to - bounds.from
  }
  return sent <= PARTS_MAX * list.length ? sliced : null
}

/** The part for one shard. */
export function partFor(sliced: Sliced, range: CounterRange): SlicePart {
  const { from, to } = boundsFor(sliced, range) ?? { from: 0, to: sliced.value.length }
  return { from, values: sliced.value.slice(from, to) }
}

/** A list of the full length in which only the part is there; nothing else of it is read. */
function listFrom({ kind, length }: ListStand, { from, values }: SlicePart): unknown {
  const Type = typedArrays.get(kind)
  if (Type !== undefined) {
    const made = new Type(length)
    made.set(values as never, from)
    return made
  }
  const made: unknown[] = new Array(length)
  ;(values as unknown[]).forEach((value, offset) => {
    made[from + offset] = value
  })
  return made
}

/** The lists of which a shard has a part, by name. */
export function listsFrom(meta: SpotMeta, { lists }: SharedState, input: ShardInput | null): Record<string, unknown> {
  const made: Record<string, unknown> = {}
  meta.slices.forEach((name, index) => {
    const [stand, part] = [lists[index] ?? null, input?.parts[index] ?? null]
    if (stand !== null && part !== null) made[name] = listFrom(stand, part)
  })
  return made
}

/** What a shard was sent; its items are in the whole list, where that was sent. */
export function inputFrom(
  { state }: DecodedShared,
  input: ShardInput,
  { lo, hi }: { lo: number; hi: number },
): ShardInput {
  const whole = state.captures[WHOLE_LIST] as unknown[] | undefined
  return whole === undefined ? input : { ...input, items: whole.slice(lo, hi) }
}

/** Formulas are linear in the counter: what lies between its ends lies between theirs. */
function boundsFor({ claim, value }: Sliced, { first, last }: CounterRange): { from: number; to: number } | null {
  const ends = [...claim.at(first), ...claim.at(last)]
  if (!ends.every(Number.isSafeInteger)) return null
  const from = Math.min(value.length, Math.max(0, Math.min(...ends)))
  return { from, to: Math.max(from, Math.min(value.length, Math.max(...ends) + 1)) }
}

/** In front of its first element an array may have properties by names like `-1`, which no part carries. */
function readsNames({ claim, value, stand }: Sliced, { first, last }: CounterRange): boolean {
  if (stand.kind !== 'Array' || Math.min(...claim.at(first), ...claim.at(last)) >= 0) return false
  // The elements' names come first, then `length`, then what was put beside them.
  return Object.getOwnPropertyNames(value).at(-1) !== 'length'
}
