/** The kinds of records in a job's ledger. Each is written once, by the owner of the log it stands in. */
import type { FamilyKey, FamilySpec } from '../program/family.ts'
import type { HubId, Ref } from '../program/ref.ts'

/** Who wrote a record: a hub in one life of its process. */
export interface Author {
  readonly hub: HubId
  /** Random per start of the hub; a log belongs to one (hub, boot) for ever. */
  readonly boot: string
}

/** States of a claim, in the order of their rank in the join: a later one of the same (epoch, cost, hub) wins. */
export const claimStates = ['claimed', 'running', 'released', 'failed'] as const
export type ClaimState = (typeof claimStates)[number]

/** A hub's hold on the shards `[lo, hi)` of a family. Epoch fences: the next holder takes the highest epoch seen + 1. */
export interface ClaimRecord {
  readonly kind: 'claim'
  readonly generation: number
  readonly family: FamilyKey
  readonly lo: number
  readonly hi: number
  readonly epoch: number
  /** The bid: predicted finish, integer milliseconds relative to the claim; only compared at equal epoch. */
  readonly cost: number
  readonly state: ClaimState
  /** Why this claim was made, or why it was released or failed: a short code such as `plan`, `steal`, `speculate`, `drain`. */
  readonly reason: string
  /** Progress of the checkpoint a running attempt resumed from; 0 when it began at the input. */
  readonly resumedFrom: number
  /** Unix milliseconds at the writer; shown to people, never compared between hubs. */
  readonly atMs: number
}

/** A resumable state of one shard. Recorded only after a second hub holds the blob (or the swarm has one hub). */
export interface CheckpointRecord {
  readonly kind: 'checkpoint'
  readonly generation: number
  readonly family: FamilyKey
  readonly shard: number
  readonly epoch: number
  /** Rises within a shard; items done for range shards, the call count of `ctx.checkpoint` otherwise. */
  readonly progress: number
  readonly ref: Ref
}

/** Outcomes of the shards `[lo, hi)`: `ref` is a `packList` of one encoded outcome per shard (a value or a thrown error). */
export interface DoneRecord {
  readonly kind: 'done'
  readonly generation: number
  readonly family: FamilyKey
  readonly lo: number
  readonly hi: number
  readonly epoch: number
  readonly cost: number
  readonly ref: Ref
  /** Hubs besides the author that held the blob when this was written. */
  readonly holders: readonly HubId[]
  /** Milliseconds for which the shards kept a slot together, waits for a core left out: the work estimates of all hubs. */
  readonly busyMs: number
  /** Unix milliseconds at the writer; shown to people, never compared between hubs. */
  readonly startMs: number
  readonly endMs: number
  /** One per shard, where the job compares results: what the outcome is known by. Equal values have equal ones. */
  readonly digests?: readonly string[]
}

export type LedgerRecord =
  | { readonly kind: 'job'; readonly manifest: Uint8Array }
  | { readonly kind: 'family'; readonly spec: FamilySpec }
  | ClaimRecord
  | CheckpointRecord
  | DoneRecord
  | { readonly kind: 'cancel'; readonly reason: string; readonly atMs: number }
  /** The submitter has the result: blobs of the job may go. */
  | { readonly kind: 'acknowledged'; readonly atMs: number }
  /** Every holder of these results is gone: the shards start over in a higher generation. */
  | {
      readonly kind: 'reopen'
      readonly generation: number
      readonly family: FamilyKey
      readonly lo: number
      readonly hi: number
      readonly reason: string
    }
