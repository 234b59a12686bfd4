/**
 * Claims that wait go back to the auction when another hub would end them clearly sooner: loads and work turn out other than
 * expected, and who could help need not be idle yet.
 *
 * Others are asked behind all more urgent work that nobody has claimed. By their claimed work alone everybody always looks freer
 * than oneself, and claims would go round and round.
 */
import { auction } from '../limits.ts'
import { meanLink } from './arrival.ts'
import { othersEnds } from './auction.ts'
import { releaseRun } from './claims.ts'
import { planFactor } from './pace.ts'
import { unitOf } from './ready-set.ts'
import { ownEndsMs } from './slot-times.ts'
import type { HubState } from './state.ts'

/** Gives the least urgent claim back that gains by it, at most one at a time; looks now and then. */
export function reviewQueued(state: HubState): void {
  const sinceMs = state.nowMs - state.reauctionMs
  if (sinceMs < auction.reauctionMs || state.leaving) return
  const queued = state.queuedRuns().filter((run) => run.epoch < auction.reauctionsMax && run.next < run.hi)
  if (queued.length === 0) return
  // Asking everybody is as much work as a plan.
  if (sinceMs < planFactor(state.members.alive().length) * auction.reauctionMs) return
  state.reauctionMs = state.nowMs
  const asked = queued.map((run) => ({ run, unit: unitOf(state, run) })).filter(({ unit }) => unit !== null)
  const ownEnds = ownEndsMs(state)
  asked.sort((a, b) => a.run.rank - b.run.rank || b.run.id - a.run.id)
  const ends = othersEnds(
    state,
    asked.flatMap(({ unit }) => (unit === null ? [] : [unit])),
  )
  for (const [at, { run, unit }] of asked.entries()) {
    const marginMs = auction.reauctionShares * (unit?.workMs ?? 0) + 4 * meanLink(state).latencyMs
    if ((ends[at] ?? Number.POSITIVE_INFINITY) + marginMs >= (ownEnds.get(run) ?? 0)) continue
    return releaseRun(state, run, 'reauction')
  }
}
