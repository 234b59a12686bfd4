/** Which claims hold: a lease is a hub's liveness, behind all its claims at once. */
import type { Claim, FamilyView } from '../ledger/view.ts'
import type { Membership } from './membership.ts'

/** The claim that keeps others off a shard, or null when the shard is free to claim. */
export function holdingClaim(view: FamilyView, shard: number, members: Membership): Claim | null {
  const claim = view.claim(shard)
  if (claim === null || claim.state === 'released' || claim.state === 'failed') return null
  return members.isVoid(claim.hub, claim.boot) ? null : claim
}

/** Whether a shard needs somebody: no result, and nobody alive holds it. */
export function isOpen(view: FamilyView, shard: number, members: Membership): boolean {
  return !view.isDone(shard) && holdingClaim(view, shard, members) === null
}

/** Maximal intervals `[lo, hi)` of open shards, in order; at most `intervalsMax` of them. */
export function openIntervals(
  view: FamilyView,
  members: Membership,
  intervalsMax: number,
): { lo: number; hi: number }[] {
  const intervals: { lo: number; hi: number }[] = []
  let lo = -1
  for (let shard = 0; shard <= view.shards; shard++) {
    const open = shard < view.shards && isOpen(view, shard, members)
    if (open && lo < 0) lo = shard
    if (!open && lo >= 0) {
      intervals.push({ lo, hi: shard })
      if (intervals.length >= intervalsMax) return intervals
      lo = -1
    }
  }
  return intervals
}
