/** The fold of one family's records: per shard a product of chains, so that order and repetition cannot matter. */
import { ledgerLimits } from '../limits.ts'
import { type FamilySpec, shardCount } from '../program/family.ts'
import type { ShardColumns } from './join-columns.ts'
import type { DoneCandidate } from './join-results.ts'
import type { Author, CheckpointRecord, ClaimRecord, DoneRecord, LedgerRecord } from './record.ts'
import type { Authored, Checkpoint, Claim, Done, FamilyView } from './view.ts'
import { digestOf, type Vote, Votes } from './votes.ts'

const MICROS_PER_MS = 1000
const NO_VOTES: readonly Vote[] = []

export type ReopenRecord = Extract<LedgerRecord, { kind: 'reopen' }>
export type ShardRecord = ClaimRecord | CheckpointRecord | DoneRecord | ReopenRecord

/**
 * Invariants. F1: what the view shows is a function of the set of records applied. F2: within a generation a shard's claim
 * and checkpoint only rise and its result only falls; a higher generation starts over. F3: a result hides nothing: claims
 * are joined on, so that late ones are still in the story. F4: a record applied twice counts once.
 */
export class JoinedFamily implements FamilyView {
  version = 0
  standing = 0
  doneCount = 0
  #spec: FamilySpec
  #capacity: number
  readonly #columns: ShardColumns
  /** Row of shard 0. */
  #base: number
  /** Keys of the done records counted so far, but for those that met no other; made when the first two meet. */
  #counted: Set<string> | null = null
  readonly #history: Authored[] = []
  /** Whole microseconds: sums of integers do not depend on their order. */
  #busyMicros = 0
  #busyShards = 0
  /** Where results have to agree before one stands; null where the first does. */
  readonly #votes: Votes | null

  /** @param wanted hubs that run each shard; more than half of them have to agree */
  constructor(columns: ShardColumns, spec: FamilySpec, wanted = 1) {
    this.#columns = columns
    this.#votes = wanted > 1 ? new Votes(wanted) : null
    this.#spec = spec
    this.#capacity = shardCount(spec)
    this.#base = columns.allocate(this.#capacity)
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
    return this.#has(shard) ? (this.#columns.generation[this.#base + shard] ?? 0) : 0
  }

  claim(shard: number): Claim | null {
    return this.#has(shard) ? this.#columns.claims.read(this.#base + shard) : null
  }

  holder(shard: number): Author | null {
    const holder = this.#has(shard) ? this.#columns.claims.holder(this.#base + shard) : null
    // Who has voted is through with it: the shard waits for others.
    return holder !== null && this.#votes?.has(shard, holder.hub) === true ? null : holder
  }

  votes(shard: number): readonly Vote[] {
    return this.#votes?.of(shard) ?? NO_VOTES
  }

  hasVoted(shard: number, hub: string): boolean {
    return this.#votes?.has(shard, hub) === true
  }

  get comparesResults(): boolean {
    return this.#votes !== null
  }

  epochMax(shard: number): number {
    return this.#has(shard) ? (this.#columns.epochMax[this.#base + shard] ?? -1) : -1
  }

  checkpoint(shard: number): Checkpoint | null {
    return this.#has(shard) ? this.#columns.checkpoints.read(this.#base + shard) : null
  }

  previousCheckpoint(shard: number): Checkpoint | null {
    return this.#has(shard) ? this.#columns.checkpoints.readPrevious(this.#base + shard) : null
  }

  isDone(shard: number): boolean {
    return this.#has(shard) && this.#columns.done.has(this.#base + shard)
  }

  done(shard: number): Done | null {
    return this.#has(shard) ? this.#columns.done.read(this.#base + shard, shard) : null
  }

  told(shard: number): { readonly hub: string; readonly record: DoneRecord } | null {
    const held = this.#has(shard) ? this.#columns.done.winner(this.#base + shard) : undefined
    return held === undefined ? null : { hub: held.author.hub, record: held.record }
  }

  doneRecords(shard: number): number {
    return this.#has(shard) ? this.#columns.done.counted(this.#base + shard) : 0
  }

  startsFor(shard: number, reason: string): number {
    const epochs = new Set<number>()
    for (const { record } of this.#history) {
      if (record.kind !== 'claim' || record.state !== 'running' || record.reason !== reason) continue
      if (record.lo <= shard && shard < record.hi) epochs.add(record.epoch)
    }
    return epochs.size
  }

  history(): readonly Authored[] {
    const seen = new Set<string>()
    const once = this.#history.filter(({ author, record }) => {
      const key = wholeOf(author, record)
      return !seen.has(key) && seen.add(key)
    })
    return once.map(({ author, record }) => ({ author, record }))
  }

  /** Joins one record of this family, all of whose shards exist; returns whether the view changed. */
  apply(author: Author, record: ShardRecord): boolean {
    const isProgress = this.#isProgress(author, record)
    const changed = this.#join(author, record)
    if (changed) this.version += 1
    if (changed && !isProgress) this.standing += 1
    return changed
  }

  /** Whether a record only says how far somebody is with what it holds. */
  #isProgress({ hub, boot }: Author, record: ShardRecord): boolean {
    const { kind } = record
    if (kind === 'checkpoint')
      return record.generation <= this.generation(record.shard) && this.holder(record.shard) !== null
    if (kind !== 'claim' || record.state !== 'running') return false
    for (let shard = record.lo; shard < record.hi; shard++) {
      if (this.epochMax(shard) !== record.epoch || this.generation(shard) !== record.generation) return false
      const holder = this.#has(shard) ? this.#columns.claims.holder(this.#base + shard) : null
      if (holder === null || holder.hub !== hub || holder.boot !== boot) return false
    }
    return true
  }

  /** Puts another spec in place, recorded for the same key by another root; shards keep their state. */
  replaceSpec(spec: FamilySpec): void {
    this.#spec = spec
    this.version += 1
    this.standing += 1
    this.doneCount = 0
    for (let shard = 0; shard < this.shards; shard++) if (this.isDone(shard)) this.doneCount += 1
  }

  /** Makes room for shards that some spec of this family has; state is kept for all that any spec ever had. */
  grow(capacity: number): void {
    if (capacity <= this.#capacity) return
    const base = this.#columns.allocate(capacity)
    this.#columns.copy(this.#base, base, this.#capacity)
    this.#base = base
    this.#capacity = capacity
  }

  /** Rows beyond a family's own belong to others. */
  #has(shard: number): boolean {
    return shard >= 0 && shard < this.#capacity
  }

  #join(author: Author, record: ShardRecord): boolean {
    switch (record.kind) {
      case 'claim':
        return this.#joinClaim(author, record)
      case 'checkpoint':
        return (
          this.#enter(record.shard, record) !== 'old' &&
          this.#columns.checkpoints.join(this.#base + record.shard, author, record)
        )
      case 'done':
        return this.#joinDone(author, record)
      case 'reopen':
        return this.#joinReopen(author, record)
    }
  }

  #joinClaim(author: Author, record: ClaimRecord): boolean {
    const authorId = this.#columns.names.authorId(author)
    const reasonId = this.#columns.names.textId(record.reason)
    let changed = false
    for (let shard = record.lo; shard < record.hi; shard++) {
      if (this.#raiseEpoch(shard, record.epoch)) changed = true
      if (this.#enter(shard, record) === 'old') continue
      if (this.#columns.claims.join(this.#base + shard, authorId, reasonId, record)) changed = true
    }
    if (record.state !== 'claimed') this.#remember({ author, record })
    return changed
  }

  #joinDone(author: Author, record: DoneRecord): boolean {
    const isNew = this.#isFirst(record) || !this.#wasCounted(author, record)
    if (isNew) this.#countBusy(record)
    const candidate = this.#columns.done.candidate(author, record)
    let changed = isNew
    for (let shard = record.lo; shard < record.hi; shard++) {
      this.#raiseEpoch(shard, record.epoch)
      if (this.#enter(shard, record) === 'old') continue
      if (isNew) this.#columns.done.count(this.#base + shard)
      if (this.#votes !== null) {
        if (this.#vote(this.#votes, shard, author, candidate)) changed = true
        continue
      }
      if (!this.isDone(shard) && shard < this.shards) this.doneCount += 1
      if (this.#columns.done.join(this.#base + shard, candidate)) changed = true
    }
    if (changed) this.#remember(candidate)
    return changed
  }

  #vote(votes: Votes, shard: number, { hub }: Author, candidate: DoneCandidate): boolean {
    const digest = digestOf(candidate.record, shard)
    if (digest === null) return false
    if (!votes.cast(shard, { hub, digest, epoch: candidate.record.epoch, candidate })) return false
    const [first, ...others] = votes.accepted(shard)
    if (first === undefined) {
      // A hub took back its word: nothing stands any more.
      if (this.#columns.done.clear(this.#base + shard) && shard < this.shards) this.doneCount -= 1
      return true
    }
    if (!this.isDone(shard) && shard < this.shards) this.doneCount += 1
    const row = this.#base + shard
    this.#columns.done.replace(row, first.candidate)
    for (const { candidate: other } of others) this.#columns.done.join(row, other)
    return true
  }

  #joinReopen(author: Author, record: ReopenRecord): boolean {
    let changed = false
    for (let shard = record.lo; shard < record.hi; shard++) {
      if (this.#enter(shard, record) === 'new') changed = true
    }
    this.#remember({ author, record })
    return changed
  }

  /** Compares a record's generation with its shard's; a higher one clears the shard first. */
  #enter(shard: number, record: { readonly generation: number }): 'old' | 'same' | 'new' {
    const generation = this.generation(shard)
    if (record.generation < generation) return 'old'
    if (record.generation === generation) return 'same'
    const row = this.#base + shard
    if (this.isDone(shard)) {
      this.#counted ??= new Set()
      this.#noteWinner(shard)
    }
    this.#columns.generation[row] = record.generation
    this.#columns.claims.clear(row)
    this.#votes?.clear(shard)
    this.#columns.checkpoints.clear(row)
    if (this.#columns.done.clear(row) && shard < this.shards) this.doneCount -= 1
    return 'new'
  }

  /** Over all generations: fences never go back. */
  #raiseEpoch(shard: number, epoch: number): boolean {
    if (epoch <= this.epochMax(shard)) return false
    this.#columns.epochMax[this.#base + shard] = epoch
    return true
  }

  /** Whether its shards have no result of its generation yet: the usual case, in which nothing needs to be looked up. */
  #isFirst({ generation, lo, hi }: DoneRecord): boolean {
    for (let shard = lo; shard < hi; shard++) {
      if (this.generation(shard) !== generation || this.doneRecords(shard) > 0) return false
    }
    return true
  }

  /**
   * False the first time a done record is seen. Its identity leaves out what a correct author cannot vary (content, holders,
   * times). Results that were first and alone are noted only once another meets them, so that the set of keys stays small.
   */
  #wasCounted(author: Author, record: DoneRecord): boolean {
    this.#counted ??= new Set()
    for (let shard = record.lo; shard < record.hi; shard++) this.#noteWinner(shard)
    const key = this.#keyOf(this.#columns.names.authorId(author), record)
    if (this.#counted.has(key)) return true
    this.#counted.add(key)
    return false
  }

  #noteWinner(shard: number): void {
    const held = this.#columns.done.winner(this.#base + shard)
    if (held !== undefined) this.#counted?.add(this.#keyOf(held.authorId, held.record))
  }

  #keyOf(authorId: number, { generation, lo, hi, epoch, cost, busyMs }: DoneRecord): string {
    return `${authorId},${generation},${lo},${hi},${epoch},${cost},${busyMs}`
  }

  #countBusy({ busyMs, lo, hi }: DoneRecord): void {
    this.#busyMicros += Math.round(busyMs * MICROS_PER_MS)
    this.#busyShards += hi - lo
  }

  #remember(authored: Authored): void {
    this.#history.push(authored)
    if (this.#history.length > ledgerLimits.historyRecordsMax) {
      this.#history.splice(0, ledgerLimits.historyRecordsMax >> 2)
    }
  }
}

/** A record with its author as text: the same for the same content alone. */
function wholeOf({ hub, boot }: Author, record: LedgerRecord): string {
  if (!('ref' in record) || record.ref.kind !== 'inline') return JSON.stringify([hub, boot, record])
  const { ref, ...rest } = record
  return JSON.stringify([hub, boot, rest]) + Buffer.from(ref.bytes).toString('latin1')
}
