/** Idle hubs take over: unstarted work from busy hubs by asking, late work by running a second copy. */
import { fits } from '../cost/capability.ts'
import { type CapacityCurve, finishTime } from '../cost/capacity.ts'
import { auction, counts } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { claim, writeClaim } from './claims.ts'
import type { ForeignRun } from './foreign-runs.ts'
import { isEnded, type Job, shardWorkMs } from './job.ts'
import { memberCapacity, ownCapacity, promisedCapacity } from './member-capacity.ts'
import type { Given, HubMessage } from './message.ts'
import type { OwnRun } from './own-run.ts'
import { nextStartMs, ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'

/** Asks the hub that will be busy longest for some of its unstarted work. Returns whether a request is out. */
export function trySteal(state: HubState): boolean {
  if (state.steal !== null) {
    if (state.nowMs - state.steal.sinceMs < auction.stealTimeoutMs) return true
    state.steal = null
    state.stealPausedUntilMs = state.nowMs + auction.stealPauseMs
  }
  if (state.nowMs < state.stealPausedUntilMs) return false
  const owner = busiestOwner(state)
  if (owner === null) return false
  const request = state.newRequest()
  state.steal = { request, owner, sinceMs: state.nowMs }
  const startInMs = Math.max(0, (ownSlotFreeMs(state)[0] ?? state.nowMs) - state.nowMs)
  state.effect({ type: 'send', to: owner, message: { type: 'steal', request, startInMs } })
  return true
}

/** The owner's side: gives the unstarted tail that ends last, if the thief would end it clearly sooner. */
export function stealAsked(state: HubState, from: string, message: Extract<HubMessage, { type: 'steal' }>): void {
  const thiefStartMs = state.nowMs + message.startInMs + 2 * state.link(from).latencyMs
  const member = state.members.get(from)
  const capacity = memberCapacity(state, member)
  const thief: Thief = { startMs: thiefStartMs, hub: from, labels: member?.beacon?.labels ?? {}, capacity }
  const given = state.leaving ? null : (giveQueued(state, thief) ?? giveTail(state, thief))
  state.effect({ type: 'send', to: from, message: { type: 'stolen', request: message.request, given } })
}

/** The thief's side: claims what it was given at the next epoch, so that the owner's hold ends everywhere. */
export function stealAnswered(state: HubState, message: Extract<HubMessage, { type: 'stolen' }>): void {
  if (state.steal?.request !== message.request) return
  state.steal = null
  const given = message.given
  const job = given === null ? undefined : state.jobs.get(given.job)
  const view = job?.view.families.get(given?.family ?? '')
  const canTake = job !== undefined && !isEnded(job) && !state.leaving && mayRun(job, state.init)
  if (given === null || job === undefined || view === undefined || !canTake) {
    state.stealPausedUntilMs = state.nowMs + auction.stealPauseMs
    return
  }
  if (!isSane(given, view.shards)) return
  const workMs = (given.hi - given.lo) * shardWorkMs(view, given.lo)
  const finishMs = (ownSlotFreeMs(state)[0] ?? state.nowMs) + workMs / state.init.speed
  claim(state, { job, view, lo: given.lo, hi: given.hi, finishMs, rank: shardWorkMs(view, given.lo), reason: 'steal' })
}

/** What was promised and never claimed is free again. */
export function reviewLent(state: HubState): void {
  if (state.lent.length === 0) return
  state.lent = state.lent.filter((lent) => {
    if (state.nowMs - lent.sinceMs < auction.stealTimeoutMs) return true
    writeClaim(state, lent.run, 'released', lent.lo, lent.hi, 'steal-unclaimed')
    return false
  })
}

/** Runs a copy of the work that is most overdue elsewhere. Returns whether it found any. */
export function trySpeculate(state: HubState): boolean {
  let worst: { foreign: ForeignRun; lateMs: number } | null = null
  for (const foreign of state.foreignRuns.values()) {
    const lateMs = lateness(state, foreign)
    if (lateMs > 0 && (worst === null || lateMs > worst.lateMs)) worst = { foreign, lateMs }
  }
  if (worst === null) return false
  const { foreign } = worst
  const job = state.job(foreign.job)
  const view = job.view.families.get(foreign.family)
  if (view === undefined) return false
  const lo = firstUndone(view, foreign.lo, foreign.hi)
  const hi = Math.min(foreign.hi, lo + Math.max(1, Math.floor(auction.bundleMsMin / shardWorkMs(view, lo))))
  const finishMs = state.nowMs + ((hi - lo) * shardWorkMs(view, lo)) / state.init.speed
  claim(state, { job, view, lo, hi, finishMs, rank: shardWorkMs(view, lo), reason: 'speculate' })
  return true
}

function busiestOwner(state: HubState): string | null {
  let owner: string | null = null
  let latestMs = state.nowMs + Math.max(auction.bundleMsMin, 4 * auction.linkLatencyMs)
  const stealable = hubsWithUnstarted(state)
  for (const member of state.members.others()) {
    if (!stealable.has(member.hub)) continue
    const freeMs = Math.max(0, ...member.slotFreeMs)
    if (!member.connected || member.beacon?.compute !== true || freeMs <= latestMs) continue
    latestMs = freeMs
    owner = member.hub
  }
  return owner
}

/** Hubs that hold something a thief could take: a claim not yet started, or the tail of a bundle. */
function hubsWithUnstarted(state: HubState): ReadonlySet<string> {
  const hubs = new Set<string>()
  for (const run of state.foreignRuns.values()) if (!run.running || run.hi - run.next > 2) hubs.add(run.hub)
  return hubs
}

interface Thief {
  readonly hub: HubId
  /** Own clock, when it could begin. */
  readonly startMs: number
  readonly labels: Readonly<Record<string, string>>
  readonly capacity: CapacityCurve
}

function mayGive(state: HubState, run: OwnRun, thief: Thief): boolean {
  const job = state.jobs.get(run.job)
  return job !== undefined && !run.isRoot && mayRun(job, thief)
}

/** Needs are a hard filter for whoever takes over, too. */
function mayRun(job: Job, { hub, labels }: Pick<Thief, 'hub' | 'labels'>): boolean {
  const { submitter, options } = job.manifest
  return fits(options.needs, { compute: true, labels, isForeign: submitter !== hub })
}

/** A whole run that waits for a slot longer than the thief would. */
function giveQueued(state: HubState, thief: Thief): Given | null {
  const startMs = nextStartMs(state)
  const capacity = ownCapacity(state)
  const queued = state.queuedRuns().filter((run) => !run.stopping && run.hi > run.next && run.state !== 'waiting')
  queued.sort((a, b) => a.rank - b.rank || b.id - a.id)
  for (const run of queued) {
    const workMs = (run.hi - run.next) * run.shardMs
    const ownEndMs = finishTime(capacity, startMs, workMs)
    const thiefEndMs = finishTime(thief.capacity, thief.startMs, workMs)
    if (ownEndMs < thiefEndMs + auction.stealGainShares * workMs || !mayGive(state, run, thief)) continue
    state.runs.delete(run.id)
    return lend(state, run, run.next, run.hi)
  }
  return null
}

/** The later half of what a running run has not begun. Its first two shards may be under way already. */
function giveTail(state: HubState, thief: Thief): Given | null {
  let best: { run: OwnRun; from: number } | null = null
  for (const run of state.runningRuns()) {
    if (run.stopping || !mayGive(state, run, thief)) continue
    const from = run.next + Math.max(2, Math.ceil((run.hi - run.next) / 2))
    const leftMs = ((run.hi - run.next) * run.shardMs) / state.init.speed
    const stolenMs = (run.hi - from) * run.shardMs
    const gainMs = state.nowMs + leftMs - (thief.startMs + stolenMs)
    if (from >= run.hi || gainMs < auction.stealGainShares * stolenMs || stolenMs < auction.bundleMsMin / 2) continue
    if (best === null || run.hi - from > best.run.hi - best.from) best = { run, from }
  }
  if (best === null) return null
  const given = lend(state, best.run, best.from, best.run.hi)
  best.run.hi = best.from
  state.effect({ type: 'trim', run: best.run.id, before: best.from })
  return given
}

function lend(state: HubState, run: OwnRun, lo: number, hi: number): Given {
  state.lent.push({ job: run.job, family: run.family, lo, hi, run: { ...run }, sinceMs: state.nowMs })
  return { job: run.job, family: run.family, lo, hi }
}

/** How much later than expected a run of another hub is; zero or less while it is not worth a copy. */
function lateness(state: HubState, foreign: ForeignRun): number {
  const job = state.jobs.get(foreign.job)
  const view = job?.view.families.get(foreign.family)
  if (job === undefined || view === undefined || !foreign.running || view.spec.sequence === 0) return 0
  if (!mayRun(job, state.init)) return 0
  const lo = firstUndone(view, foreign.lo, foreign.hi)
  if (lo >= foreign.hi) return 0
  const claimed = view.claim(lo)
  if (claimed === null || claimed.epoch !== foreign.epoch || claimed.reason === 'speculate') return 0
  if (view.busyMsMean === null && view.spec.workMs === null) return 0
  const member = state.members.get(foreign.hub)
  if (member === undefined) return 0
  const capacity = promisedCapacity(state, member, foreign.movedMs)
  const expectedMs = finishTime(capacity, foreign.movedMs, shardWorkMs(view, lo)) - foreign.movedMs
  // A hub's first run of a job starts a process and loads the program; that is no straggling.
  const startMs = job.provenBy.has(foreign.hub) ? 0 : auction.coldStartMs
  const allowedMs = startMs + Math.max(auction.speculateMsMin, auction.speculateAfterShares * expectedMs)
  return state.nowMs - foreign.movedMs - allowedMs
}

function firstUndone(view: { isDone(shard: number): boolean }, lo: number, hi: number): number {
  let shard = lo
  while (shard < hi && view.isDone(shard)) shard++
  return shard
}

function isSane(given: Given, shards: number): boolean {
  const { lo, hi } = given
  return (
    Number.isInteger(lo) &&
    Number.isInteger(hi) &&
    lo >= 0 &&
    lo < hi &&
    hi <= shards &&
    hi - lo <= counts.shardsPerClaimMax
  )
}
