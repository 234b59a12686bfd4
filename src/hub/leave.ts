/** Leaving in order: no new work, unstarted work back to the others, and what runs to the others with a fresh checkpoint, or to its end. */
import { leaving } from '../limits.ts'
import { sendBeacon } from './beat.ts'
import { releaseRun, writeClaim } from './claims.ts'
import { mayTake } from './eligible.ts'
import { ownCapacity } from './member-capacity.ts'
import { expectedEndMs, type OwnRun } from './own-run.ts'
import { HANDOVER_REASON, type Handover, type HubState } from './state.ts'
import { maySay } from './voters.ts'

/** Begins to drain. */
export function drain(state: HubState): void {
  if (state.leaving) return
  state.leaving = true
  for (const run of [...state.runs.values()]) {
    if (run.state !== 'running') releaseRun(state, run, 'drain')
    else if (!run.isRoot && run.hi > run.next + 1) {
      writeClaim(state, run, 'released', run.next + 1, run.hi, 'drain')
      run.hi = run.next + 1
      state.effect({ type: 'trim', run: run.id, before: run.hi })
    }
  }
  sendBeacon(state)
}

/** Hands over what has its checkpoint, and tells once that nothing holds the hub any more. */
export function reviewDrain(state: HubState): void {
  if (!state.leaving || state.drainedTold) return
  for (const run of state.runs.values()) {
    if (run.state !== 'running' || run.stopping) continue
    if (run.isRoot) reviewRoot(state, run)
    else reviewShard(state, run)
  }
  if (state.runs.size > 0 || state.pendingDone.size > 0) return
  state.drainedTold = true
  state.effect({ type: 'drained' })
}

/**
 * A root is replayed from its recorded families by another hub, or by this one when it starts again. One that waits for them
 * loses nothing by that; one that computes is given a moment for a checkpoint.
 */
function reviewRoot(state: HubState, run: OwnRun): void {
  const asked = state.handovers.get(run.id)
  if (asked === undefined) {
    if (!run.computes) return handOver(state, run)
    state.effect({ type: 'set-timer', timer: 'evaluate', atMs: state.nowMs + leaving.rootWaitMs })
    return askForCheckpoint(state, run)
  }
  if (isFresh(run, asked) || state.nowMs - asked.sinceMs >= leaving.rootWaitMs) handOver(state, run)
}

/** A shard goes with its next checkpoint, where somebody is there to take it; without one it is let end, for its work would be lost. */
function reviewShard(state: HubState, run: OwnRun): void {
  const asked = state.handovers.get(run.id)
  if (asked?.shard === run.next) {
    if (isFresh(run, asked) && hasTaker(state, run)) handOver(state, run)
    return
  }
  const { nowMs } = state
  const isOverSoon = expectedEndMs(run, nowMs, nowMs, ownCapacity(state)) - nowMs < leaving.letEndMs
  if (!isOverSoon && hasTaker(state, run)) askForCheckpoint(state, run)
}

function askForCheckpoint(state: HubState, run: OwnRun): void {
  state.handovers.set(run.id, { shard: run.next, savedMs: run.savedMs, sinceMs: state.nowMs })
  state.effect({ type: 'checkpoint-run', run: run.id })
}

function isFresh({ savedMs, next }: OwnRun, asked: Handover): boolean {
  return next === asked.shard && savedMs > asked.savedMs
}

function handOver(state: HubState, run: OwnRun): void {
  state.handovers.delete(run.id)
  writeClaim(state, run, 'released', run.next, run.hi, HANDOVER_REASON)
  run.stopping = true
  state.effect({ type: 'stop-run', run: run.id })
}

/** Whether the claim is still ours to give, and another hub there that may run it. */
function hasTaker(state: HubState, run: OwnRun): boolean {
  const job = state.jobs.get(run.job)
  const view = job?.view.families.get(run.family)
  const claim = view?.claim(run.next)
  if (job === undefined || view === undefined || claim?.hub !== state.self || claim.epoch !== run.epoch) return false
  const place = { lo: run.next, hi: run.hi }
  return state.members
    .others()
    .some((member) => member.connected && mayTake(member, job) && maySay(view, place, member.hub))
}
