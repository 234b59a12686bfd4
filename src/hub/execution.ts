/** This hub's own slots: which run starts next, and what follows when one ends. */
import type { RunEnd } from '../execute/slots.ts'
import { counts, recovery } from '../limits.ts'
import { prepareWhenReady, releaseRun, writeClaim } from './claims.ts'
import type { RunId } from './input.ts'
import { failuresOf, isEnded, type Job, nextEpoch } from './job.ts'
import { isOpen } from './lease.ts'
import { capacityOf, ownCapacity, rateAt } from './member-capacity.ts'
import { account, noteMoved, noteProgress, type OwnRun } from './own-run.ts'
import { familyGraph } from './ready-set.ts'
import { inputsMissing } from './recovery.ts'
import type { HubState } from './state.ts'

/** Ends that cost a slot its process. */
type SlotLoss = Exclude<RunEnd, { kind: 'complete' | 'cancelled' }>

/** What a shard did that failed on fewer hubs than it takes to call it poison, because there are no more. */
const lossCodes = {
  crashed: 'SHOAL_SHARD_CRASHED',
  deadline: 'SHOAL_SHARD_DEADLINE',
  memory: 'SHOAL_SHARD_MEMORY',
} as const

/** Later than any bid: a verdict never beats a result of the same epoch. */
const VERDICT_COST = 2 ** 31

/** Starts ready runs in free slots, most urgent first; no claim waits to be settled before it starts. */
export function startReady(state: HubState): void {
  const ready: OwnRun[] = []
  for (const run of state.runs.values()) if (run.state === 'ready') ready.push(run)
  if (ready.length === 0) return
  ready.sort((a, b) => b.rank - a.rank || a.id - b.id)
  for (const run of ready.slice(0, Math.max(0, state.freeSlots()))) {
    if (run.plan === null) continue
    run.state = 'running'
    run.startedMs = state.nowMs
    noteMoved(run, state.nowMs)
    run.workedMs = run.sparedMs
    run.savedMs = run.sparedMs
    const shards = run.plan.shards.filter((shard) => shard.index >= run.next && shard.index < run.hi)
    // The shards before may be done since the inputs were asked for.
    run.resumedFrom = shards[0]?.progress ?? 0
    writeClaim(state, run, 'running', run.next, run.hi, run.reason)
    state.effect({ type: 'start', plan: { ...run.plan, shards } })
  }
}

/** A slot tells how far the shard under way is: what it will take follows from its pace. */
export function progressed(state: HubState, id: RunId, shard: number, fraction: number): void {
  const run = state.runs.get(id)
  if (run === undefined || run.state !== 'running' || run.stopping || shard !== run.next || fraction <= 0) return
  noteProgress(run, Math.min(1, fraction), state.nowMs, rateAt(ownCapacity(state), state.nowMs))
}

/** A root computes, or waits for its families. */
export function rootComputes(state: HubState, id: RunId, computes: boolean): void {
  const run = state.runs.get(id)
  if (run?.isRoot !== true) return
  account(run, state.nowMs, rateAt(capacityOf(state, run), state.nowMs))
  run.computes = computes
}

/** Inputs of a run are here, or cannot be had now: then it rests, and others may try. */
export function prepared(state: HubState, id: RunId, missing: string | null): void {
  const run = state.runs.get(id)
  if (run === undefined || run.state !== 'preparing') return
  if (missing === null) {
    run.state = 'ready'
    return
  }
  if (inputsMissing(state, run, missing) && prepareWhenReady(state, run)) return
  if (state.runs.get(id) !== run) return
  pause(state, state.job(run.job), run, run.next, run.hi, recovery.missingInputPauseMs)
  releaseRun(state, run, 'inputs-missing')
}

/** A slot or root reports its end. What is left of the run is released, or counted as failed where it crashed. */
export function ended(state: HubState, id: RunId, end: RunEnd): void {
  const run = state.runs.get(id)
  if (run === undefined) return
  state.runs.delete(id)
  const job = state.jobs.get(run.job)
  if (job === undefined) return
  if (job.rootRun === id) job.rootRun = null
  const isLeft = run.next < run.hi && !hasPending(state, run)
  if (!isLeft || isEnded(job)) return
  if (end.kind !== 'cancelled' && end.kind !== 'complete') return failed(state, job, run, end)
  if (run.stopping) return
  // A slot that ends well without all results could not store one: somebody else may have the room.
  if (end.kind === 'complete') pause(state, job, run, run.next, run.hi, recovery.failedAttemptPauseMs)
  writeClaim(state, run, 'released', run.next, run.hi, 'stopped')
}

/** Claims made ahead follow their parents: prepared when these are done, given back when one has nobody. */
export function followParents(state: HubState): void {
  for (const run of state.runs.values()) {
    if (run.state !== 'waiting' || prepareWhenReady(state, run)) continue
    const job = state.job(run.job)
    const view = job.view.families.get(run.family)
    if (view === undefined) continue
    const parents = familyGraph(view).parents.slice(run.next, run.hi)
    const orphaned = parents.some((edges) =>
      edges.some((edge) => {
        const parent = job.view.families.get(edge.family)
        return parent !== undefined && isOpen(parent, edge.from, state.members)
      }),
    )
    if (orphaned) releaseRun(state, run, 'orphan')
  }
}

/** Makes shards rest at this hub. */
export function pause(state: HubState, job: Job, run: OwnRun, lo: number, hi: number, forMs: number): void {
  for (let shard = lo; shard < hi; shard++) job.pauses.set(`${run.family}:${shard}`, state.nowMs + forMs)
}

function hasPending(state: HubState, run: OwnRun): boolean {
  return [...state.pendingDone.values()].some((list) =>
    list.some((pending) => pending.run === run && pending.hi >= run.hi),
  )
}

/** The shard that ran when the slot went down bears the blame; the rest of the run is merely free again. */
function failed(state: HubState, job: Job, run: OwnRun, end: SlotLoss): void {
  const shard = run.next
  writeClaim(state, run, 'failed', shard, shard + 1, end.kind)
  writeClaim(state, run, 'released', shard + 1, run.hi, 'slot-lost')
  pause(state, job, run, shard, shard + 1, recovery.failedAttemptPauseMs)
  const { hubs, alike, attempts } = failuresOf(job, run.family, shard)
  const everybodyFailed = hubs >= mayStillTry(state) && attempts >= counts.poisonHubsMax
  if (alike < counts.poisonHubsMax && attempts < counts.attemptsPerShardMax && !everybodyFailed) return
  condemn(state, job, run, { shard, end, isPoison: alike >= counts.poisonHubsMax })
}

/** Hubs that are there or may be back in a moment: what takes all memory of a machine makes its hub silent, too. */
function mayStillTry(state: HubState): number {
  return state.members.all().filter((member) => member.state === 'alive' || member.state === 'suspect').length
}

/** A shard that took down every hub it ran on gets an error as its result, with the evidence. */
function condemn(
  state: HubState,
  job: Job,
  run: OwnRun,
  { shard, end, isPoison }: { shard: number; end: SlotLoss; isPoison: boolean },
): void {
  const failures = [...(job.failures.get(`${run.family}:${shard}`) ?? [])]
  const evidence = failures.map(([hub, failure]) => `${hub}: ${failure.signature}`).join('; ')
  const view = job.view.families.get(run.family)
  if (view === undefined || view.isDone(shard)) return
  const id = state.newRunId()
  // A claim of its own keeps others off meanwhile; a real result of an attempt that was under way still wins.
  const own = { epoch: nextEpoch(view, shard), cost: VERDICT_COST, reason: 'poison', resumedFrom: 0 }
  const place = { lo: shard, hi: shard + 1, next: shard }
  const verdict: OwnRun = { ...run, ...own, ...place, id, state: 'condemned', stopping: false }
  state.runs.set(id, verdict)
  writeClaim(state, verdict, 'claimed', shard, shard + 1, own.reason)
  const message = `shard ${run.family}:${shard} ended its slot on ${failures.length} hubs (${evidence}); last: ${end.detail}`
  state.effect({
    type: 'fail-shard',
    run: id,
    shard,
    code: isPoison ? 'SHOAL_SHARD_POISON' : lossCodes[end.kind],
    message,
  })
}
