/** After a partition or a late return: both sides ran some shards, one result each stands, and this is the account of it. */
import type { FamilyView } from '../ledger/view.ts'
import { shardName } from '../program/family.ts'
import type { HubId } from '../program/ref.ts'
import type { ReceiptLine } from '../program/report.ts'

/**
 * Shards with more than one result. Which one stands the ledger's join decides, equally at every hub: the lowest epoch, then
 * the lower bid, then the lower hub id. Nothing is undone: the others are work done twice.
 */
export function receiptOf(view: FamilyView): ReceiptLine[] {
  const twice = shardsDoneTwice(view)
  // The history of a large family is long, and most families have nothing to account for.
  if (twice.length === 0) return []
  const dones = view
    .history()
    .flatMap(({ author, record }) => (record.kind === 'done' ? [{ hub: author.hub, record }] : []))
  return twice.map(({ shard, kept }) => {
    const hubs = dones.filter(({ record }) => record.lo <= shard && shard < record.hi).map(({ hub }) => hub)
    return { shard: shardName({ family: view.spec.key, index: shard }), hubs: [...new Set(hubs)].sort(), kept }
  })
}

function shardsDoneTwice(view: FamilyView): { readonly shard: number; readonly kept: HubId }[] {
  const twice: { shard: number; kept: HubId }[] = []
  for (let shard = 0; shard < view.shards; shard++) {
    const kept = view.doneRecords(shard) < 2 ? null : view.done(shard)
    if (kept !== null) twice.push({ shard, kept: kept.hub })
  }
  return twice
}
