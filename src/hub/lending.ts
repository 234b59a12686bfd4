/** Shards promised to a hub that asked: the owner's claim keeps everybody else off until the other has claimed them. */
import type { BidTerms } from '../cost/cost.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { writeClaim } from './claims.ts'
import type { Given } from './message.ts'
import type { OwnRun } from './own-run.ts'
import { type HubState, type Lent, MOVE_REASON } from './state.ts'

/** Speed-1 milliseconds that lent shards still take, and for a running one when it would have ended here. */
export interface LoanTerms {
  readonly leftMs: number
  /** Milliseconds from now until it would have ended here; null for work that had not begun. */
  readonly stayMs: number | null
  /** What this hub itself would have bid for them. */
  readonly ownerTerms: BidTerms
}

/** Promises `[lo, hi)` of a run. */
export function lend(state: HubState, run: OwnRun, place: { lo: number; hi: number }, terms: LoanTerms): Given {
  const { lo, hi } = place
  const { leftMs, stayMs, ownerTerms } = terms
  state.lent.push({ job: run.job, family: run.family, lo, hi, run: { ...run }, sinceMs: state.nowMs, stayMs })
  return { job: run.job, family: run.family, lo, hi, isMove: stayMs !== null, leftMs, ownerTerms }
}

/** Ends loans: claimed by the borrower, done, or free again when nobody came for them. */
export function reviewLent(state: HubState): void {
  if (state.lent.length === 0) return
  state.lent = state.lent.filter((lent) => !isOver(state, lent))
}

function isOver(state: HubState, lent: Lent): boolean {
  const held = heldStretches(state, lent)
  if (held.length === 0) {
    noteMoved(state, lent)
    return true
  }
  if (state.nowMs - lent.sinceMs < auction.stealTimeoutMs) return false
  for (const { lo, hi } of held) writeClaim(state, lent.run, 'released', lo, hi, 'steal-unclaimed')
  return true
}

/** For the story: where a running shard was given away, and what the bid for its rest was here. */
function noteMoved(state: HubState, { run, lo, hi, stayMs, sinceMs }: Lent): void {
  if (stayMs === null || !state.jobs.has(run.job)) return
  const cost = Math.max(0, Math.round(stayMs - (state.nowMs - sinceMs)))
  writeClaim(state, { ...run, cost }, 'released', lo, hi, MOVE_REASON)
}

/** What is still this hub's own by the claim it lent: neither done nor claimed by anybody since. */
function heldStretches(state: HubState, lent: Lent): { lo: number; hi: number }[] {
  const view = state.jobs.get(lent.job)?.view.families.get(lent.family)
  const stretches: { lo: number; hi: number }[] = []
  for (let shard = lent.lo; view !== undefined && shard < lent.hi; shard++) {
    const claim = view.claim(shard)
    const isHeld = !view.isDone(shard) && claim?.epoch === lent.run.epoch && isOurs(state, claim)
    const last = stretches.at(-1)
    if (isHeld && last?.hi === shard) last.hi = shard + 1
    else if (isHeld) stretches.push({ lo: shard, hi: shard + 1 })
  }
  return stretches
}

function isOurs(state: HubState, claim: { hub: HubId; boot: string; state: string }): boolean {
  return claim.hub === state.self && claim.boot === state.init.boot && claim.state !== 'released'
}
