/** Runs the rest of a visit as shards and brings in what they made; what a slow shard hands back is cut and sent out again. */
import type { ShardPlace } from '../../execute/codec/codec.ts'
import { tailOf } from '../../execute/codec/outcome.ts'
import { decomposeLimits } from '../../limits.ts'
import { type Cut, shardItems, tailSequence } from '../../program/family.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import { failedAudit } from './audit.ts'
import {
  type Access,
  errorLine,
  type Items,
  mergeResult,
  objectionToResults,
  type Prepared,
  prepare,
  rangeOf,
  readOutcome,
} from './family.ts'
import { evenCut, guidedCut } from './granularity.ts'
import type { ShardResult } from './values.ts'
import { verdictOf } from './verdict.ts'
import type { RootSetting, Segment } from './visit.ts'

/** What shards gave back, ready to be merged one after the other. */
export interface Harvest {
  /** Merges the outputs of the next stretch; null when there is none left. Throws where a shard was condemned. */
  next(): { readonly result: ShardResult; readonly segment: Segment } | null
  /** True when what comes after has to run in place, because a shard threw or cannot be merged. */
  readonly stopped: boolean
  /** What `next` throws at the end of what there is: the hubs have condemned a shard. */
  readonly verdict: Error | null
}

/** A visit as shards see it. */
interface Field {
  readonly setting: RootSetting
  readonly meta: SpotMeta
  readonly access: Access
  readonly items: Items
  readonly spot: number
}

/** One stretch of items with what a shard made of it. */
interface Part {
  readonly prepared: Prepared
  readonly result: ShardResult
  readonly segment: Segment
}

/** Parts in order, up to the first shard that threw or could not be sent. */
interface Gathered {
  readonly parts: readonly Part[]
  readonly stop: Stop | null
}

interface Stop {
  readonly why: string
  readonly place: ShardPlace | null
  /** To be thrown, where the hubs have condemned the shard. */
  readonly verdict?: Error | null
}

/** One shard changed what it was given: nothing of the family counts, the spot runs in place. */
const distrusted: Gathered = {
  parts: [],
  stop: { why: 'an audit found that iterations change their inputs', place: null },
}

/** Runs the cut's shards elsewhere. @returns null when the spot has to stay in place. */
export async function shardOut(
  setting: RootSetting,
  meta: SpotMeta,
  access: Access,
  items: Items,
  cut: Cut,
  at: { readonly spot: number; readonly sequence: number; readonly meanMs: number },
): Promise<Harvest | null> {
  const field: Field = { setting, meta, access, items, spot: at.spot }
  const gathered = await gather(field, cut, at.sequence, at.meanMs)
  if (gathered.parts.length === 0 && gathered.stop?.place === null) {
    setting.stayed(meta, gathered.stop.why)
    return null
  }
  const { parts, stop } = untilEnd(meta, gathered)
  const [first] = parts
  const results = parts.map((part) => part.result)
  const objection = first === undefined ? null : objectionToResults(first.prepared, results)
  if (objection !== null) {
    setting.stayed(meta, objection)
    return null
  }
  if (stop !== null) {
    setting.stayed(meta, stop.place === null ? stop.why : `shard ${stop.place.index} ended with ${stop.why}`)
    if (stop.place !== null) setting.threw(stop.place, stop.why)
  }
  const queue = parts.values()
  return {
    stopped: stop !== null,
    verdict: stop?.verdict ?? null,
    next() {
      const { value: part } = queue.next()
      if (part === undefined && stop?.verdict) throw stop.verdict
      if (part === undefined) return null
      const { prepared, result, segment } = part
      const { from, to } = segment
      if (to > from) mergeResult(prepared, access, result, rangeOf(items, from, to))
      return { result, segment }
    },
  }
}

/** Runs one family, and those of the tails that its shards hand back. */
async function gather(field: Field, cut: Cut, sequence: number, meanMs: number): Promise<Gathered> {
  const { setting, meta, access, items, spot } = field
  const workMs = meanMs > 0 ? cut.starts.map((_, index) => meanMs * sizeOf(cut, index)) : null
  const prepared = prepare(meta, access, items, cut, { spot, sequence, classes: setting.classes, workMs })
  if (typeof prepared === 'string') return { parts: [], stop: { why: prepared, place: null } }
  const tails = new Map<number, Promise<Gathered>>()
  const divided = (index: number, outcome: Uint8Array): void => {
    const told = tailOf(outcome)
    const { from, to } = segmentOf(cut, index)
    if (told === null || told.left >= to - from || tails.has(index)) return
    const tail = gatherTail(field, { from: to - told.left, to }, sequence, told.meanMs)
    // Whoever gathers the family awaits it; a cancelled job has nobody left who would.
    tail.catch(() => undefined)
    tails.set(index, tail)
  }
  // Idle hubs get a tail as soon as it comes, where the slot tells each outcome as it comes.
  const outcomes = await setting.call.spawn(prepared.spawn, divided)
  if (outcomes.some(failedAudit)) return distrusted
  for (const [index, bytes] of outcomes.entries()) divided(index, bytes)
  const parts: Part[] = []
  for (const [index, bytes] of outcomes.entries()) {
    const result = readOutcome(prepared, index, bytes, setting.classes)
    if ('thrown' in result) {
      const { thrown } = result
      return { parts, stop: { why: errorLine(thrown), place: { sequence, index }, verdict: verdictOf(thrown) } }
    }
    const { from, to } = segmentOf(cut, index)
    parts.push({
      prepared,
      result,
      segment: { from, to: result.ends === null ? to - (tailOf(bytes)?.left ?? 0) : from + result.ends },
    })
    const tail = await tails.get(index)
    for (const part of tail?.parts ?? []) parts.push(part)
    if (tail === distrusted) return distrusted
    if (tail !== undefined && tail.stop !== null) return { parts, stop: tail.stop }
  }
  return { parts, stop: null }
}

/** A tail is a family of its own, cut by what its shard showed; a replayed root finds it by its number. */
function gatherTail(field: Field, { from, to }: Segment, sequence: number, meanMs: number): Promise<Gathered> {
  const { call } = field.setting
  const own = tailSequence(sequence, from)
  if (own === null) return Promise.resolve({ parts: [], stop: { why: 'it was divided too often', place: null } })
  const recorded = call.recordedCuts.get(own)
  const fits = recorded?.items === to && recorded.starts[0] === from
  return gather(field, fits ? recorded : tailCut(from, to, meanMs, call.slots()), own, meanMs)
}

/** A short tail is one piece per slot: more of them cost more than they balance, and a slow one is divided again. */
function tailCut(from: number, to: number, meanMs: number, slots: number): Cut {
  if (meanMs * (to - from) > slots * decomposeLimits.tailPieceMsMax) return guidedCut(from, to, meanMs, slots)
  const { starts } = evenCut(to - from, Math.max(1, slots))
  return { items: to, starts: starts.map((start) => start + from) }
}

/** What lies behind the end of a search is as if it had never run, whatever came of it. */
function untilEnd(meta: SpotMeta, gathered: Gathered): Gathered {
  if (!meta.endsEarly) return gathered
  const last = gathered.parts.findIndex(
    ({ result: { ends, results } }) => ends !== null || (results !== null && results.length > 0),
  )
  return last < 0 ? gathered : { parts: gathered.parts.slice(0, last + 1), stop: null }
}

function segmentOf(cut: Cut, index: number): Segment {
  const { lo, hi } = shardItems(cut, index)
  return { from: lo, to: hi }
}

function sizeOf(cut: Cut, index: number): number {
  const { lo, hi } = shardItems(cut, index)
  return hi - lo
}
