/** Which claims hold: a lease is a hub's liveness, behind all its claims at once. */
import type { Claim, FamilyView } from '../ledger/view.ts'
import type { Membership } from './membership.ts'
import { sameVoters } from './voters.ts'

export interface Interval {
  readonly lo: number
  readonly hi: number
}

interface Cached {
  readonly members: Membership
  readonly membersVersion: number
  readonly standing: number
  readonly intervalsMax: number
  readonly intervals: readonly Interval[]
}

/** Planning asks far more often than anything changes. */
const cache = new WeakMap<FamilyView, Cached>()

/** The claim that keeps others off a shard, or null when the shard is free to claim. */
export function holdingClaim(view: FamilyView, shard: number, members: Membership): Claim | null {
  return isHeld(view, shard, members) ? view.claim(shard) : null
}

/** Whether a shard needs somebody: no result, and nobody alive holds it. */
export function isOpen(view: FamilyView, shard: number, members: Membership): boolean {
  return !view.isDone(shard) && !isHeld(view, shard, members)
}

/** Maximal intervals `[lo, hi)` of open shards, in order; at most `intervalsMax` of them. */
export function openIntervals(view: FamilyView, members: Membership, intervalsMax: number): readonly Interval[] {
  const { standing } = view
  const known = cache.get(view)
  const isFresh = known?.standing === standing && known.members === members && known.membersVersion === members.version
  if (isFresh && known.intervalsMax === intervalsMax) return known.intervals
  const intervals = findOpen(view, members, intervalsMax)
  cache.set(view, { members, membersVersion: members.version, standing, intervalsMax, intervals })
  return intervals
}

/** How many shards are open; counted up to `countMax`. */
export function openCount(view: FamilyView, members: Membership, countMax = Number.POSITIVE_INFINITY): number {
  let count = 0
  for (let shard = 0; shard < view.shards && count < countMax; shard++) if (isOpen(view, shard, members)) count++
  return count
}

function findOpen(view: FamilyView, members: Membership, intervalsMax: number): Interval[] {
  const intervals: Interval[] = []
  const { shards } = view
  let lo = -1
  for (let shard = 0; shard <= shards; shard++) {
    const open = shard < shards && isOpen(view, shard, members)
    if (open && lo >= 0 && !sameVoters(view, lo, shard)) {
      intervals.push({ lo, hi: shard })
      if (intervals.length >= intervalsMax) return intervals
      lo = shard
    }
    if (open && lo < 0) lo = shard
    if (!open && lo >= 0) {
      intervals.push({ lo, hi: shard })
      if (intervals.length >= intervalsMax) return intervals
      lo = -1
    }
  }
  return intervals
}

function isHeld(view: FamilyView, shard: number, members: Membership): boolean {
  const holder = view.holder(shard)
  return holder !== null && !members.isVoid(holder.hub, holder.boot)
}
