/** The runs this hub holds: claimed, being prepared, waiting for a slot, or running. */
import { type CapacityCurve, finishTime } from '../cost/capacity.ts'
import type { FamilyKey } from '../program/family.ts'
import type { HubId, JobId, Ref } from '../program/ref.ts'
import type { RunPlan } from './effect.ts'
import type { RunId } from './input.ts'
import { rateAt } from './member-capacity.ts'

/**
 * waiting: claimed ahead, parents are not all done. preparing: inputs are being fetched. ready: waits for a slot.
 * running: a slot has it. condemned: an error outcome is being made for its shard. A run leaves the table when its slot reports the end, or when its shards are lost before it started.
 */
export type RunState = 'waiting' | 'preparing' | 'ready' | 'running' | 'condemned'

export interface OwnRun {
  readonly id: RunId
  readonly job: JobId
  readonly family: FamilyKey
  readonly epoch: number
  readonly cost: number
  readonly reason: string
  readonly isRoot: boolean
  state: RunState
  plan: RunPlan | null
  /** Shards `[lo, hi)`; `hi` falls when the tail is given away. */
  readonly lo: number
  hi: number
  /** First shard without a result here. */
  next: number
  /** Expected speed-1 milliseconds of one shard when it was claimed. */
  readonly shardMs: number
  readonly rank: number
  readonly claimedMs: number
  startedMs: number | null
  /** Own clock, when its last results came; the shards after them began then. */
  resultsMs: number | null
  /** Own clock, when the last result or sign of progress came. */
  movedMs: number
  /** Own clock, when its inputs are expected to be here. */
  readonly inputsMs: number
  /** Speed-1 milliseconds put into the shard under way until `accountedMs`, as the load lets us believe. */
  workedMs: number
  accountedMs: number
  /** Progress of the checkpoint from which the first shard resumed. */
  resumedFrom: number
  stopping: boolean
}

/** Results that wait for a second holder before they are done. */
export interface PendingDone {
  readonly job: JobId
  readonly run: OwnRun
  readonly lo: number
  readonly hi: number
  readonly ref: Ref
  readonly busyMs: number
  readonly startMs: number
  readonly endMs: number
}

/** A checkpoint that waits for a second holder. */
export interface PendingCheckpoint {
  readonly job: JobId
  readonly run: OwnRun
  readonly shard: number
  readonly progress: number
  readonly ref: Ref
}

/** Own clock at which a run is expected to end, if it starts (or started) when a slot allows. */
export function expectedEndMs(run: OwnRun, startMs: number, nowMs: number, capacity: CapacityCurve): number {
  const workMs = (run.hi - run.next) * run.shardMs
  if (run.state !== 'running' || run.startedMs === null) {
    return finishTime(capacity, Math.max(startMs, run.inputsMs), workMs)
  }
  const rate = rateAt(capacity, nowMs)
  const leftMs = workMs - run.workedMs - (nowMs - run.accountedMs) * rate
  if (leftMs > 0) return finishTime(capacity, nowMs, leftMs)
  // Overdue work is expected to take a quarter of what it has taken already.
  return nowMs + 0.25 * Math.max(nowMs - run.movedMs, run.shardMs / rate)
}

/** A result came: the next shard begins. */
export function noteMoved(run: OwnRun, nowMs: number): void {
  run.movedMs = nowMs
  run.accountedMs = nowMs
  run.workedMs = 0
}

/** Hubs in `preferred` order first, then the rest, without `self`. */
export function orderHolders(preferred: readonly HubId[], rest: readonly HubId[], self: HubId): HubId[] {
  return [...new Set([...preferred, ...rest])].filter((hub) => hub !== self)
}
