/** The claim component of a family's shards: max of (epoch, -cost, -hub, rank), and what it shows. */
import { compareText, type Names } from './join-names.ts'
import { type Author, type ClaimRecord, claimStates } from './record.ts'
import type { Claim } from './view.ts'

const NONE = -1
const RANK_RUNNING = claimStates.indexOf('running')

/** One column per field, for the shards of all families of a job: 37 bytes a shard. Rows are numbered by `ShardColumns`. */
export class ClaimColumns {
  readonly #names: Names
  #epoch = new Int32Array()
  #cost = new Float64Array()
  #author = new Int32Array()
  #rank = new Uint8Array()
  #reason = new Int32Array()
  #resumedFrom = new Float64Array()
  #atMs = new Float64Array()

  constructor(names: Names) {
    this.#names = names
  }

  /** Makes room for `rows`; rows never used are empty. */
  resize(rows: number): void {
    const held = this.#epoch.length
    this.#epoch = widened(this.#epoch, new Int32Array(rows).fill(NONE, held))
    this.#cost = widened(this.#cost, new Float64Array(rows))
    this.#author = widened(this.#author, new Int32Array(rows))
    this.#rank = widened(this.#rank, new Uint8Array(rows))
    this.#reason = widened(this.#reason, new Int32Array(rows))
    this.#resumedFrom = widened(this.#resumedFrom, new Float64Array(rows))
    this.#atMs = widened(this.#atMs, new Float64Array(rows))
  }

  /** Copies rows `[from, from + count)` to `to`. */
  copy(from: number, to: number, count: number): void {
    const columns = [this.#epoch, this.#cost, this.#author, this.#rank, this.#reason, this.#resumedFrom, this.#atMs]
    for (const column of columns) column.copyWithin(to, from, from + count)
  }

  clear(row: number): void {
    this.#epoch[row] = NONE
  }

  /** Joins a claim into one row; returns whether it won. */
  join(row: number, authorId: number, reasonId: number, record: ClaimRecord): boolean {
    const rank = claimStates.indexOf(record.state)
    if (!this.#wins(row, authorId, reasonId, rank, record)) return false
    this.#epoch[row] = record.epoch
    this.#cost[row] = record.cost
    this.#author[row] = authorId
    this.#rank[row] = rank
    this.#reason[row] = reasonId
    this.#resumedFrom[row] = record.resumedFrom
    this.#atMs[row] = record.atMs
    return true
  }

  /** Who holds the row: null when nobody claimed it, or gave it up. */
  holder(row: number): Author | null {
    if ((this.#epoch[row] ?? NONE) === NONE || (this.#rank[row] ?? 0) > RANK_RUNNING) return null
    return this.#names.author(this.#author[row] ?? 0)
  }

  read(row: number): Claim | null {
    const epoch = this.#epoch[row] ?? NONE
    if (epoch === NONE) return null
    const author = this.#names.author(this.#author[row] ?? 0)
    return {
      epoch,
      cost: this.#cost[row] ?? 0,
      hub: author.hub,
      boot: author.boot,
      state: claimStates[this.#rank[row] ?? 0] ?? 'claimed',
      reason: this.#names.text(this.#reason[row] ?? 0),
      resumedFrom: this.#resumedFrom[row] ?? 0,
      atMs: this.#atMs[row] ?? 0,
    }
  }

  /** A total order over everything a claim shows: equal only when the claims are the same. */
  #wins(row: number, authorId: number, reasonId: number, rank: number, record: ClaimRecord): boolean {
    const epoch = this.#epoch[row] ?? NONE
    if (record.epoch !== epoch) return record.epoch > epoch
    const cost = this.#cost[row] ?? 0
    if (record.cost !== cost) return record.cost < cost
    const author = this.#names.author(authorId)
    const holder = this.#names.author(this.#author[row] ?? 0)
    if (author.hub !== holder.hub) return author.hub < holder.hub
    const heldRank = this.#rank[row] ?? 0
    if (rank !== heldRank) return rank > heldRank
    // From here on only one hub is involved: any fixed order will do.
    if (author.boot !== holder.boot) return author.boot > holder.boot
    const resumed = this.#resumedFrom[row] ?? 0
    if (record.resumedFrom !== resumed) return record.resumedFrom > resumed
    const atMs = this.#atMs[row] ?? 0
    if (record.atMs !== atMs) return record.atMs > atMs
    return compareText(this.#names.text(reasonId), this.#names.text(this.#reason[row] ?? 0)) > 0
  }
}

/** `wide`, beginning with what `column` holds. */
export function widened<T extends Int32Array | Uint8Array | Float64Array>(column: T, wide: T): T {
  wide.set(column)
  return wide
}
