/** What became of each spot of a job, told from its families. */
import type { FamilyView } from '../ledger/view.ts'
import { isTail, ROOT_FAMILY } from '../program/family.ts'
import { type Ref, refSize } from '../program/ref.ts'
import type { SpotCost, SpotReport } from '../program/report.ts'

/** By spot, ascending. What only the root knows is left at nothing. */
export function spotReports(families: Iterable<FamilyView>): SpotReport[] {
  const spots = new Map<number, SpotReport>()
  for (const view of families) {
    const { key, spot, cut, sequence } = view.spec
    if (key === ROOT_FAMILY) continue
    const { width, shards, shardMs, bytes } = spots.get(spot) ?? { width: 0, shards: 0, shardMs: 0, bytes: 0 }
    spots.set(spot, {
      spot,
      visits: 0,
      inPlaceMs: 0,
      stayed: '',
      // A tail is a part of what another family covers.
      width: isTail(sequence) ? width : Math.max(width, cut.items),
      shards: shards + view.shards,
      shardMs: shardMs + busyMs(view),
      bytes: bytes + familyBytes(view),
    })
  }
  return [...spots.values()].sort((a, b) => a.spot - b.spot)
}

/** What the items of each spot cost, where all of its shards are done: every hub asks this at the end of every job. Calls of sharded functions are no items. */
export function spotCosts(families: Iterable<FamilyView>): SpotCost[] {
  const spots = new Map<number, SpotCost>()
  for (const view of families) {
    const { key, spot, cut, sequence, edges } = view.spec
    if (key === ROOT_FAMILY || edges.length > 0 || view.doneCount < view.shards) continue
    const { items, ms } = spots.get(spot) ?? { items: 0, ms: 0 }
    // Items of a tail were counted with the family whose shard handed them back.
    const own = isTail(sequence) ? 0 : cut.items - (cut.starts[0] ?? 0)
    spots.set(spot, { spot, items: items + own, ms: ms + (view.busyMsMean ?? 0) * view.shards })
  }
  return [...spots.values()].filter(({ items }) => items > 0)
}

/** All finished executions of a family, copies included. */
function busyMs(view: FamilyView): number {
  let sum = 0
  for (const { record } of view.history()) if (record.kind === 'done') sum += record.busyMs
  return sum
}

function familyBytes(view: FamilyView): number {
  const refs = new Set<Ref>(view.spec.slices.map((slice) => slice.ref))
  if (view.spec.shared !== null) refs.add(view.spec.shared)
  for (let shard = 0; shard < view.shards; shard++) {
    const done = view.done(shard)
    // Shards finished together share one packed list.
    if (done !== null) refs.add(done.ref)
  }
  return [...refs].reduce((sum, ref) => sum + refSize(ref), 0)
}
