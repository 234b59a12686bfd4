/** The root's side of a job: families it spawns are recorded once, and their results reach it as they are done. */
import type { FamilyView } from '../ledger/view.ts'
import { counts } from '../limits.ts'
import { type FamilySpec, shardCount } from '../program/family.ts'
import type { RunId } from './input.ts'
import type { Job } from './job.ts'
import { orderHolders } from './own-run.ts'
import { applyOwn } from './records.ts'
import type { HubState } from './state.ts'

/** A local root spawned a family: recorded unless an earlier run of the root already did, then its results are owed to the root. */
export function spawned(state: HubState, id: RunId, spec: FamilySpec): void {
  const run = state.runs.get(id)
  if (run === undefined || run.stopping) return
  const job = state.job(run.job)
  if (job.rootRun !== id) return
  if (!job.view.families.has(spec.key)) {
    if (job.view.families.size >= counts.familiesPerJobMax) {
      applyOwn(state, job.id, { kind: 'cancel', reason: 'too many families', atMs: state.wallMs })
      return
    }
    applyOwn(state, job.id, { kind: 'family', spec })
  }
  job.awaited.set(spec.sequence, { family: spec.key, delivered: new Uint8Array(shardCount(spec)) })
  deliverDone(state, job, spec.key, 0, shardCount(spec))
  state.planSoon()
}

/** Hands results of `[lo, hi)` to the local root, each shard once. */
export function deliverDone(state: HubState, job: Job, family: string, lo: number, hi: number): void {
  const run = job.rootRun === null ? undefined : state.runs.get(job.rootRun)
  const view = job.view.families.get(family)
  if (run === undefined || view === undefined) return
  const awaited = job.awaited.get(view.spec.sequence)
  if (awaited === undefined || awaited.family !== family) return
  for (let shard = lo; shard < hi; ) {
    if (awaited.delivered[shard] === 1 || !view.isDone(shard)) shard++
    else shard = deliverStretch(state, job, run.id, view, awaited.delivered, shard, hi)
  }
}

/** Delivers consecutive shards that lie side by side in one packed list; returns the first shard after them. */
function deliverStretch(
  state: HubState,
  job: Job,
  run: RunId,
  view: FamilyView,
  delivered: Uint8Array,
  lo: number,
  hi: number,
): number {
  const first = view.done(lo)
  if (first === null) return lo + 1
  let end = lo
  for (; end < hi && delivered[end] !== 1; end++) {
    const done = end === lo ? first : view.done(end)
    if (done === null || done.ref !== first.ref || done.offset !== first.offset + (end - lo)) break
    delivered[end] = 1
  }
  const others = state.members.others().map((member) => member.hub)
  state.effect({
    type: 'deliver',
    run,
    job: job.id,
    sequence: view.spec.sequence,
    lo,
    hi: end,
    ref: first.ref,
    offset: first.offset,
    holders: orderHolders([first.hub, ...first.holders], others, state.self),
  })
  return end
}
