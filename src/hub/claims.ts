/** Claiming: turning a won unit into a recorded hold, a run of this hub, and a request for its inputs. */
import type { ClaimState } from '../ledger/record.ts'
import type { Checkpoint, FamilyView } from '../ledger/view.ts'
import { ROOT_FAMILY, type Slice } from '../program/family.ts'
import type { RunPlan, RunShard } from './effect.ts'
import { inputHolders, type Job, nextEpoch, shardWorkMs } from './job.ts'
import { type OwnRun, orderHolders } from './own-run.ts'
import { prefetch } from './prefetch.ts'
import { familyGraph, isReady } from './ready-set.ts'
import { applyOwn } from './records.ts'
import { HANDOVER_REASON, type HubState } from './state.ts'
import { inputsTravelMs } from './travel.ts'

/** What to claim, and why. */
export interface Want {
  readonly job: Job
  readonly view: FamilyView
  readonly lo: number
  readonly hi: number
  readonly finishMs: number
  /** When its inputs are expected here; now if not given. */
  readonly inputsMs?: number
  /** Speed-1 milliseconds left of all its shards, where a checkpoint spares some. */
  readonly leftMs?: number
  readonly rank: number
  /** `plan`, `patience`, `steal`, `migrate`, `speculate` or `recover`. */
  readonly reason: string
}

/** Claims shards for this hub: one record, one run. */
export function claim(state: HubState, want: Want): OwnRun {
  const { job, view, lo, hi } = want
  let epoch = 0
  for (let shard = lo; shard < hi; shard++) epoch = Math.max(epoch, nextEpoch(view, shard))
  const shards = hi - lo
  const leftMs = want.leftMs ?? shards * shardWorkMs(view, lo)
  const shardMs = Math.max(shardWorkMs(view, lo), leftMs / shards)
  const isRoot = view.spec.key === ROOT_FAMILY
  const run: OwnRun = {
    id: state.newRunId(),
    job: job.id,
    family: view.spec.key,
    epoch,
    cost: Math.max(0, Math.round(want.finishMs - state.nowMs)),
    reason: epoch > 0 ? reasonOf(view, lo, want.reason) : want.reason,
    isRoot,
    state: 'waiting',
    plan: null,
    lo,
    hi,
    next: lo,
    shardMs,
    rank: want.rank,
    claimedMs: state.nowMs,
    startedMs: null,
    resultsMs: null,
    movedMs: state.nowMs,
    inputsMs: want.inputsMs ?? state.nowMs,
    workedMs: 0,
    accountedMs: state.nowMs,
    resumedFrom: 0,
    // As long as a root has computed it is expected to take again.
    sparedMs: isRoot ? (want.leftMs ?? 0) : shards * shardMs - leftMs,
    fraction: 0,
    fractionWorkedMs: 0,
    firstFraction: 0,
    firstWorkedMs: 0,
    savedMs: 0,
    paysSinceMs: null,
    paysSeenMs: state.nowMs,
    stopping: false,
    computes: true,
  }
  state.runs.set(run.id, run)
  writeClaim(state, run, 'claimed', lo, hi, run.reason)
  if (run.isRoot) startRoot(state, run)
  else prepareWhenReady(state, run)
  return run
}

/** The plan gives shards again that somebody held before: lost with a hub, or handed over by one that left. */
function reasonOf(view: FamilyView, shard: number, reason: string): string {
  if (reason !== 'plan' && reason !== 'patience') return reason
  const before = view.claim(shard)
  if (before?.state === 'released' && before.reason === HANDOVER_REASON) return HANDOVER_REASON
  return reason === 'plan' ? 'recover' : reason
}

/** Records a state of this hub's claim on `[lo, hi)`, and applies it here at once. */
export function writeClaim(state: HubState, run: OwnRun, to: ClaimState, lo: number, hi: number, reason: string): void {
  if (lo >= hi) return
  const view = state.job(run.job).view.families.get(run.family)
  applyOwn(state, run.job, {
    kind: 'claim',
    generation: view?.generation(lo) ?? 0,
    family: run.family,
    lo,
    hi,
    epoch: run.epoch,
    cost: run.cost,
    state: to,
    reason,
    resumedFrom: run.resumedFrom,
    atMs: state.wallMs,
  })
}

/** Asks for the inputs of a run once all its parents are done. Returns whether they are. */
export function prepareWhenReady(state: HubState, run: OwnRun): boolean {
  const job = state.job(run.job)
  const view = job.view.families.get(run.family)
  if (view === undefined) return false
  for (let shard = run.next; shard < run.hi; shard++) {
    if (isReady(job, view, shard)) continue
    prefetch(state, job, view, run.next, run.hi)
    return false
  }
  run.inputsMs = Math.min(
    Math.max(run.inputsMs, state.nowMs),
    state.nowMs + inputsTravelMs(state, job, view, { lo: run.next, hi: run.hi }, state.self),
  )
  run.state = 'preparing'
  run.plan = planRun(state, job, view, run)
  state.effect({ type: 'prepare', plan: run.plan })
  return true
}

/** Gives a claim up: what it still held is free for others. */
export function releaseRun(state: HubState, run: OwnRun, reason: string): void {
  writeClaim(state, run, 'released', run.next, run.hi, reason)
  state.runs.delete(run.id)
}

function planRun(state: HubState, job: Job, view: FamilyView, run: OwnRun): RunPlan {
  const shards: RunShard[] = []
  let slice = view.spec.slices[0]
  for (let index = run.next; index < run.hi; index++) {
    if (slice === undefined || index < slice.lo || index >= slice.hi) slice = sliceOf(view.spec.slices, index)
    const checkpoint = usableCheckpoint(job, view, index)
    const input = slice === undefined ? null : { ref: slice.ref, offset: index - slice.lo }
    shards.push({
      index,
      input,
      parents: parentResults(job, view, index),
      restored: checkpoint?.ref ?? null,
      progress: checkpoint?.progress ?? 0,
    })
  }
  run.resumedFrom = shards[0]?.progress ?? 0
  const others = state.members.others().map((member) => member.hub)
  const holders = orderHolders(inputHolders(job, state.self), others, state.self)
  return { run: run.id, job: job.id, family: run.family, epoch: run.epoch, shards, holders }
}

function usableCheckpoint(job: Job, view: FamilyView, shard: number): Checkpoint | null {
  const isLost = ({ ref }: Checkpoint): boolean => ref.kind === 'blob' && job.lostCheckpoints.has(ref.cid)
  for (const checkpoint of [view.checkpoint(shard), view.previousCheckpoint(shard)]) {
    if (checkpoint !== null && !isLost(checkpoint)) return checkpoint
  }
  return null
}

function parentResults(job: Job, view: FamilyView, shard: number): RunShard['parents'] {
  if (view.spec.edges.length === 0) return []
  return (familyGraph(view).parents[shard] ?? []).flatMap((edge) => {
    const done = job.view.families.get(edge.family)?.done(edge.from)
    return done === null || done === undefined ? [] : [{ ref: done.ref, offset: done.offset }]
  })
}

/** Slices are in order and do not overlap: a binary search finds the one that has a shard. */
function sliceOf(slices: readonly Slice[], shard: number): Slice | undefined {
  let low = 0
  let high = slices.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((slices[middle]?.hi ?? 0) <= shard) low = middle + 1
    else high = middle
  }
  const found = slices[low]
  return found !== undefined && found.lo <= shard ? found : undefined
}

/** A root takes no slot: it mostly waits. It starts at once, from the recorded cuts of an earlier run if there was one. */
function startRoot(state: HubState, run: OwnRun): void {
  const job = state.job(run.job)
  const root = job.view.families.get(ROOT_FAMILY)
  const recordedCuts = new Map(
    [...job.view.families.values()]
      .filter((view) => view.spec.key !== ROOT_FAMILY)
      .map((view) => [view.spec.sequence, view.spec.cut] as const),
  )
  const checkpoint = root?.checkpoint(0) ?? null
  // Overtaken by a hub that has fallen silent, an earlier run of the root may still be there: of two only one goes on.
  const old = job.rootRun === null ? undefined : state.runs.get(job.rootRun)
  if (old !== undefined) {
    old.stopping = true
    state.effect({ type: 'stop-run', run: old.id })
  }
  run.state = 'running'
  run.startedMs = state.nowMs
  run.resumedFrom = checkpoint?.progress ?? 0
  run.workedMs = run.sparedMs
  run.savedMs = run.sparedMs
  job.rootRun = run.id
  job.awaited.clear()
  writeClaim(state, run, 'running', 0, 1, run.reason)
  const slots = state.members.alive().reduce((sum, member) => sum + (member.beacon?.slots ?? 0), 0)
  state.effect({
    type: 'start-root',
    run: run.id,
    job: run.job,
    epoch: run.epoch,
    recordedCuts,
    slots: Math.max(1, slots),
    restored: checkpoint?.ref ?? null,
    previous: root?.previousCheckpoint(0)?.ref ?? null,
  })
}
