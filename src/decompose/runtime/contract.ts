/** The border inside a slot process: its entry (execute/entry) loads programs and calls these; the runtime implements them. */
import type { RootInput, ShardWork, Spawn } from '../../execute/slots.ts'
import type { Cut } from '../../program/family.ts'
import type { VisitedSpot } from '../../program/report.ts'

/** What the entry offers to user code and runtime while a shard or the root runs. */
export interface RuntimeHost {
  /** Restarts the seeded generator behind `Math.random`; called before each item and before the root. */
  seedRandom(seed: number, index: number): void
  /** Where the generator is, and back to there: a resumed root draws what an unbroken one would. */
  randomState(): readonly number[]
  restoreRandom(state: readonly number[]): void
  log(line: string): void
  progress(fraction: number): void
  /** Hands over a resumable state; ignored unless `checkpointDue()`. */
  checkpoint(progress: number, state: Uint8Array): void
  /** Cheap: true when the last checkpoint of this shard is old enough for another. */
  checkpointDue(): boolean
  /** Tells what became of the spots; once, when a root ends. */
  visited(spots: readonly VisitedSpot[]): void
  /** Lets the slot hear its hub when it has not for a while; null when it has. */
  turn(): Promise<void> | null
  /** Where errors go that no caller would see, of timers and of promises nobody waits for: a root dies of them, like any program, and a call, too. */
  onUncaught?(die: ((error: unknown) => void) | null): void
  /** Resolves once such errors, of what ran until now, have been told. */
  told?(): Promise<void>
  readonly signal: AbortSignal
  /** After how long a shard hands back what it has not begun, as far as hubs have become idle since it was sent out. */
  divideAfterMs?(): number
  /** Monotonic milliseconds of the slot, for timing samples only; never visible to user code. */
  nowMs(): number
  /** Milliseconds so far that the slot wanted a core and had none; for timing samples only. Zero where nobody tells. */
  waitedMs?(): number
}

/** The setting of one shard run. */
export interface ShardCall {
  readonly spot: number
  readonly items: number
  readonly seed: number
  readonly shared: Uint8Array | null
  readonly work: ShardWork
  readonly audit: boolean
}

/** The setting of the root run. */
export interface RootCall {
  readonly input: RootInput
  readonly seed: number
  readonly chunks: number | null
  readonly recordedCuts: ReadonlyMap<number, Cut>
  /** Mean milliseconds of an item by spot, as earlier jobs showed. */
  readonly profile?: ReadonlyMap<number, number>
  /** Live slots in the swarm at this moment. */
  slots(): number
  readonly audit: boolean
  /** State of the root's newest `ctx.checkpoint`; null at a first start. */
  readonly restored: Uint8Array | null
  /**
   * Spawns a family; resolves with one encoded outcome per shard once all are there.
   * @param each told every outcome as it comes, in any order
   */
  spawn(spawn: Spawn, each?: (index: number, outcome: Uint8Array) => void): Promise<readonly Uint8Array[]>
}

/** Shards of one run, for a program to which each call costs. */
export interface ShardBatch {
  readonly open: Omit<ShardCall, 'work'>
  readonly works: readonly ShardWork[]
  /** No shard begins after this many milliseconds; the first one always does. */
  readonly budgetMs: number
}

/** What a host needs beside the rest to hear of many shards. */
export interface BatchHost extends RuntimeHost {
  /** Whatever comes next is of this shard. */
  beginShard(shard: number, startMs: number): void
}

/** A program, loaded once per slot and content. */
export interface LoadedProgram {
  /** Runs the first of these shards, one at least; resolves with their outcomes in order. */
  runShards?(batch: ShardBatch, host: BatchHost): Promise<readonly Uint8Array[]>
  /** Ends what the program holds; it is not used again. */
  dispose?(): void
  /** Runs one shard; resolves with its encoded outcome (thrown errors included). Rejects only for faults of the system. */
  runShard(call: ShardCall, host: RuntimeHost): Promise<Uint8Array>
  /** Runs the root; resolves with the job's encoded outcome. */
  runRoot(call: RootCall, host: RuntimeHost): Promise<Uint8Array>
}

/** @throws ShoalError SHOAL_VALUE_CORRUPT when the bytes are no program. */
export type LoadProgram = (bytes: Uint8Array) => LoadedProgram
