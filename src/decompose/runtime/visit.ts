/** One visit of a sharded spot by the root: decides what runs in place, sends the rest to shards, merges. */
import type { ClassTable, ShardPlace } from '../../execute/codec/codec.ts'
import { decomposeLimits } from '../../limits.ts'
import type { Cut } from '../../program/family.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import type { RootCall, RuntimeHost } from './contract.ts'
import { evenCut, guidedCut, isWorthSharding } from './granularity.ts'
import type { SpotHistory } from './history.ts'

/** What all visits of a root share. */
export interface RootSetting {
  readonly call: RootCall
  readonly host: RuntimeHost
  readonly classes: ClassTable
  /** Notes why a spot stays in place. */
  stayed(meta: SpotMeta, reason: string): void
  /** Notes which shard threw: its items run again in place, where the error is thrown for good. */
  threw(shard: ShardPlace, error: string): void
}

/** Runs of items in place: `[from, to)`. */
export interface Segment {
  readonly from: number
  readonly to: number
}

/** What comes next in a visit. */
export type Step =
  | { readonly kind: 'run'; readonly segment: Segment }
  | { readonly kind: 'shard'; readonly cut: Cut }
  | { readonly kind: 'done' }

/** The pace of one visit: first a timed sample in place, then the decision where the rest runs. */
export class Pace {
  readonly #setting: RootSetting
  readonly #history: SpotHistory
  readonly #count: number
  readonly #recorded: Cut | undefined
  readonly #from: number
  #done: number
  #startMs = 0
  #sinceMs = 0
  #waitedSinceMs = 0
  #size = 1
  #lastSize = 1
  #meanBefore = 0
  #decided: boolean

  /** @param from the first item that is left to do */
  constructor(setting: RootSetting, history: SpotHistory, sequence: number, count: number, from = 0) {
    this.#setting = setting
    this.#history = history
    this.#count = count
    // After a resumed checkpoint another spot may have the number: its cut fits only by chance, and is as good as any.
    const recorded = setting.call.recordedCuts.get(sequence)
    const whole = recorded?.items === count || (history.meta.endsEarly && (recorded?.items ?? 0) < count)
    this.#recorded = whole && (recorded?.starts[0] ?? -1) >= from ? recorded : undefined
    this.#from = from
    this.#done = from
    this.#decided = false
    if (from === 0) history.met(count)
  }

  /** Decides the next step; what the step before was told to run has run. */
  next(): Step {
    if (this.#done >= this.#count) {
      this.finish()
      return { kind: 'done' }
    }
    const cut = this.#decided ? null : this.#cutNow()
    if (cut !== null) return { kind: 'shard', cut }
    const to =
      this.#recorded !== undefined && !this.#decided
        ? (this.#recorded.starts[0] ?? this.#count)
        : Math.min(this.#count, this.#done + this.#size)
    const segment = { from: this.#done, to }
    this.#done = to
    this.#lastSize = Math.max(1, to - segment.from)
    const { host } = this.#setting
    this.#sinceMs = host.nowMs()
    if (segment.from === this.#from) this.#startMs = this.#sinceMs
    // Only a segment that may decide is worth asking for.
    if (this.#sinceMs - this.#startMs >= decomposeLimits.smallVisitMs) this.#waitedSinceMs = host.waitedMs?.() ?? 0
    return { kind: 'run', segment }
  }

  /** Where all items are to be cut, when that is known before any has run. */
  cutAtOnce(): Cut | null {
    return this.#done === this.#from ? this.#cutNow() : null
  }

  /** The visit is over; notes how long it took, if it ran in place as a whole. */
  finish(): void {
    if (!this.#decided) this.#history.ran(this.#count, this.#setting.host.nowMs() - this.#startMs)
  }

  /** From here on everything runs in place, in one go. */
  stay(from: number): void {
    this.#decided = true
    this.#done = from
    this.#size = this.#count
  }

  /** Mean time of an item so far, in milliseconds. */
  meanMs(): number {
    const ran = this.#done - this.#from
    if (ran === 0) return this.#recorded === undefined ? this.#profiledMs() : 0
    return Math.max(1e-6, (this.#setting.host.nowMs() - this.#startMs) / ran)
  }

  /** How long the last segment had no core: what other processes cost it says nothing of its items. */
  #waitedMs(): number {
    if (this.#sinceMs - this.#startMs < decomposeLimits.smallVisitMs) return 0
    return Math.max(0, (this.#setting.host.waitedMs?.() ?? 0) - this.#waitedSinceMs)
  }

  #cutRest(meanMs: number): Cut {
    const slots = this.#setting.call.slots()
    const { waits, isAsync, kind } = this.#history.meta
    if (!waits || !isAsync || kind !== 'call') return guidedCut(this.#done, this.#count, meanMs, slots)
    // Items wait side by side: a shard takes as long as one of them, however many it has.
    const { starts } = evenCut(this.#count - this.#done, 2 * slots)
    return { items: this.#count, starts: starts.map((start) => start + this.#done) }
  }

  /**
   * What earlier jobs showed spares the sample: the first item may be long, and hubs would wait for it. Short items are sampled
   * all the same: that costs little, and cut finely once, they were profiled by what their shards cost beside the work.
   */
  #cutByProfile(): Cut | null {
    const meanMs = this.#profiledMs()
    if (
      meanMs < decomposeLimits.sampleMs ||
      !isWorthSharding(meanMs * (this.#count - this.#done), this.#setting.call.slots())
    )
      return null
    return this.#cutRest(meanMs)
  }

  /** Mean time of an item in earlier jobs; 0 when there were none. */
  #profiledMs(): number {
    return this.#setting.call.profile?.get(this.#history.spot) ?? 0
  }

  #cutNow(): Cut | null {
    const { call, host } = this.#setting
    if (this.#recorded !== undefined) return this.#done === (this.#recorded.starts[0] ?? 0) ? this.#recorded : null
    if (call.chunks !== null) return this.#done === 0 ? evenCut(this.#count, call.chunks) : null
    if (this.#done === this.#from) return this.#cutByProfile()
    const now = host.nowMs()
    const spentMs = now - this.#startMs
    const recentMs = now - this.#sinceMs - this.#waitedMs()
    if (spentMs >= decomposeLimits.sampleMs) {
      // The last two segments tell most: code warms up, items change, and one of them may have been interrupted.
      const recent = recentMs / this.#lastSize
      const before = recentMs >= decomposeLimits.believedMs ? recent : this.#meanBefore
      const mean = Math.max(1e-6, Math.min(recent, before))
      const warm = mean >= decomposeLimits.tightItemMs || spentMs >= decomposeLimits.tightSampleMs
      if (warm && isWorthSharding(mean * (this.#count - this.#done), call.slots())) return this.#cutRest(mean)
    }
    this.#meanBefore = recentMs / this.#lastSize
    if (recentMs * 2 < decomposeLimits.segmentMs) this.#size = this.#lastSize * 2
    else this.#size = Math.max(1, this.#lastSize)
    return null
  }
}

/**
 * Runs segments in place for as long as none has to wait.
 * @param run runs one segment; true when nothing is left to do after it
 * @returns where the rest is to be cut; null when all is done
 */
export function runUntilCut(pace: Pace, run: (segment: Segment) => boolean): Cut | null {
  for (;;) {
    const step = pace.next()
    if (step.kind === 'done') return null
    if (step.kind === 'shard') return step.cut
    if (!run(step.segment)) continue
    pace.finish()
    return null
  }
}

/** A stretch of a few shards per slot: what lies behind the end of a search is computed in vain. */
export function stretchOf(call: RootCall, cut: Cut, sequence: number, meanMs: number): Cut {
  if (call.chunks !== null || call.recordedCuts.get(sequence) === cut) return cut
  const from = cut.starts[0] ?? 0
  const size = Math.max(1, Math.floor(decomposeLimits.shardMsTarget / meanMs))
  const items = Math.min(cut.items, from + size * 2 * Math.max(1, call.slots()))
  const starts = Array.from({ length: Math.ceil((items - from) / size) }, (_, index) => from + index * size)
  return { items, starts }
}
