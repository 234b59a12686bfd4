/** Everything a hub can ask of the world around it. The shell carries out; it decides nothing. */
import type { LedgerRecord } from '../ledger/record.ts'
import type { Cut, FamilyKey } from '../program/family.ts'
import type { Cid, HubId, JobId, Ref } from '../program/ref.ts'
import type { Beacon } from './beacon.ts'
import type { RunId } from './input.ts'
import type { HubMessage } from './message.ts'
import type { TimerName } from './timer.ts'

/** One shard of a run, with where its inputs lie. */
export interface RunShard {
  readonly index: number
  /** The slice that has its input, and which entry; null when it has none of its own. */
  readonly input: { readonly ref: Ref; readonly offset: number } | null
  /** Results of the shards it depends on, in the order of the family's edges. */
  readonly parents: readonly { readonly ref: Ref; readonly offset: number }[]
  readonly restored: Ref | null
  /** Progress of what it resumes from; 0 when it begins at its input. */
  readonly progress: number
}

/** Consecutive shards for one slot. */
export interface RunPlan {
  readonly run: RunId
  readonly job: JobId
  readonly family: FamilyKey
  readonly epoch: number
  readonly shards: readonly RunShard[]
  /** Hubs that are likely to hold the inputs, best first. */
  readonly holders: readonly HubId[]
}

/** A result to fetch ahead, and who is likely to hold it, best first. */
export interface Prefetch {
  readonly family: FamilyKey
  readonly shard: number
  /** The shard that needs it. */
  readonly of: number
  readonly ref: Ref
  readonly holders: readonly HubId[]
}

export type Effect =
  /** Make durable, then send to all peers, with the present state of this hub's slots. */
  | { readonly type: 'append'; readonly job: JobId; readonly records: readonly LedgerRecord[] }
  | { readonly type: 'gossip'; readonly beacon: Beacon }
  /** The same to one peer directly: gossip takes a while to reach a new one. */
  | { readonly type: 'greet'; readonly peer: HubId; readonly beacon: Beacon }
  | { readonly type: 'send'; readonly to: HubId; readonly message: HubMessage }
  | { readonly type: 'set-timer'; readonly timer: TimerName; readonly atMs: number }
  /** Exchange all ledgers with a peer, both ways. */
  | { readonly type: 'sync'; readonly peer: HubId }
  /** Fetch manifest blobs of a job, answer with `job-blobs`. */
  | { readonly type: 'hold-job'; readonly job: JobId; readonly cids: readonly Cid[]; readonly from: readonly HubId[] }
  /** Fetch what a run needs, answer with `prepared`. */
  | { readonly type: 'prepare'; readonly plan: RunPlan }
  /** Bring results here that a claimed run will need, while it waits for others. Nothing is answered. */
  | { readonly type: 'prefetch'; readonly job: JobId; readonly wanted: readonly Prefetch[] }
  | { readonly type: 'start'; readonly plan: RunPlan }
  | {
      readonly type: 'start-root'
      readonly run: RunId
      readonly job: JobId
      readonly epoch: number
      readonly recordedCuts: ReadonlyMap<number, Cut>
      readonly slots: number
      readonly restored: Ref | null
      /** The checkpoint before it: for when that one cannot be had, or does not fit. */
      readonly previous: Ref | null
    }
  /** Shards from `before` on are given away or were lost to another claim. */
  | { readonly type: 'trim'; readonly run: RunId; readonly before: number }
  | { readonly type: 'stop-run'; readonly run: RunId }
  /** Take a checkpoint of the shard under way as soon as may be; the run goes on. */
  | { readonly type: 'checkpoint-run'; readonly run: RunId }
  /** Bring a blob to one more hub, trying `to` in order; answer with `replicated`. */
  | { readonly type: 'replicate'; readonly cid: Cid; readonly to: readonly HubId[] }
  /** Give results `[lo, hi)` (entries of `ref` from `offset`) of a family to a local root. */
  | {
      readonly type: 'deliver'
      readonly run: RunId
      readonly job: JobId
      readonly sequence: number
      readonly lo: number
      readonly hi: number
      readonly ref: Ref
      readonly offset: number
      readonly holders: readonly HubId[]
    }
  | { readonly type: 'slots-changed'; readonly run: RunId; readonly slots: number }
  /** Make an error outcome for a shard that no hub can run; answer with `results`. */
  | {
      readonly type: 'fail-shard'
      readonly run: RunId
      readonly shard: number
      readonly code:
        | 'SHOAL_SHARD_POISON'
        | 'SHOAL_SHARD_CRASHED'
        | 'SHOAL_SHARD_DEADLINE'
        | 'SHOAL_SHARD_MEMORY'
        | 'SHOAL_JOB_EXPIRED'
      readonly message: string
    }
  /** A second hub holds the job (or there is none): the submitter may be told. */
  | { readonly type: 'accepted'; readonly job: JobId }
  /** The job has a result, failed or was cancelled. */
  | { readonly type: 'job-ended'; readonly job: JobId }
  /** The job's ledger may go, and these blobs, which no other job needs. */
  | { readonly type: 'drop-job'; readonly job: JobId; readonly cids: readonly Cid[] }
  /** Blobs that no job needs now and none needed at the last sweep may go: what crashes left behind. */
  | { readonly type: 'sweep-blobs'; readonly needed: ReadonlySet<Cid> }
  /** Something a follower of the job may want to see. */
  | { readonly type: 'story'; readonly job: JobId | null; readonly event: StoryEvent }
  /** Nothing is running or claimed any more: the shell may stop. */
  | { readonly type: 'drained' }

/** A line of the bounded history behind events, `why` and error messages. */
export type StoryEvent =
  | {
      readonly type: 'claim'
      readonly family: FamilyKey
      readonly lo: number
      readonly hi: number
      readonly hub: HubId
      readonly epoch: number
      readonly reason: string
    }
  | { readonly type: 'done'; readonly family: FamilyKey; readonly lo: number; readonly hi: number; readonly hub: HubId }
  | { readonly type: 'family'; readonly family: FamilyKey; readonly spot: number; readonly shards: number }
  /** Hubs told different results of a shard. */
  | {
      readonly type: 'disagreement'
      readonly shard: string
      readonly kept: readonly HubId[]
      readonly against: readonly HubId[]
    }
  | { readonly type: 'hub'; readonly hub: HubId; readonly state: 'alive' | 'suspect' | 'dead' | 'left' }
