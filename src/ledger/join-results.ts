/** The checkpoint and done components of a family's shards: max of (progress, epoch, -hub, ref), min of (epoch, cost, hub, ref). */
import { compareRefs } from '../program/ref.ts'
import { compareText, type Names } from './join-names.ts'
import type { Author, CheckpointRecord, DoneRecord } from './record.ts'
import type { Checkpoint, Done } from './view.ts'

const NONE = -1

/** Each shard points at its winning checkpoint record; checkpoints are sparse. */
export class Checkpoints {
  readonly #best = new Map<number, { readonly author: Author; readonly record: CheckpointRecord }>()

  clear(shard: number): void {
    this.#best.delete(shard)
  }

  /** Joins a checkpoint; returns whether it won. */
  join(author: Author, record: CheckpointRecord): boolean {
    const held = this.#best.get(record.shard)
    if (held !== undefined) {
      const order =
        record.progress - held.record.progress ||
        record.epoch - held.record.epoch ||
        compareText(held.author.hub, author.hub) ||
        compareRefs(record.ref, held.record.ref)
      if (order <= 0) return false
    }
    this.#best.set(record.shard, { author, record })
    return true
  }

  read(shard: number): Checkpoint | null {
    const held = this.#best.get(shard)
    if (held === undefined) return null
    const { epoch, progress, ref } = held.record
    return { epoch, progress, hub: held.author.hub, ref }
  }
}

/** Each shard points at its winning done record, which covers a run of shards: 8 bytes a shard. */
export class DoneColumns {
  readonly #names: Names
  readonly #records: DoneRecord[] = []
  readonly #authorIds: number[] = []
  readonly #winner: Int32Array
  /** How many done records of its generation the shard has. */
  readonly #count: Int32Array

  constructor(names: Names, shards: number) {
    this.#names = names
    this.#winner = new Int32Array(shards).fill(NONE)
    this.#count = new Int32Array(shards)
  }

  /** Announces a record; `join` is then called for its shards with the number returned. */
  add(authorId: number, record: DoneRecord): number {
    this.#authorIds.push(authorId)
    return this.#records.push(record) - 1
  }

  /** Returns whether the shard had no result before. */
  join(shard: number, candidate: number): boolean {
    this.#count[shard] = (this.#count[shard] ?? 0) + 1
    const winner = this.#winner[shard] ?? NONE
    if (winner === NONE || this.#precedes(candidate, winner)) this.#winner[shard] = candidate
    return winner === NONE
  }

  /** Returns whether there was a result. */
  clear(shard: number): boolean {
    const wasDone = this.#winner[shard] !== NONE
    this.#winner[shard] = NONE
    this.#count[shard] = 0
    return wasDone
  }

  has(shard: number): boolean {
    return (this.#winner[shard] ?? NONE) !== NONE
  }

  count(shard: number): number {
    return this.#count[shard] ?? 0
  }

  read(shard: number): Done | null {
    const winner = this.#winner[shard] ?? NONE
    const record = this.#records[winner]
    if (record === undefined) return null
    const { epoch, cost, ref, holders } = record
    return { epoch, cost, hub: this.#hub(winner), ref, offset: shard - record.lo, holders }
  }

  grow(shards: number): DoneColumns {
    const grown = new DoneColumns(this.#names, shards)
    grown.#records.push(...this.#records)
    grown.#authorIds.push(...this.#authorIds)
    grown.#winner.set(this.#winner)
    grown.#count.set(this.#count)
    return grown
  }

  #hub(index: number): string {
    return this.#names.author(this.#authorIds[index] ?? 0).hub
  }

  /** A total order over everything a result shows. */
  #precedes(candidate: number, winner: number): boolean {
    const a = this.#records[candidate]
    const b = this.#records[winner]
    if (a === undefined || b === undefined) return a !== undefined
    const order =
      a.epoch - b.epoch ||
      a.cost - b.cost ||
      compareText(this.#hub(candidate), this.#hub(winner)) ||
      compareRefs(a.ref, b.ref) ||
      a.lo - b.lo ||
      compareText(a.holders.join(), b.holders.join())
    return order < 0
  }
}
