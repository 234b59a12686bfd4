/** Late work of other hubs is run a second time by an idle one: the first result wins (research: 10 % for 4 % waste). */
import { type CapacityCurve, finishTime, workBetween } from '../cost/capacity.ts'
import { bid } from '../cost/cost.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction, durations } from '../limits.ts'
import { claim } from './claims.ts'
import { mayRun } from './eligible.ts'
import type { ForeignRun } from './foreign-runs.ts'
import { type Job, shardWorkMs } from './job.ts'
import { memberCapacity, ownCapacity, promisedCapacity } from './member-capacity.ts'
import { standsBack } from './stand-back.ts'
import { type HubState, MOVE_REASON } from './state.ts'
import { inputsTravelMs } from './travel.ts'
import { maySay } from './voters.ts'

/** Runs a copy of the work that would gain most by it. Returns whether it found any. */
export function trySpeculate(state: HubState): boolean {
  let best: { foreign: ForeignRun; gainMs: number } | null = null
  for (const foreign of state.foreignRuns.open()) {
    const gainMs = gainOfCopy(state, foreign)
    if (gainMs > 0 && (best === null || gainMs > best.gainMs)) best = { foreign, gainMs }
  }
  if (best === null) return false
  const { foreign } = best
  const job = state.job(foreign.job)
  const view = job.view.families.get(foreign.family)
  if (view === undefined) return false
  const lo = firstUndone(view, foreign.lo, foreign.hi)
  const hi = Math.min(foreign.hi, lo + Math.max(1, Math.floor(auction.bundleMsMin / shardWorkMs(view, lo))))
  const finishMs = finishTime(ownCapacity(state), state.nowMs, (hi - lo) * shardWorkMs(view, lo))
  noteCopy(state, job, view, foreign, { lo, hi })
  claim(state, { job, view, lo, hi, finishMs, rank: shardWorkMs(view, lo), reason: 'speculate' })
  return true
}

/** For `why`: the bid for the copy beside what the original is expected to take. */
function noteCopy(state: HubState, job: Job, view: FamilyView, foreign: ForeignRun, place: Place): void {
  const { nowMs, init, self } = state
  const { lo, hi } = place
  const workMs = (hi - lo) * shardWorkMs(view, lo)
  const inputsMs = nowMs + inputsTravelMs(state, job, view, place, self)
  const own = bid({ nowMs, slotFreeMs: nowMs, inputsMs, workMs, speed: init.speed, capacity: ownCapacity(state) })
  const { hub, movedMs } = foreign
  const leftInMs = Math.max(nowMs, toldEndMs(state, foreign)) - nowMs
  const dueInMs = Math.min(
    leftInMs,
    Math.max(0, movedMs + workMs / (state.members.get(hub)?.beacon?.speed ?? 1) - nowMs),
  )
  const terms = { queueMs: 0, transferMs: 0, workMs: dueInMs, loadMs: 0, lateMs: leftInMs - dueInMs }
  const bids = [
    { hub: self, finishMs: own.finishMs, terms: own.terms },
    { hub, finishMs: nowMs + leftInMs, terms },
  ]
  state.decisions.note({ job: job.id, family: view.spec.key, lo, hi, reason: 'speculate', atMs: nowMs, bids })
}

interface Place {
  readonly lo: number
  readonly hi: number
}

/** Milliseconds by which a copy here would end before the original; zero or less while that is not worth a copy. */
function gainOfCopy(state: HubState, foreign: ForeignRun): number {
  const job = state.jobs.get(foreign.job)
  const view = job?.view.families.get(foreign.family)
  if (job === undefined || view === undefined || !mayRun(job, { hub: state.self, labels: state.init.labels })) return 0
  const silentMs = state.nowMs - foreign.movedMs
  const isSilent = silentMs >= silentMsMax(job)
  if (!foreign.running && !isSilent) return 0
  const lo = firstUndone(view, foreign.lo, foreign.hi)
  if (lo >= foreign.hi || !maySay(view, { lo, hi: foreign.hi }, state.self)) return 0
  if (standsBack(state, { job, view, lo, hi: foreign.hi }, state.self)) return 0
  const claimed = view.claim(lo)
  if (claimed === null || claimed.epoch !== foreign.epoch || claimed.reason === 'speculate') return 0
  // A root has no usual time; where it has spawned, it lives. Nor have shards of which none is done.
  if (view.spec.sequence === 0) return isSilent && job.view.families.size === 1 ? silentMs : 0
  if (view.busyMsMean === null && view.spec.workMs === null) return isSilent ? silentMs : 0
  const lateMs = lateness(state, job, view, foreign, lo)
  if (lateMs.since <= lateMs.allowed / 2) return 0
  const workMs = restMs(state, view, foreign, lo) + (foreign.hi - lo - 1) * shardWorkMs(view, lo)
  const travelMs = inputsTravelMs(state, job, view, { lo, hi: foreign.hi }, state.self)
  const startMs = state.nowMs + travelMs + 2 * state.link(foreign.hub).latencyMs
  const copyEndMs = finishTime(ownCapacity(state), startMs, (1 + auction.speculateGainShares) * workMs)
  const gainMs = toldEndMs(state, foreign) - copyEndMs
  const isFarLater = gainMs > copyEndMs - state.nowMs
  return lateMs.beyond > 0 || isFarLater ? gainMs : 0
}

/** When the hub of a run expects to end it: what it told of its slots, less what it has claimed behind it. */
function toldEndMs(state: HubState, foreign: ForeignRun): number {
  const member = state.members.get(foreign.hub)
  let endMs = Math.max(state.nowMs, ...(member?.slotFreeMs ?? []))
  const speed = member?.beacon?.speed ?? 1
  for (const other of state.foreignRuns.ofHub(foreign.hub)) {
    if (other.running) continue
    const view = state.jobs.get(other.job)?.view.families.get(other.family)
    if (view !== undefined) endMs -= ((other.hi - other.next) * shardWorkMs(view, other.next)) / speed
  }
  return endMs
}

interface Lateness {
  /** Since it was last seen to move. */
  readonly since: number
  readonly allowed: number
  readonly beyond: number
}

/** How much longer than expected the shard under way takes, as claims and results tell. */
function lateness(state: HubState, job: Job, view: FamilyView, foreign: ForeignRun, shard: number): Lateness {
  const capacity = capacityThen(state, foreign)
  const expectedMs = finishTime(capacity, foreign.movedMs, restMs(state, view, foreign, shard)) - foreign.movedMs
  // A hub's first run of a job starts a process and loads the program; that is no straggling.
  const startMs = job.provenBy.has(foreign.hub) ? 0 : auction.coldStartMs
  const allowed = startMs + Math.max(auction.speculateMsMin, auction.speculateAfterShares * expectedMs)
  const since = state.nowMs - foreign.movedMs
  return { since, allowed, beyond: since - allowed }
}

/** Speed-1 milliseconds of a shard; of one that moved while it ran what was left then, as its new hub said: the rest came as a checkpoint. */
function restMs(state: HubState, view: FamilyView, foreign: ForeignRun, shard: number): number {
  const wholeMs = shardWorkMs(view, shard)
  const claimed = view.claim(shard)
  if (claimed?.reason !== MOVE_REASON) return wholeMs
  const { movedMs } = foreign
  return Math.min(wholeMs, workBetween(capacityThen(state, foreign), movedMs, movedMs + claimed.cost))
}

/** Of the hub of a run, from when the run was last seen to move. */
function capacityThen(state: HubState, { hub, movedMs }: ForeignRun): CapacityCurve {
  const member = state.members.get(hub)
  return member === undefined ? memberCapacity(state, member) : promisedCapacity(state, member, movedMs)
}

/** So long a claim may show nothing: hubs that promise much and do nothing must not keep a job until its end. */
function silentMsMax({ manifest }: Job): number {
  const deadlineMs = Math.min(manifest.options.deadlineMs ?? durations.shardDeadlineMs, durations.shardDeadlineMs)
  return deadlineMs / auction.silentDeadlineParts
}

function firstUndone(view: { isDone(shard: number): boolean }, lo: number, hi: number): number {
  let shard = lo
  while (shard < hi && view.isDone(shard)) shard++
  return shard
}
