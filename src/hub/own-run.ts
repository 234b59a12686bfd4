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
  inputsMs: number
  /** Speed-1 milliseconds put into the shard under way until `accountedMs`, as the load lets us believe. */
  workedMs: number
  accountedMs: number
  /** Progress of the checkpoint from which the first shard resumed. */
  resumedFrom: number
  /** Speed-1 milliseconds that this checkpoint is believed to spare the first shard. */
  readonly sparedMs: number
  /** Share of the shard under way that its slot last reported as done, and `workedMs` at that moment. */
  fraction: number
  fractionWorkedMs: number
  /** The same two of the first report since it began here: what came before, on another hub perhaps, went at a pace of its own. */
  firstFraction: number
  firstWorkedMs: number
  /** Speed-1 milliseconds of the shard under way that its newest recorded checkpoint would spare another hub. */
  savedMs: number
  /** Own clock since which looks at it find that it would end sooner elsewhere, and the last such look. */
  paysSinceMs: number | null
  paysSeenMs: number
  stopping: boolean
  /** False while a root waits for its families: that is no work. */
  computes: boolean
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
  readonly digests: readonly string[] | undefined
}

/** A checkpoint that waits for a second holder. */
export interface PendingCheckpoint {
  readonly job: JobId
  readonly run: OwnRun
  readonly shard: number
  readonly progress: number
  readonly ref: Ref
  /** Speed-1 milliseconds that it spares whoever resumes from it, as this hub measures. */
  readonly savesMs: number
}

/** Own clock at which a run is expected to end, if it starts (or started) when its inputs and a slot allow. */
export function expectedEndMs(run: OwnRun, startMs: number, nowMs: number, capacity: CapacityCurve): number {
  if (run.state !== 'running' || run.startedMs === null) {
    const workMs = (run.hi - run.next) * run.shardMs - run.sparedMs
    return finishTime(capacity, startMs, Math.max(0, workMs))
  }
  const rate = rateAt(capacity, nowMs)
  const behindMs = (run.hi - run.next - 1) * run.shardMs
  const doneMs = workedMs(run, nowMs, rate)
  const leftMs = shardTotalMs(run, doneMs) - doneMs + behindMs
  if (leftMs > 0) return finishTime(capacity, nowMs, leftMs)
  // Overdue work is expected to take half of what it has taken already.
  return nowMs + 0.5 * Math.max(nowMs - run.movedMs, run.shardMs / rate)
}

/** Speed-1 milliseconds put into the shard under way until now. */
export function workedMs(run: OwnRun, nowMs: number, rate: number): number {
  return run.workedMs + (run.computes ? (nowMs - run.accountedMs) * rate : 0)
}

/** Counts what was done until now at one rate, before that changes. */
export function account(run: OwnRun, nowMs: number, rate: number): void {
  run.workedMs = workedMs(run, nowMs, rate)
  run.accountedMs = nowMs
}

/**
 * Speed-1 milliseconds that the shard under way takes in all: as expected, and the further it is, as its progress tells. Nobody
 * knows how long a root computes: of processes that have run for a while half run as long again (Harchol-Balter, Downey 1997).
 */
export function shardTotalMs(run: OwnRun, doneMs: number): number {
  if (run.isRoot) return 2 * doneMs
  if (run.fraction <= 0) return run.shardMs
  const trust = Math.min(1, run.fraction / FRACTION_TRUSTED)
  const before = trust * (run.fractionWorkedMs / run.fraction) + (1 - trust) * run.shardMs
  if (run.sparedMs === 0) return before
  const seen = run.fraction - run.firstFraction
  if (seen <= 0) return before
  const leftMs = (1 - run.fraction) * ((run.fractionWorkedMs - run.firstWorkedMs) / seen)
  const trustHere = Math.min(1, seen / (1 - run.firstFraction) / FRACTION_TRUSTED)
  return trustHere * (run.fractionWorkedMs + leftMs) + (1 - trustHere) * before
}

/** A result came: the next shard begins. */
export function noteMoved(run: OwnRun, nowMs: number): void {
  run.movedMs = nowMs
  run.accountedMs = nowMs
  run.workedMs = 0
  run.fraction = 0
  run.fractionWorkedMs = 0
  run.firstFraction = 0
  run.firstWorkedMs = 0
  run.savedMs = 0
  run.paysSinceMs = null
}

/** The slot tells how far its shard is. */
export function noteProgress(run: OwnRun, fraction: number, nowMs: number, rate: number): void {
  run.movedMs = nowMs
  const isFirst = run.fraction === 0
  run.fraction = fraction
  run.fractionWorkedMs = workedMs(run, nowMs, rate)
  if (!isFirst) return
  run.firstFraction = fraction
  run.firstWorkedMs = run.fractionWorkedMs
}

/** Items of a shard may differ, and so may its beginning: only from this share on its pace alone tells how long it is. */
const FRACTION_TRUSTED = 0.25

/** Hubs in `preferred` order first, then the rest, without `self`. */
export function orderHolders(preferred: readonly HubId[], rest: readonly HubId[], self: HubId): HubId[] {
  return [...new Set([...preferred, ...rest])].filter((hub) => hub !== self)
}
