/** The checkpoint and done components of a family's shards: max of (progress, epoch, -hub, ref), min of (epoch, cost, hub, ref). */
import { compareRefs, type Ref } from '../program/ref.ts'
import { widened } from './join-claims.ts'
import { compareText, type Names } from './join-names.ts'
import type { Author, CheckpointRecord, DoneRecord } from './record.ts'
import type { Checkpoint, Done } from './view.ts'

const NONE = -1

interface Authored {
  readonly author: Author
  readonly record: CheckpointRecord
}

/** Each row points at its winning checkpoint record and at the runner-up; checkpoints are sparse. */
export class Checkpoints {
  readonly #best = new Map<number, Authored>()
  /** What is left to resume from when the best turns out to be damaged or lost: the best of other content, for hubs that ran the same wrote the same. */
  readonly #second = new Map<number, Authored>()

  clear(row: number): void {
    this.#best.delete(row)
    this.#second.delete(row)
  }

  /** Copies rows `[from, from + count)` to `to`. */
  copy(from: number, to: number, count: number): void {
    for (let index = 0; index < count; index++) {
      for (const kept of [this.#best, this.#second]) {
        const held = kept.get(from + index)
        if (held !== undefined) kept.set(to + index, held)
      }
    }
  }

  /** Joins a checkpoint; returns whether it is now one of the two. */
  join(row: number, author: Author, record: CheckpointRecord): boolean {
    const entry = { author, record }
    const best = this.#best.get(row)
    const order = best === undefined ? 1 : compare(entry, best)
    if (order === 0) return false
    const isSameContent = best !== undefined && isSameBlob(best.record.ref, record.ref)
    if (order > 0) {
      this.#best.set(row, entry)
      if (best !== undefined && !isSameContent) this.#second.set(row, best)
      return true
    }
    if (isSameContent) return false
    const second = this.#second.get(row)
    if (second !== undefined && compare(entry, second) <= 0) return false
    this.#second.set(row, entry)
    return true
  }

  read(row: number): Checkpoint | null {
    return shown(this.#best.get(row))
  }

  readPrevious(row: number): Checkpoint | null {
    return shown(this.#second.get(row))
  }
}

function compare(one: Authored, other: Authored): number {
  return (
    one.record.progress - other.record.progress ||
    one.record.epoch - other.record.epoch ||
    compareText(other.author.hub, one.author.hub) ||
    compareRefs(one.record.ref, other.record.ref)
  )
}

/** Content that is inline cannot be lost, so that it needs no fallback. A size may be a lie. */
function isSameBlob(one: Ref, other: Ref): boolean {
  return one.kind === 'blob' && other.kind === 'blob' && one.cid === other.cid
}

function shown(held: Authored | undefined): Checkpoint | null {
  if (held === undefined) return null
  const { epoch, progress, ref } = held.record
  return { epoch, progress, hub: held.author.hub, ref }
}

/** A done record that may win shards; stored once it has won the first one. */
export interface DoneCandidate {
  readonly author: Author
  readonly authorId: number
  readonly record: DoneRecord
  index: number
}

/** Each row points at its winning done record, which covers a run of shards: 8 bytes a shard. */
export class DoneColumns {
  readonly #names: Names
  readonly #winners: DoneCandidate[] = []
  #winner = new Int32Array()
  /** How many done records of its generation the row has. */
  #count = new Int32Array()

  constructor(names: Names) {
    this.#names = names
  }

  /** Makes room for `rows`; rows never used are empty. */
  resize(rows: number): void {
    this.#winner = widened(this.#winner, new Int32Array(rows).fill(NONE, this.#winner.length))
    this.#count = widened(this.#count, new Int32Array(rows))
  }

  /** Copies rows `[from, from + count)` to `to`. */
  copy(from: number, to: number, count: number): void {
    this.#winner.copyWithin(to, from, from + count)
    this.#count.copyWithin(to, from, from + count)
  }

  candidate(author: Author, record: DoneRecord): DoneCandidate {
    return { author, authorId: this.#names.authorId(author), record, index: NONE }
  }

  /** Joins a candidate into one row; returns whether it won. */
  join(row: number, candidate: DoneCandidate): boolean {
    const held = this.#held(row)
    if (held !== undefined && !this.#precedes(candidate, held)) return false
    if (candidate.index === NONE) candidate.index = this.#winners.push(candidate) - 1
    this.#winner[row] = candidate.index
    return true
  }

  /** Puts another in place of whatever is there. */
  replace(row: number, candidate: DoneCandidate): void {
    this.#winner[row] = NONE
    this.join(row, candidate)
  }

  count(row: number): void {
    this.#count[row] = this.counted(row) + 1
  }

  counted(row: number): number {
    return this.#count[row] ?? 0
  }

  /** Returns whether there was a result. */
  clear(row: number): boolean {
    const wasDone = this.#winner[row] !== NONE
    this.#winner[row] = NONE
    this.#count[row] = 0
    return wasDone
  }

  has(row: number): boolean {
    return (this.#winner[row] ?? NONE) !== NONE
  }

  read(row: number, shard: number): Done | null {
    const held = this.#held(row)
    if (held === undefined) return null
    const { epoch, cost, ref, holders, lo } = held.record
    return { epoch, cost, hub: this.#names.author(held.authorId).hub, ref, offset: shard - lo, holders }
  }

  /** The record that holds a row, or undefined. */
  winner(row: number): DoneCandidate | undefined {
    return this.#held(row)
  }

  #held(row: number): DoneCandidate | undefined {
    return this.#winners[this.#winner[row] ?? NONE]
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
