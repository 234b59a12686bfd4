/** Where a spot's iterations are cut into shards, from measured times. Pure. */
import { counts, decomposeLimits } from '../../limits.ts'
import type { Cut } from '../../program/family.ts'

/** Sharding the rest pays: it would run long enough beside what a shard costs. */
export function isWorthSharding(restMs: number, slots: number): boolean {
  const costs = decomposeLimits.shardCostMs * decomposeLimits.worthShardCosts
  // A single slot gains nothing but the checkpoint: only long rests are worth that.
  return restMs >= (slots > 1 ? costs : costs * 20)
}

/**
 * Cuts `[from, items)` by guided self-scheduling with a floor: chunk = max(rest / 2W, 5 shard costs), never above all / W.
 * @param meanMs mean time of one item in milliseconds
 * @param slots W: live slots of the swarm
 */
export function guidedCut(from: number, items: number, meanMs: number, slots: number): Cut {
  const width = Math.max(1, slots)
  const itemMs = Math.max(meanMs, 1e-6)
  const totalMs = itemMs * (items - from)
  const longestMs = Math.max(decomposeLimits.shardMsTarget, totalMs / decomposeLimits.shardsTarget)
  const floor = Math.max(1, Math.ceil((decomposeLimits.floorShardCosts * decomposeLimits.shardCostMs) / itemMs))
  const longest = Math.max(1, Math.floor(longestMs / itemMs))
  const starts: number[] = []
  for (let at = from; at < items; ) {
    const rest = items - at
    const guided = Math.max(rest / (2 * width), floor)
    const size = Math.max(1, Math.floor(Math.min(guided, (items - from) / width, longest)))
    starts.push(at)
    // A remainder that is no work of its own goes along.
    at += starts.length >= counts.shardsPerFamilyMax || rest - size < floor / 2 ? rest : size
  }
  return { items, starts }
}

/** Cuts all items into exactly `min(chunks, items)` shards of nearly equal size. */
export function evenCut(items: number, chunks: number): Cut {
  const shards = Math.min(chunks, items, counts.shardsPerFamilyMax)
  return { items, starts: Array.from({ length: shards }, (_, index) => Math.floor((index * items) / shards)) }
}
