/** The claim component of a family's shards: max of (epoch, -cost, -hub, rank), and what it shows. */
import { compareText, type Names } from './join-names.ts'
import { type ClaimRecord, claimStates } from './record.ts'
import type { Claim } from './view.ts'

const NONE = -1

/** One column per field: 37 bytes a shard. */
export class ClaimColumns {
  readonly #names: Names
  readonly #epoch: Int32Array
  readonly #cost: Float64Array
  readonly #author: Int32Array
  readonly #rank: Uint8Array
  readonly #reason: Int32Array
  readonly #resumedFrom: Float64Array
  readonly #atMs: Float64Array

  constructor(names: Names, shards: number) {
    this.#names = names
    this.#epoch = new Int32Array(shards).fill(NONE)
    this.#cost = new Float64Array(shards)
    this.#author = new Int32Array(shards)
    this.#rank = new Uint8Array(shards)
    this.#reason = new Int32Array(shards)
    this.#resumedFrom = new Float64Array(shards)
    this.#atMs = new Float64Array(shards)
  }

  clear(shard: number): void {
    this.#epoch[shard] = NONE
  }

  /** Joins a claim into one shard; returns whether it won. */
  join(shard: number, authorId: number, reasonId: number, record: ClaimRecord): boolean {
    const rank = claimStates.indexOf(record.state)
    if (!this.#wins(shard, authorId, reasonId, rank, record)) return false
    this.#epoch[shard] = record.epoch
    this.#cost[shard] = record.cost
    this.#author[shard] = authorId
    this.#rank[shard] = rank
    this.#reason[shard] = reasonId
    this.#resumedFrom[shard] = record.resumedFrom
    this.#atMs[shard] = record.atMs
    return true
  }

  read(shard: number): Claim | null {
    const epoch = this.#epoch[shard] ?? NONE
    if (epoch === NONE) return null
    const author = this.#names.author(this.#author[shard] ?? 0)
    return {
      epoch,
      cost: this.#cost[shard] ?? 0,
      hub: author.hub,
      boot: author.boot,
      state: claimStates[this.#rank[shard] ?? 0] ?? 'claimed',
      reason: this.#names.text(this.#reason[shard] ?? 0),
      resumedFrom: this.#resumedFrom[shard] ?? 0,
      atMs: this.#atMs[shard] ?? 0,
    }
  }

  grow(shards: number): ClaimColumns {
    const grown = new ClaimColumns(this.#names, shards)
    grown.#epoch.set(this.#epoch)
    grown.#cost.set(this.#cost)
    grown.#author.set(this.#author)
    grown.#rank.set(this.#rank)
    grown.#reason.set(this.#reason)
    grown.#resumedFrom.set(this.#resumedFrom)
    grown.#atMs.set(this.#atMs)
    return grown
  }

  /** A total order over everything a claim shows: equal only when the claims are the same. */
  #wins(shard: number, authorId: number, reasonId: number, rank: number, record: ClaimRecord): boolean {
    const epoch = this.#epoch[shard] ?? NONE
    if (record.epoch !== epoch) return record.epoch > epoch
    const cost = this.#cost[shard] ?? 0
    if (record.cost !== cost) return record.cost < cost
    const author = this.#names.author(authorId)
    const holder = this.#names.author(this.#author[shard] ?? 0)
    if (author.hub !== holder.hub) return author.hub < holder.hub
    const heldRank = this.#rank[shard] ?? 0
    if (rank !== heldRank) return rank > heldRank
    // From here on only one hub is involved: any fixed order will do.
    if (author.boot !== holder.boot) return author.boot > holder.boot
    const resumed = this.#resumedFrom[shard] ?? 0
    if (record.resumedFrom !== resumed) return record.resumedFrom > resumed
    const atMs = this.#atMs[shard] ?? 0
    if (record.atMs !== atMs) return record.atMs > atMs
    return compareText(this.#names.text(reasonId), this.#names.text(this.#reason[shard] ?? 0)) > 0
  }
}
