/** What the hub reads of a job's ledger: the fold of all its records, by shard. */
import type { FamilyKey, FamilySpec } from '../program/family.ts'
import type { HubId, Ref } from '../program/ref.ts'
import type { Author, ClaimState, DoneRecord, LedgerRecord } from './record.ts'

/** A record as its author wrote it. */
export interface Authored {
  readonly author: Author
  readonly record: LedgerRecord
}

export interface Claim {
  readonly epoch: number
  readonly cost: number
  readonly hub: HubId
  readonly boot: string
  readonly state: ClaimState
  readonly reason: string
  readonly resumedFrom: number
  readonly atMs: number
}

export interface Checkpoint {
  readonly epoch: number
  readonly progress: number
  readonly hub: HubId
  readonly ref: Ref
}

/** The winning result of a shard: entry `offset` of the packed list behind `ref`. */
export interface Done {
  readonly epoch: number
  readonly cost: number
  readonly hub: HubId
  readonly ref: Ref
  readonly offset: number
  readonly holders: readonly HubId[]
}

/** The fold of all records of one family. Indices are shard indices. */
export interface FamilyView {
  readonly spec: FamilySpec
  readonly shards: number
  /** Number of shards with a result. */
  readonly doneCount: number
  /** Grows with every record that changed something: lets callers cache what they derived. */
  readonly version: number
  /** The same for who holds what, what is open and what is done: a start or a checkpoint of what is held leaves it as it is. */
  readonly standing: number
  generation(shard: number): number
  /** The winning claim, or null. A done shard keeps its last claim for the story. */
  claim(shard: number): Claim | null
  /** The author of the winning claim while that is neither released nor failed, else null. Allocates nothing. */
  holder(shard: number): Author | null
  /** Highest epoch of any claim or done seen for the shard; -1 when there is none. */
  epochMax(shard: number): number
  checkpoint(shard: number): Checkpoint | null
  /** The second best: for when the best cannot be had. */
  previousCheckpoint(shard: number): Checkpoint | null
  isDone(shard: number): boolean
  done(shard: number): Done | null
  /** The record behind that, and who wrote it. */
  told(shard: number): { readonly hub: HubId; readonly record: DoneRecord } | null
  /** How many starts of the shard were recorded with this reason, each epoch once. Looks through the history. */
  startsFor(shard: number, reason: string): number
  /** How many done records the shard has (2 or more: work done twice). */
  doneRecords(shard: number): number
  /** Whether a result stands only when enough hubs have told the same. */
  readonly comparesResults: boolean
  /** What hubs found a shard to be, by hub; empty where results are not compared. */
  votes(shard: number): readonly { readonly hub: HubId; readonly digest: string }[]
  hasVoted(shard: number, hub: HubId): boolean
  /** Mean milliseconds for which a finished shard kept its slot, or null before the first. */
  readonly busyMsMean: number | null
  /**
   * Claims that came further than `claimed`, results and re-openings, each once, oldest arrivals first: for people and reports.
   * Bounded; a very long history has lost its beginning.
   */
  history(): readonly Authored[]
}

/** The fold of a whole job. */
export interface JobView {
  readonly manifest: Uint8Array | null
  readonly cancelled: string | null
  readonly acknowledged: boolean
  /** Families by key, the root family included from the start. */
  readonly families: ReadonlyMap<FamilyKey, FamilyView>
  /** Applies one record; returns whether anything visible changed. Records of a family not yet known wait for it. */
  apply(author: Author, record: LedgerRecord): boolean
  /** True when records had to be dropped while they waited for their family: fold the whole ledger again. */
  readonly incomplete: boolean
}
