/** From a slot's output to a record: results and checkpoints count only once a second hub holds them. */
import { recovery, shellLimits } from '../limits.ts'
import type { Cid, HubId, Ref } from '../program/ref.ts'
import { writeClaim } from './claims.ts'
import { pause } from './execution.ts'
import type { RunId } from './input.ts'
import { type Job, rootView } from './job.ts'
import { reviewRun } from './lost-claims.ts'
import { capacityOf, rateAt } from './member-capacity.ts'
import { noteMoved, type OwnRun, type PendingCheckpoint, type PendingDone, workedMs } from './own-run.ts'
import { applyOwn } from './records.ts'
import type { HubState } from './state.ts'

export interface Results {
  readonly run: RunId
  readonly lo: number
  readonly hi: number
  readonly ref: Ref
  readonly busyMs: number
  /** What the outcomes are known by, one each, where results are compared. */
  readonly digests?: readonly string[]
}

export interface CheckpointTaken {
  readonly run: RunId
  readonly shard: number
  readonly progress: number
  readonly ref: Ref
}

/** Outcomes of consecutive shards are stored here: record them, at once when they travel inline or nobody else is there. */
export function resultsStored(state: HubState, results: Results): void {
  const run = state.runs.get(results.run)
  if (run === undefined) return
  if (results.lo > run.next) giveBackUnstored(state, run, results.lo)
  const startMs = run.resultsMs ?? run.startedMs ?? state.nowMs
  run.next = Math.max(run.next, results.hi)
  noteMoved(run, state.nowMs)
  run.resultsMs = state.nowMs
  const wall = state.wallMs - state.nowMs
  const pending: PendingDone = {
    job: run.job,
    run,
    lo: results.lo,
    hi: results.hi,
    ref: results.ref,
    busyMs: results.busyMs,
    digests: results.digests,
    startMs: Math.round(startMs + wall),
    endMs: state.wallMs,
  }
  if (results.ref.kind === 'inline' || !replicate(state, state.job(run.job), results.ref.cid)) {
    recordDone(state, pending, [])
    return
  }
  const waiting = state.pendingDone.get(results.ref.cid) ?? []
  waiting.push(pending)
  state.pendingDone.set(results.ref.cid, waiting)
}

/** A slot runs its shards in order: results that come after a gap mean that those in it found no room on the disk. */
function giveBackUnstored(state: HubState, run: OwnRun, hi: number): void {
  pause(state, state.job(run.job), run, run.next, hi, recovery.failedAttemptPauseMs)
  writeClaim(state, run, 'released', run.next, hi, 'unstored')
}

/** A resumable state is stored here; it is announced once a second hub has it too. */
export function checkpointStored(state: HubState, taken: CheckpointTaken): void {
  const run = state.runs.get(taken.run)
  if (run === undefined || run.stopping) return
  run.movedMs = state.nowMs
  const { shard, progress, ref } = taken
  // What was lost once lies here again: the same work writes the same.
  if (ref.kind === 'blob') state.job(run.job).lostCheckpoints.delete(ref.cid)
  const savesMs = shard === run.next ? workedMs(run, state.nowMs, rateAt(capacityOf(state, run), state.nowMs)) : 0
  const pending = { job: run.job, run, shard, progress, ref, savesMs }
  if (taken.ref.kind === 'inline' || !replicate(state, state.job(run.job), taken.ref.cid)) {
    recordCheckpoint(state, run, pending)
    return
  }
  const waiting = state.pendingCheckpoints.get(taken.ref.cid) ?? []
  waiting.push(pending)
  state.pendingCheckpoints.set(taken.ref.cid, waiting)
}

/** A blob has reached its second holder, or nobody took it: then the next hub is asked, or, alone, it counts as it is. */
export function replicated(state: HubState, cid: Cid, holders: readonly HubId[]): void {
  const done = state.pendingDone.get(cid) ?? []
  const checkpoints = state.pendingCheckpoints.get(cid) ?? []
  const job = [...done, ...checkpoints]
    .map((pending) => state.jobs.get(pending.job))
    .find((found) => found !== undefined)
  const tries = (state.replicaTries.get(cid) ?? 0) + 1
  const mayRetry = job !== undefined && holders.length === 0 && tries < shellLimits.replicaTriesMax
  if (mayRetry && replicate(state, job, cid)) {
    state.replicaTries.set(cid, tries)
    return
  }
  state.replicaTries.delete(cid)
  state.pendingDone.delete(cid)
  state.pendingCheckpoints.delete(cid)
  for (const pending of done) recordDone(state, pending, holders)
  for (const pending of checkpoints) recordCheckpoint(state, pending.run, pending)
}

/** Asks for a second copy where it is most useful: at the root's hub, which needs the results anyway. False when alone. */
function replicate(state: HubState, job: Job, cid: Cid): boolean {
  const root = rootView(job).claim(0)?.hub
  const others = state.members.others().filter((member) => member.connected)
  if (others.length === 0) return false
  const byFreedom = others.sort(
    (a, b) => Math.min(...a.slotFreeMs, state.nowMs) - Math.min(...b.slotFreeMs, state.nowMs),
  )
  const to = byFreedom.map((member) => member.hub).sort((a, b) => Number(b === root) - Number(a === root))
  state.effect({ type: 'replicate', cid, to })
  return true
}

function recordDone(state: HubState, pending: PendingDone, holders: readonly HubId[]): void {
  const { job, run, lo, hi, ref, busyMs, startMs, endMs, digests } = pending
  const view = state.jobs.get(job)?.view.families.get(run.family)
  if (view === undefined) return
  applyOwn(state, job, {
    kind: 'done',
    generation: view.generation(lo),
    family: run.family,
    lo,
    hi,
    epoch: run.epoch,
    cost: run.cost,
    ref,
    holders,
    busyMs,
    startMs,
    endMs,
    ...(digests === undefined ? {} : { digests }),
  })
  // A hub that fell silent may have overtaken this run, and this hub then claimed its shards a second time.
  for (const other of state.queuedRuns())
    if (other.job === job && other.family === run.family) reviewRun(state, view, other)
}

function recordCheckpoint(state: HubState, run: OwnRun, pending: PendingCheckpoint): void {
  const view = state.jobs.get(pending.job)?.view.families.get(run.family)
  if (view === undefined || view.isDone(pending.shard)) return
  applyOwn(state, pending.job, {
    kind: 'checkpoint',
    generation: view.generation(pending.shard),
    family: run.family,
    shard: pending.shard,
    epoch: run.epoch,
    progress: pending.progress,
    ref: pending.ref,
  })
  if (pending.shard === run.next) run.savedMs = Math.max(run.savedMs, pending.savesMs)
}
