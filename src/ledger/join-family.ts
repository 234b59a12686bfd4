/** The fold of one family's records: per shard a product of chains, so that order and repetition cannot matter. */
import { ledgerLimits } from '../limits.ts'
import { type FamilySpec, shardCount } from '../program/family.ts'
import { ClaimColumns } from './join-claims.ts'
import type { Names } from './join-names.ts'
import { Checkpoints, DoneColumns } from './join-results.ts'
import type { Author, CheckpointRecord, ClaimRecord, DoneRecord, LedgerRecord } from './record.ts'
import type { Authored, Checkpoint, Claim, Done, FamilyView } from './view.ts'

const MICROS_PER_MS = 1000

export type ReopenRecord = Extract<LedgerRecord, { kind: 'reopen' }>
export type ShardRecord = ClaimRecord | CheckpointRecord | DoneRecord | ReopenRecord

/**
 * Invariants. F1: what the view shows is a function of the set of records applied. F2: within a generation a shard's claim
 * and checkpoint only rise and its result only falls; a higher generation starts over. F3: a result hides nothing: claims
 * are joined on, so that late ones are still in the story. F4: a record applied twice counts once.
 */
export class JoinedFamily implements FamilyView {
  version = 0
  doneCount = 0
  #spec: FamilySpec
  #capacity: number
  readonly #names: Names
  #generation: Int32Array
  #epochMax: Int32Array
  #claims: ClaimColumns
  #done: DoneColumns
  readonly #checkpoints = new Checkpoints()
  readonly #counted = new Set<string>()
  readonly #history: Authored[] = []
  /** Whole microseconds: sums of integers do not depend on their order. */
  #busyMicros = 0
  #busyShards = 0

  constructor(names: Names, spec: FamilySpec) {
    this.#names = names
    this.#spec = spec
    this.#capacity = shardCount(spec)
    this.#generation = new Int32Array(this.#capacity)
    this.#epochMax = new Int32Array(this.#capacity).fill(-1)
    this.#claims = new ClaimColumns(names, this.#capacity)
    this.#done = new DoneColumns(names, this.#capacity)
  }

  get spec(): FamilySpec {
    return this.#spec
  }

  get shards(): number {
    return shardCount(this.#spec)
  }

  /** Shards that records may name: the most that any spec of this family had. */
  get capacity(): number {
    return this.#capacity
  }

  get busyMsMean(): number | null {
    return this.#busyShards === 0 ? null : this.#busyMicros / MICROS_PER_MS / this.#busyShards
  }

  generation(shard: number): number {
    return this.#generation[shard] ?? 0
  }

  claim(shard: number): Claim | null {
    return this.#claims.read(shard)
  }

  epochMax(shard: number): number {
    return this.#epochMax[shard] ?? -1
  }

  checkpoint(shard: number): Checkpoint | null {
    return this.#checkpoints.read(shard)
  }

  isDone(shard: number): boolean {
    return this.#done.has(shard)
  }

  done(shard: number): Done | null {
    return this.#done.read(shard)
  }

  doneRecords(shard: number): number {
    return this.#done.counted(shard)
  }

  history(): readonly Authored[] {
    const seen = new Set<string>()
    return this.#history.filter(({ author, record }) => {
      const key = JSON.stringify([author.hub, author.boot, record], (_, value) =>
        value instanceof Uint8Array ? Array.from(value) : value,
      )
      return !seen.has(key) && seen.add(key)
    })
  }

  /** Joins one record of this family, all of whose shards exist; returns whether the view changed. */
  apply(author: Author, record: ShardRecord): boolean {
    const changed = this.#join(author, record)
    if (changed) this.version += 1
    return changed
  }

  /** Puts another spec in place, recorded for the same key by another root; shards keep their state. */
  replaceSpec(spec: FamilySpec): void {
    this.#spec = spec
    this.version += 1
    this.doneCount = 0
    for (let shard = 0; shard < this.shards; shard++) if (this.isDone(shard)) this.doneCount += 1
  }

  /** Makes room for shards that some spec of this family has; state is kept for all that any spec ever had. */
  grow(capacity: number): void {
    if (capacity <= this.#capacity) return
    const generation = new Int32Array(capacity)
    generation.set(this.#generation)
    this.#generation = generation
    const epochMax = new Int32Array(capacity).fill(-1)
    epochMax.set(this.#epochMax)
    this.#epochMax = epochMax
    this.#claims = this.#claims.grow(capacity)
    this.#done = this.#done.grow(capacity)
    this.#capacity = capacity
  }

  #join(author: Author, record: ShardRecord): boolean {
    switch (record.kind) {
      case 'claim':
        return this.#joinClaim(author, record)
      case 'checkpoint':
        return this.#enter(record.shard, record) !== 'old' && this.#checkpoints.join(author, record)
      case 'done':
        return this.#joinDone(author, record)
      case 'reopen':
        return this.#joinReopen(author, record)
    }
  }

  #joinClaim(author: Author, record: ClaimRecord): boolean {
    const authorId = this.#names.authorId(author)
    const reasonId = this.#names.textId(record.reason)
    let changed = false
    for (let shard = record.lo; shard < record.hi; shard++) {
      if (this.#raiseEpoch(shard, record.epoch)) changed = true
      if (this.#enter(shard, record) === 'old') continue
      if (this.#claims.join(shard, authorId, reasonId, record)) changed = true
    }
    if (record.state !== 'claimed') this.#remember(author, record)
    return changed
  }

  #joinDone(author: Author, record: DoneRecord): boolean {
    const isNew = this.#countOnce(author, record)
    const candidate = this.#done.candidate(this.#names.authorId(author), record)
    let changed = isNew
    for (let shard = record.lo; shard < record.hi; shard++) {
      this.#raiseEpoch(shard, record.epoch)
      if (this.#enter(shard, record) === 'old') continue
      if (isNew) this.#done.count(shard)
      if (!this.isDone(shard) && shard < this.shards) this.doneCount += 1
      if (this.#done.join(shard, candidate)) changed = true
    }
    if (changed) this.#remember(author, record)
    return changed
  }

  #joinReopen(author: Author, record: ReopenRecord): boolean {
    let changed = false
    for (let shard = record.lo; shard < record.hi; shard++) {
      if (this.#enter(shard, record) === 'new') changed = true
    }
    this.#remember(author, record)
    return changed
  }

  /** Compares a record's generation with its shard's; a higher one clears the shard first. */
  #enter(shard: number, record: { readonly generation: number }): 'old' | 'same' | 'new' {
    const generation = this.generation(shard)
    if (record.generation < generation) return 'old'
    if (record.generation === generation) return 'same'
    this.#generation[shard] = record.generation
    this.#claims.clear(shard)
    this.#checkpoints.clear(shard)
    if (this.#done.clear(shard) && shard < this.shards) this.doneCount -= 1
    return 'new'
  }

  /** Over all generations: fences never go back. */
  #raiseEpoch(shard: number, epoch: number): boolean {
    if (epoch <= this.epochMax(shard)) return false
    this.#epochMax[shard] = epoch
    return true
  }

  /**
   * True the first time a done record is seen. Its identity leaves out what a correct author cannot vary (content, holders,
   * times), so that the set of keys stays small.
   */
  #countOnce(author: Author, record: DoneRecord): boolean {
    const { generation, lo, hi, epoch, cost, busyMs } = record
    const key = `${this.#names.authorId(author)},${generation},${lo},${hi},${epoch},${cost},${busyMs}`
    if (this.#counted.has(key)) return false
    this.#counted.add(key)
    this.#busyMicros += Math.round(busyMs * MICROS_PER_MS)
    this.#busyShards += hi - lo
    return true
  }

  #remember(author: Author, record: LedgerRecord): void {
    this.#history.push({ author, record })
    if (this.#history.length > ledgerLimits.historyRecordsMax) {
      this.#history.splice(0, ledgerLimits.historyRecordsMax >> 2)
    }
  }
}
