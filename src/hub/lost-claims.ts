/** What a hub does when somebody else's claim or result wins over its own: it drops the copy, unless it is worth keeping. */
import type { FamilyView } from '../ledger/view.ts'
import type { Job } from './job.ts'
import type { OwnRun } from './own-run.ts'
import type { HubState } from './state.ts'

/** Looks at all runs of a job after its ledger moved. */
export function reviewRuns(state: HubState, job: Job): void {
  for (const run of state.runs.values()) {
    if (run.job !== job.id || run.stopping) continue
    const view = job.view.families.get(run.family)
    if (view !== undefined) reviewRun(state, view, run)
  }
}

function reviewRun(state: HubState, view: FamilyView, run: OwnRun): void {
  const wanted = run.state === 'running' ? run.next : firstWanted(state, view, run)
  let hi = run.hi
  while (hi > wanted && !isWanted(state, view, run, hi - 1)) hi--
  if (run.state === 'running' && firstWanted(state, view, run) >= run.hi) {
    run.stopping = true
    state.effect({ type: 'stop-run', run: run.id })
    return
  }
  if (hi < run.hi) {
    run.hi = hi
    if (run.state === 'running') state.effect({ type: 'trim', run: run.id, before: hi })
  }
  if (run.state !== 'running' && run.hi <= wanted) state.runs.delete(run.id)
  else if (run.state !== 'running') run.next = wanted
}

function firstWanted(state: HubState, view: FamilyView, run: OwnRun): number {
  let shard = run.next
  while (shard < run.hi && !isWanted(state, view, run, shard)) shard++
  return shard
}

/** A shard is still worth running when it has no result and the claim that holds it is ours, or only a copy of ours. */
function isWanted(state: HubState, view: FamilyView, run: OwnRun, shard: number): boolean {
  if (view.isDone(shard)) return false
  const claim = view.claim(shard)
  if (claim === null) return true
  if (claim.hub === state.self && claim.boot === state.init.boot && claim.epoch === run.epoch) return true
  if (claim.reason === 'speculate' && run.state === 'running') return true
  // An older epoch of somebody else is what we overtook; a newer one, or a better bid at ours, overtook us.
  return claim.epoch < run.epoch || state.members.isVoid(claim.hub, claim.boot)
}
