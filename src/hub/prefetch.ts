/** Results of parents that are done travel while others still run, as a planner that knew the consumer would send them. */
import type { FamilyView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import type { Assignment } from './auction.ts'
import type { Prefetch } from './effect.ts'
import { type Job, journeyOf } from './job.ts'
import { familyGraph } from './ready-set.ts'
import type { HubState } from './state.ts'
import { inputsTravelMs } from './travel.ts'

/** Sends for what shards `[lo, hi)` of a family need and others have, once. */
export function prefetch(state: HubState, job: Job, view: FamilyView, lo: number, hi: number): void {
  const wanted: Prefetch[] = []
  for (let shard = lo; shard < hi; shard++) {
    for (const edge of familyGraph(view).parents[shard] ?? []) {
      const { family, from } = edge
      const key = journeyOf(edge, shard)
      const done = job.sentFor.has(key) ? null : job.view.families.get(family)?.done(from)
      if (done === null || done === undefined) continue
      job.sentFor.set(key, state.nowMs)
      const { hub, holders, ref } = done
      if (hub !== state.self && !holders.includes(state.self)) {
        wanted.push({ family, shard: from, of: shard, ref, holders: [hub, ...holders] })
      }
    }
  }
  if (wanted.length > 0) state.effect({ type: 'prefetch', job: job.id, wanted })
}

/**
 * The same for shards that the plan gives to this hub and that nobody has claimed yet. To send for their inputs binds nobody: should
 * the plan change, a transfer was in vain.
 */
export function prefetchPlanned(state: HubState, mine: readonly Assignment[], aheadMs: number): void {
  for (const { unit, startMs, hub } of mine) {
    const { job, view, lo, hi } = unit
    if (hub !== state.self || view.spec.edges.length === 0) continue
    const travelMs = inputsTravelMs(state, job, view, unit, hub)
    if (startMs - state.nowMs > aheadMs + auction.travelShares * travelMs) continue
    prefetch(state, job, view, lo, hi)
  }
}
