/** Results that have to agree: which one of a shard stands once enough hubs have told the same. */

import { compareRefs } from '../program/ref.ts'
import { compareText } from './join-names.ts'
import type { DoneCandidate } from './join-results.ts'
import type { DoneRecord } from './record.ts'

/** One hub's word about one shard. */
export interface Vote {
  readonly hub: string
  readonly digest: string
  readonly epoch: number
  readonly candidate: DoneCandidate
}

/**
 * Votes of one family. V1: a hub has one vote per shard, the first it gave by (epoch, cost, digest). V2: a result stands
 * once `wanted` hubs have voted, and more than half of so many for it; of several such the one with more votes, then with
 * the lower digest.
 * V3: both depend on the set of votes alone.
 */
export class Votes {
  readonly #wanted: number
  readonly #quorum: number
  readonly #shards = new Map<number, Map<string, Vote>>()

  /** @param wanted hubs that run each shard */
  constructor(wanted: number) {
    this.#wanted = wanted
    this.#quorum = Math.floor(wanted / 2) + 1
  }

  of(shard: number): readonly Vote[] {
    const votes = this.#shards.get(shard)
    return votes === undefined ? [] : [...votes.values()].sort((a, b) => compareText(a.hub, b.hub))
  }

  has(shard: number, hub: string): boolean {
    return this.#shards.get(shard)?.has(hub) === true
  }

  clear(shard: number): void {
    this.#shards.delete(shard)
  }

  /** Takes a vote in. @returns whether it changed anything */
  cast(shard: number, vote: Vote): boolean {
    const votes = this.#shards.get(shard) ?? new Map<string, Vote>()
    this.#shards.set(shard, votes)
    const held = votes.get(vote.hub)
    if (held !== undefined && compare(vote, held) >= 0) return false
    votes.set(vote.hub, vote)
    return true
  }

  /** The votes for the result that stands; empty while none does. */
  accepted(shard: number): readonly Vote[] {
    const all = this.of(shard)
    if (all.length < this.#wanted) return []
    const byDigest = Map.groupBy(all, ({ digest }) => digest)
    let best: readonly Vote[] = []
    for (const [digest, votes] of byDigest) {
      if (votes.length < this.#quorum || votes.length < best.length) continue
      if (votes.length > best.length || digest < (best[0]?.digest ?? '')) best = votes
    }
    return best
  }
}

/** The digest of a shard that a record tells; null when it tells none. */
export function digestOf({ digests, lo, hi }: DoneRecord, shard: number): string | null {
  return digests?.length === hi - lo ? (digests[shard - lo] ?? null) : null
}

function compare(a: Vote, b: Vote): number {
  const [one, other] = [a.candidate.record, b.candidate.record]
  return (
    one.epoch - other.epoch ||
    one.cost - other.cost ||
    compareText(a.digest, b.digest) ||
    compareRefs(one.ref, other.ref) ||
    one.lo - other.lo ||
    one.hi - other.hi
  )
}
