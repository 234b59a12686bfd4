/** What the shell asks of slots: run shards and roots in processes of their own, and tell what becomes of them. */
import type { Cut, FamilyKey } from '../program/family.ts'
import type { IsolationLevel } from '../program/isolation-level.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { VisitedSpot } from '../program/report.ts'

/** Bytes that many runs share; slots cache them by key, so they cross the pipe once. */
export interface KeyedBytes {
  readonly key: string
  readonly bytes: Uint8Array
}

/** Limits that the slot's parent enforces; a slot that breaks one is killed. */
export interface SlotLimits {
  /** Wall time for one shard in milliseconds. */
  readonly shardDeadlineMs: number
  /** Resident memory of the slot process in bytes. */
  readonly memoryBytesMax: number
}

/** What every piece of user code sees of its job. */
export interface JobSetting {
  readonly job: JobId
  /** An encoded Program (program/program.ts), keyed by its content. */
  readonly program: KeyedBytes
  /** Seeds `Math.random`: the root by this, a shard by this and the index of each item. */
  readonly seed: number
  /** The frozen clock: what `Date.now()` returns. */
  readonly clockMs: number
  /** Compare a value hash of the inputs before and after each shard. */
  readonly audit: boolean
  /** Mean time between failures of a hub in milliseconds; a usual one where it was not observed. */
  readonly mtbfMs?: number
  /** Who submitted the job: code of others is walled off. Left out where nobody guards. */
  readonly submitter?: HubId
  /** The least isolation that the job demands. */
  readonly isolation?: IsolationLevel
}

/** One shard of a run. */
export interface ShardWork {
  readonly index: number
  /** Items `[lo, hi)` of the family. */
  readonly lo: number
  readonly hi: number
  /** The shard's own input, encoded; null when it needs only its indices and the shared state. */
  readonly input: Uint8Array | null
  /** Results of the shards it depends on, in the order of the family's edges; each an encoded outcome. */
  readonly parents: readonly Uint8Array[]
  /** State of its newest checkpoint; null starts from the input. */
  readonly restored: Uint8Array | null
  /** After so many milliseconds it hands back the items it has not begun; never when absent. */
  readonly divideAfterMs?: number
}

/** Consecutive shards of one family for one slot, run in order. */
export interface RunRequest {
  readonly setting: JobSetting
  readonly family: FamilyKey
  readonly spot: number
  readonly items: number
  readonly shared: KeyedBytes | null
  readonly shards: readonly ShardWork[]
  readonly limits: SlotLimits
}

/** How a run or a root ended. `crashed`, `deadline` and `memory` cost the slot process, which is replaced. */
export type RunEnd =
  | { readonly kind: 'complete' }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'crashed'; readonly detail: string }
  | { readonly kind: 'deadline'; readonly detail: string }
  | { readonly kind: 'memory'; readonly detail: string }

/** Told what happens in a run. Called on the hub's event loop, never after `ended`. */
export interface RunListener {
  /** Outcomes of consecutive shards from `first`, one encoded outcome each, and for how many milliseconds they kept the slot, waits for a core left out. */
  results(first: number, outcomes: readonly Uint8Array[], busyMs: number): void
  checkpoint(shard: number, progress: number, state: Uint8Array): void
  /** The share of shard `shard` that is done, 0 to 1. */
  progress(shard: number, fraction: number): void
  log(shard: number, line: string): void
  ended(end: RunEnd): void
}

export interface RunHandle {
  /** Process id of the slot, for the share of the machine's load that is ours. */
  readonly pid: number
  /** Cooperative first (`ctx.signal`); a slot that is not done after so many milliseconds (`durations.cancelGraceMs`) is killed. */
  cancel(graceMs?: number): void
  /** Asks for a checkpoint of the shard under way as soon as may be, whenever the last one was. */
  checkpoint(): void
  /** Hubs are idle: shards, the one under way included, hand back what they have not begun after so many milliseconds. */
  divide(afterMs: number): void
  /** Shards from `index` on are no longer wanted, unless already begun. Returns the first shard that will not run. */
  keepBefore(index: number): number
}

export type RootInput =
  | { readonly kind: 'value'; readonly bytes: Uint8Array }
  | { readonly kind: 'generated'; readonly scale: number }

/** The job's root: runs `main` of the program and spawns families. */
export interface RootRequest {
  readonly setting: JobSetting
  readonly input: RootInput
  /** Every family is cut into this many shards when set. */
  readonly chunks: number | null
  /** Cuts of families recorded before a replay, by sequence; the same spawns must be cut the same way. */
  readonly recordedCuts: ReadonlyMap<number, Cut>
  /** Mean milliseconds of an item by spot, as earlier jobs showed; absent when nothing is known. */
  readonly profile?: ReadonlyMap<number, number>
  /** Live slots in the swarm when the root starts: the W of the granularity rule. */
  readonly slots: number
  /** State of its newest checkpoint; null at a first start. */
  readonly restored: Uint8Array | null
  readonly limits: SlotLimits
}

/** A family as the root's process spawns it: content not yet stored, key not yet known. */
export interface Spawn {
  readonly sequence: number
  readonly spot: number
  readonly cut: Cut
  readonly shared: Uint8Array | null
  /** Packed inputs of shards `[lo, hi)`. */
  readonly slices: readonly { readonly lo: number; readonly hi: number; readonly bytes: Uint8Array }[]
  /** Milliseconds expected per shard; null when unknown. One entry stands for all. */
  readonly workMs: readonly number[] | null
  /** Dependencies on shards of families spawned before, or of this one, by their sequence; without cycles. */
  readonly edges: readonly {
    readonly sequence: number
    readonly from: number
    readonly to: number
    readonly bytes: number
  }[]
}

export interface RootListener {
  spawned(spawn: Spawn): void
  /** A state from which the root can resume; `progress` rises from one to the next. */
  checkpoint(progress: number, state: Uint8Array): void
  log(line: string): void
  /** The root computes (true) or waits for families (false); a waiting root takes no slot. */
  busy(computing: boolean): void
  /** What became of the spots: once, before the outcome. */
  visited(spots: readonly VisitedSpot[]): void
  /** With `complete`, the encoded outcome of the whole job comes first. */
  outcome(bytes: Uint8Array): void
  ended(end: RunEnd): void
}

export interface RootHandle {
  readonly pid: number
  /** Results for the family spawned as `sequence`: outcomes of its shards `[lo, lo + outcomes.length)`. Any order, once each. */
  deliver(sequence: number, lo: number, outcomes: readonly Uint8Array[]): void
  /** How many live slots the swarm has now. */
  slotsChanged(slots: number): void
  /** Asks for a checkpoint as soon as may be, whenever the last one was. */
  checkpoint(): void
  cancel(): void
}

/** A hub's slots. `run` may be called for a slot that is busy no longer; the hub decides when. */
export interface SlotPool {
  /** Number of runs that may go on at once. */
  readonly size: number
  start(): Promise<void>
  run(request: RunRequest, listener: RunListener): RunHandle
  root(request: RootRequest, listener: RootListener): RootHandle
  /** Ends all processes, running shards included. */
  stop(): Promise<void>
}
