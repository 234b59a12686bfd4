/** Who has had a say about a shard whose results are compared: each hub has one. */
import type { FamilyView } from '../ledger/view.ts'
import type { HubId } from '../program/ref.ts'

/** Whether a hub may still have a say about these shards: each hub has one. */
export function maySay(
  view: FamilyView,
  { lo, hi }: { readonly lo: number; readonly hi: number },
  hub: HubId,
): boolean {
  if (!view.comparesResults) return true
  for (let shard = lo; shard < hi; shard++) if (view.hasVoted(shard, hub)) return false
  return true
}

/** Shards for which different hubs have spoken must not be claimed together. */
export function sameVoters(view: FamilyView, a: number, b: number): boolean {
  if (!view.comparesResults) return true
  const [one, other] = [view.votes(a), view.votes(b)]
  return one.length === other.length && one.every(({ hub }, index) => hub === other[index]?.hub)
}
