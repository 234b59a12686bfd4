/** What is told of a job: counts, families, attempts, receipt. The hub writes it, clients read it. */
import type { HubId } from './ref.ts'

export interface ShardCounts {
  readonly total: number
  readonly done: number
  readonly attempts: number
  readonly resumed: number
  readonly migrated: number
  readonly speculated: number
  /** Shards with more than one result; one of them counts. */
  readonly duplicated: number
}

/** One execution of one shard, as `--trace` writes it. Shards recorded together share their time evenly. */
export interface Attempt {
  readonly shard: string
  readonly family: string
  /** Items `[lo, hi)` of the family. */
  readonly lo: number
  readonly hi: number
  readonly hub: HubId
  /** Counted per shard, from 1. */
  readonly attempt: number
  readonly epoch: number
  /** Unix milliseconds at the hub that ran it. */
  readonly startMs: number
  readonly endMs: number | null
  readonly resumedFrom: number
  readonly status: 'done' | 'running' | 'lost' | 'released' | 'failed'
  readonly reason: string
}

/** Consecutive shards in the same state, with the hub that holds or finished them. */
export interface ShardStretch {
  readonly lo: number
  readonly hi: number
  /** `dropped`: the job ended before it was done. */
  readonly state: 'open' | 'claimed' | 'running' | 'done' | 'dropped'
  readonly hub: HubId | null
  readonly epoch: number
}

export interface FamilyReport {
  readonly family: string
  readonly sequence: number
  readonly spot: number
  readonly shards: number
  readonly done: number
  readonly runs: readonly ShardStretch[]
}

/** Work of one hub: shards whose results count, and the CPU time of all that it finished. */
export interface HubShare {
  readonly hub: HubId
  readonly shards: number
  readonly busyMs: number
}

/** A running shard that moved to another hub, and whether that paid. */
export interface Migration {
  readonly shard: string
  readonly from: HubId
  /** Null while nobody has started it. */
  readonly to: HubId | null
  /** Unix milliseconds at the hub it left. */
  readonly atMs: number
  /** Progress of the checkpoint it went on from. */
  readonly resumedFrom: number
  /** `migrate`: it would end sooner elsewhere. `handover`: its hub was leaving. */
  readonly reason: string
  /** Milliseconds it would have taken yet where it was, as that hub expected; null where staying was no choice. */
  readonly stayMs: number | null
  /** Milliseconds it took instead, the move included; null before its end. */
  readonly tookMs: number | null
  /** What the move brought: above 0 it paid. Null before its end, and where staying was no choice. */
  readonly gainMs: number | null
}

/** A shard that was executed to the end more than once, and whose result was kept. */
export interface ReceiptLine {
  readonly shard: string
  readonly hubs: readonly HubId[]
  readonly kept: HubId
}

/** A shard of which different results were told: by which hubs what stands, and by which something else. */
export interface Disagreement {
  readonly shard: string
  /** Empty while nothing stands. */
  readonly kept: readonly HubId[]
  readonly against: readonly HubId[]
}

/** How results were compared. */
export interface Verified {
  /** Hubs that were to run each shard, and of these how many have to agree. */
  readonly hubs: number
  readonly quorum: number
  /** Shards whose result so many hubs have told. */
  readonly shards: number
  readonly disagreements: readonly Disagreement[]
  /** What is missing, in words; null while all goes well. */
  readonly waiting: string | null
  /** What of an ended job was not compared, in words; null where its shards were. */
  readonly note: string | null
}

/** What a root tells of a spot when it ends. */
export interface VisitedSpot {
  readonly spot: number
  readonly visits: number
  /** Items of the visit that had most. */
  readonly width: number
  /** Milliseconds of the visits that ran in place, as far as they were timed. */
  readonly inPlaceMs: number
  /** Why it ran in place although it may be sharded, at the last such visit; empty when it never had to. */
  readonly stayed: string
}

/** What became of a spot in a job. `visits` is 0 where the hub that ran the root is another one. */
export interface SpotReport extends VisitedSpot {
  readonly shards: number
  /** Time that its shards kept their slots, and the bytes of their inputs and results. */
  readonly shardMs: number
  readonly bytes: number
}

/** What the items of a spot cost in one job. */
export interface SpotCost {
  readonly spot: number
  readonly items: number
  readonly ms: number
}

/** The parts of a job's report that its ledger alone tells. */
export interface ReportBody {
  /** Unfinished shards that have a checkpoint to resume from. */
  readonly checkpoints: number
  readonly byHub: readonly HubShare[]
  readonly familyReports: readonly FamilyReport[]
  readonly spots: readonly SpotReport[]
  readonly attempts: readonly Attempt[]
  readonly receipt: readonly ReceiptLine[]
  readonly migrations: readonly Migration[]
  /** Null where nothing was compared, and no two results differed. */
  readonly verified: Verified | null
}
