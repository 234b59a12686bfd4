/** What follows when others fall silent: their claims are void, their results may be lost, their copies must be made again. */
import type { FamilyView } from '../ledger/view.ts'
import { recovery } from '../limits.ts'
import type { JobId, Ref } from '../program/ref.ts'
import { claim } from './claims.ts'
import { mayRun } from './eligible.ts'
import { isEnded, type Job, rootView } from './job.ts'
import type { MemberChange } from './membership.ts'
import type { OwnRun } from './own-run.ts'
import { applyOwn } from './records.ts'
import { deliverDone } from './root.ts'
import type { HubState } from './state.ts'

/** Tells about changed members, and wakes whatever waited for them. */
export function membersChanged(state: HubState, changes: readonly MemberChange[]): void {
  for (const { hub, state: to } of changes) {
    state.effect({ type: 'story', job: null, event: { type: 'hub', hub, state: to } })
    if (to !== 'alive' && state.steal?.owner === hub) state.steal = null
    if (to === 'alive') continue
    state.foreignRuns.dropHub(hub)
  }
  if (changes.length === 0) return
  const slots = state.members.alive().reduce((sum, member) => sum + (member.beacon?.slots ?? 0), 0)
  for (const job of state.jobs.values()) {
    if (job.rootRun !== null) state.effect({ type: 'slots-changed', run: job.rootRun, slots: Math.max(1, slots) })
  }
}

/**
 * Results that nobody reachable has. While a holder may come back they are asked for again; once all holders are dead, or
 * live and have lost them, the shards are re-opened in a higher generation, which every replica honours.
 */
export function resultsUnavailable(state: HubState, id: JobId, family: string, lo: number, hi: number): void {
  const job = state.jobs.get(id)
  const view = job?.view.families.get(family)
  if (job === undefined || view === undefined || isEnded(job)) return
  const awaited = job.awaited.get(view.spec.sequence)
  for (let shard = lo; shard < hi; shard++) {
    if (awaited !== undefined) awaited.delivered[shard] = 0
    reopenLost(state, job, view, shard)
  }
}

function reopenLost(state: HubState, job: Job, view: FamilyView, shard: number): void {
  const family = view.spec.key
  const done = view.done(shard)
  if (done === null) return
  const holders = [done.hub, ...done.holders].map((hub) => state.members.get(hub)?.state)
  // A suspect may be back in a moment, and its disk with it.
  if (holders.includes('suspect')) return
  const isDead = !holders.includes('alive')
  if (!isDead && !isGivenUp(state, job, `${family}:${shard}`)) return
  job.misses.delete(`${family}:${shard}`)
  const generation = view.generation(shard) + 1
  const reason = isDead ? 'holders-dead' : 'blob-lost'
  applyOwn(state, job.id, { kind: 'reopen', generation, family, lo: shard, hi: shard + 1, reason })
}

/**
 * What a run lacks. Without a checkpoint it starts from its input; results of parents are re-opened like any other; inputs
 * that are lost for good come back by a replay of the root. Returns whether the run can be prepared anew at once.
 */
export function inputsMissing(state: HubState, run: OwnRun, missing: string): boolean {
  const job = state.job(run.job)
  const view = job.view.families.get(run.family)
  if (run.plan === null || view === undefined) return false
  const isMissing = (ref: Ref | null) => ref?.kind === 'blob' && missing.includes(ref.cid)
  const checkpoint = run.plan.shards.find(({ restored }) => isMissing(restored))?.restored
  if (checkpoint?.kind === 'blob') {
    job.lostCheckpoints.add(checkpoint.cid)
    return true
  }
  for (const edge of view.spec.edges) {
    if (edge.to < run.next || edge.to >= run.hi) continue
    // The root may have these results already: nothing is owed to it again.
    const parent = job.view.families.get(edge.family)
    if (parent !== undefined && isMissing(parent.done(edge.from)?.ref ?? null)) {
      reopenLost(state, job, parent, edge.from)
    }
  }
  const isInput = isMissing(view.spec.shared) || view.spec.slices.some(({ ref }) => isMissing(ref))
  if (isInput && job.blobsHere && isGivenUp(state, job, run.family)) replayRoot(state, job, run.family)
  return false
}

/** The root stores the inputs of its families again when it spawns them again; one that has just begun is given time to. */
function replayRoot(state: HubState, job: Job, family: string): void {
  const view = rootView(job)
  if (view.isDone(0) || !mayRun(job, state.init)) return
  if (state.nowMs - job.rootSinceMs < recovery.rootReplayMs) return
  job.misses.delete(family)
  claim(state, { job, view, lo: 0, hi: 1, finishMs: state.nowMs, rank: Number.MAX_VALUE, reason: 'recover' })
}

/** Whether something was asked for so often and so long that whoever has it would have given it. */
function isGivenUp(state: HubState, job: Job, what: string): boolean {
  const miss = job.misses.get(what) ?? { sinceMs: state.nowMs, times: 0 }
  miss.times++
  job.misses.set(what, miss)
  return miss.times >= recovery.missesMax && state.nowMs - miss.sinceMs >= recovery.missingForMs
}

/** Offers local roots what they still wait for: results that could not be fetched before. */
export function redeliver(state: HubState): void {
  for (const job of state.jobs.values()) {
    if (job.rootRun === null) continue
    for (const { family, delivered } of job.awaited.values()) deliverDone(state, job, family, 0, delivered.length)
  }
}
