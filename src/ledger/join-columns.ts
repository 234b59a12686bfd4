/** The state of all shards of a job in columns; each family owns a run of rows. */
import { ClaimColumns, widened } from './join-claims.ts'
import type { Names } from './join-names.ts'
import { Checkpoints, DoneColumns } from './join-results.ts'

const ROWS_AT_FIRST = 64

/** Shared by the families of a job, so that a family of one shard costs no arrays of its own. */
export class ShardColumns {
  readonly names: Names
  readonly claims: ClaimColumns
  readonly checkpoints = new Checkpoints()
  readonly done: DoneColumns
  generation = new Int32Array()
  epochMax = new Int32Array()
  #used = 0

  constructor(names: Names) {
    this.names = names
    this.claims = new ClaimColumns(names)
    this.done = new DoneColumns(names)
  }

  /** The first of `count` fresh rows. */
  allocate(count: number): number {
    const first = this.#used
    this.#used += count
    if (this.#used > this.generation.length)
      this.#resize(Math.max(this.#used, this.generation.length * 2, ROWS_AT_FIRST))
    return first
  }

  /** Copies rows `[from, from + count)` to `to`. */
  copy(from: number, to: number, count: number): void {
    this.generation.copyWithin(to, from, from + count)
    this.epochMax.copyWithin(to, from, from + count)
    this.claims.copy(from, to, count)
    this.checkpoints.copy(from, to, count)
    this.done.copy(from, to, count)
  }

  #resize(rows: number): void {
    this.epochMax = widened(this.epochMax, new Int32Array(rows).fill(-1, this.epochMax.length))
    this.generation = widened(this.generation, new Int32Array(rows))
    this.claims.resize(rows)
    this.done.resize(rows)
  }
}
