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

/** A done record that may win shards; stored once it has won the first one. */
export interface DoneCandidate {
  readonly authorId: number
  readonly record: DoneRecord
  index: number
}

/** Each shard points at its winning done record, which covers a run of shards: 8 bytes a shard. */
export class DoneColumns {
  readonly #names: Names
  readonly #winners: DoneCandidate[]
  readonly #winner: Int32Array
  /** How many done records of its generation the shard has. */
  readonly #count: Int32Array

  constructor(names: Names, shards: number, winners: DoneCandidate[] = []) {
    this.#names = names
    this.#winners = winners
    this.#winner = new Int32Array(shards).fill(NONE)
    this.#count = new Int32Array(shards)
  }

  candidate(authorId: number, record: DoneRecord): DoneCandidate {
    return { authorId, record, index: NONE }
  }

  /** Joins a candidate into one shard; returns whether it won. */
  join(shard: number, candidate: DoneCandidate): boolean {
    const held = this.#held(shard)
    if (held !== undefined && !this.#precedes(candidate, held)) return false
    if (candidate.index === NONE) candidate.index = this.#winners.push(candidate) - 1
    this.#winner[shard] = candidate.index
    return true
  }

  count(shard: number): void {
    this.#count[shard] = this.counted(shard) + 1
  }

  counted(shard: number): number {
    return this.#count[shard] ?? 0
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

  read(shard: number): Done | null {
    const held = this.#held(shard)
    if (held === undefined) return null
    const { epoch, cost, ref, holders, lo } = held.record
    return { epoch, cost, hub: this.#names.author(held.authorId).hub, ref, offset: shard - lo, holders }
  }

  grow(shards: number): DoneColumns {
    const grown = new DoneColumns(this.#names, shards, this.#winners)
    grown.#winner.set(this.#winner)
    grown.#count.set(this.#count)
    return grown
  }

  #held(shard: number): DoneCandidate | undefined {
    return this.#winners[this.#winner[shard] ?? NONE]
  }

  /** A total order over everything a result shows. */
  #precedes(candidate: DoneCandidate, held: DoneCandidate): boolean {
    const a = candidate.record
    const b = held.record
    const order =
      a.epoch - b.epoch ||
      a.cost - b.cost ||
      compareText(this.#names.author(candidate.authorId).hub, this.#names.author(held.authorId).hub) ||
      compareRefs(a.ref, b.ref) ||
      a.lo - b.lo ||
      compareText(a.holders.join(), b.holders.join())
    return order < 0
  }
}
