/** Idle hubs take over: they ask the busiest for work, unstarted or running, that they would end sooner. */
import { type CapacityCurve, finishTime } from '../cost/capacity.ts'
import { type BidTerms, bid } from '../cost/cost.ts'
import { auction, counts, migration } from '../limits.ts'
import { ROOT_FAMILY } from '../program/family.ts'
import type { HubId } from '../program/ref.ts'
import type { UnitBid } from './bidders.ts'
import { claim } from './claims.ts'
import { mayRun, takesWork } from './eligible.ts'
import type { ForeignRun } from './foreign-runs.ts'
import { isEnded, type Job, rootView, shardWorkMs } from './job.ts'
import { lend } from './lending.ts'
import { memberCapacity, ownCapacity, rateAt } from './member-capacity.ts'
import type { Given, HubMessage } from './message.ts'
import { beginMove, moveCostMs } from './migration.ts'
import { expectedEndMs, type OwnRun } from './own-run.ts'
import { rootSharersAt } from './sharers.ts'
import { nextStartMs, ownFirstFreeMs, reservedMs } from './slot-times.ts'
import { standsBack } from './stand-back.ts'
import { type HubState, MOVE_REASON } from './state.ts'
import { inputsTravelMs } from './travel.ts'
import { maySay } from './voters.ts'
import { memberCapacityP90, ownCapacityP90 } from './worst-capacity.ts'

/** Asks the hub that will be busy longest for some of its work. Returns whether a request is out. */
export function trySteal(state: HubState): boolean {
  if (state.steal !== null) {
    if (state.nowMs - state.steal.sinceMs < auction.stealTimeoutMs) return true
    noteRefusal(state, state.steal.owner)
    state.steal = null
  }
  const owner = busiestOwner(state)
  if (owner === null || !isAmongFirst(state)) return false
  const startInMs = Math.max(0, nextStartMs(state) - state.nowMs)
  const untilInMs = reservedMs(state) - state.nowMs
  if (untilInMs <= startInMs) return false
  const request = state.newRequest()
  state.steal = { request, owner, sinceMs: state.nowMs }
  const gap = Number.isFinite(untilInMs) ? { untilInMs } : {}
  state.effect({ type: 'send', to: owner, message: { type: 'steal', request, startInMs, ...gap } })
  return true
}

/** The owner's side: gives the unstarted tail that ends last, if the thief would end it clearly sooner. */
export function stealAsked(state: HubState, from: string, message: Extract<HubMessage, { type: 'steal' }>): void {
  const thiefStartMs = state.nowMs + message.startInMs + 2 * state.link(from).latencyMs
  const member = state.members.get(from)
  const capacity = memberCapacity(state, member)
  const untilMs = state.nowMs + (message.untilInMs ?? Number.POSITIVE_INFINITY)
  const thief: Thief = { startMs: thiefStartMs, untilMs, hub: from, labels: member?.beacon?.labels ?? {}, capacity }
  const given = state.leaving ? null : (giveQueued(state, thief) ?? giveTail(state, thief))
  const asker = { hub: from, request: message.request, startMs: thiefStartMs, untilMs }
  if (given === null && !state.leaving && beginMove(state, asker, (run) => mayGive(state, run, thief))) return
  state.effect({ type: 'send', to: from, message: { type: 'stolen', request: message.request, given } })
}

/** The thief's side: claims what it was given at the next epoch, so that the owner's hold ends everywhere. */
export function stealAnswered(state: HubState, message: Extract<HubMessage, { type: 'stolen' }>): void {
  if (state.steal?.request !== message.request) return
  const { owner } = state.steal
  state.steal = null
  const given = message.given
  const job = given === null ? undefined : state.jobs.get(given.job)
  const view = job?.view.families.get(given?.family ?? '')
  const canTake = job !== undefined && !isEnded(job) && !state.leaving && mayRun(job, state.init)
  if (given === null || job === undefined || view === undefined || !canTake) return noteRefusal(state, owner)
  if (view === rootView(job) && !job.blobsHere) return noteRefusal(state, owner)
  if (!isSane(given, view.shards)) return
  state.refusals.delete(owner)
  const { lo, hi, leftMs } = given
  const inputsMs = state.nowMs + inputsTravelMs(state, job, view, given, state.self)
  const startMs = Math.max(ownFirstFreeMs(state), inputsMs)
  const finishMs = finishTime(ownCapacity(state), startMs, leftMs)
  const reason = given.isMove ? MOVE_REASON : 'steal'
  noteTaking(state, given, owner, inputsMs, reason)
  claim(state, { job, view, lo, hi, finishMs, inputsMs, leftMs, rank: shardWorkMs(view, lo), reason })
}

/** For `why`: the bid of this hub beside that of the owner. */
function noteTaking(state: HubState, given: Given, owner: HubId, inputsMs: number, reason: string): void {
  const { job, family, lo, hi, leftMs, ownerTerms, isMove } = given
  const { nowMs, init, self } = state
  const place = { nowMs, slotFreeMs: ownFirstFreeMs(state), inputsMs, workMs: leftMs, speed: init.speed }
  const { finishMs, terms } = bid({ ...place, capacity: ownCapacity(state) })
  const moveMs = isMove ? { moveMs: moveCostMs(family === ROOT_FAMILY) } : {}
  const bids: UnitBid[] = [{ hub: self, finishMs: finishMs + (moveMs.moveMs ?? 0), terms: { ...terms, ...moveMs } }]
  if (ownerTerms !== undefined) bids.push({ hub: owner, finishMs: nowMs + sumOf(ownerTerms), terms: ownerTerms })
  state.decisions.note({ job, family, lo, hi, reason, atMs: nowMs, bids })
}

function sumOf({ queueMs, transferMs, workMs, loadMs }: BidTerms): number {
  return queueMs + transferMs + workMs + loadMs
}

/** An owner that has nothing worth giving is asked again later, and later still. */
function noteRefusal(state: HubState, owner: HubId): void {
  const times = Math.min(8, (state.refusals.get(owner)?.times ?? 0) + 1)
  const pauseMs = Math.min(auction.stealPauseMsMax, auction.stealPauseMs * 2 ** (times - 1))
  state.refusals.set(owner, { times, untilMs: state.nowMs + pauseMs })
}

/** Whether few hubs that are idle too would make more of what is given. */
function isAmongFirst(state: HubState): boolean {
  const own = rateAt(ownCapacity(state), state.nowMs)
  let before = 0
  for (const member of state.members.others()) {
    const { hub, slotFreeMs } = member
    if (!takesWork(member) || Math.min(...slotFreeMs) > state.nowMs) continue
    const rate = rateAt(memberCapacity(state, member), state.nowMs)
    if ((rate > own || (rate === own && hub < state.self)) && ++before >= auction.thievesMax) return false
  }
  return true
}

function busiestOwner(state: HubState): string | null {
  let owner: string | null = null
  let latestMs = state.nowMs + Math.max(auction.bundleMsMin, 4 * auction.linkLatencyMs)
  const stealable = hubsWithWork(state)
  for (const member of state.members.others()) {
    if (!stealable.has(member.hub) || state.nowMs < (state.refusals.get(member.hub)?.untilMs ?? 0)) continue
    const freeMs = Math.max(stealable.get(member.hub) ?? 0, ...member.slotFreeMs)
    if (!member.connected || member.beacon?.compute !== true || freeMs <= latestMs) continue
    latestMs = freeMs
    owner = member.hub
  }
  return owner
}

/**
 * Hubs that hold something a thief could take: a claim not yet started, the tail of a bundle, a long shard that may move, or a root
 * that would be better off here; with when that root is expected to end there, for slots do not tell.
 */
function hubsWithWork(state: HubState): ReadonlyMap<HubId, number> {
  const hubs = new Map<HubId, number>()
  for (const run of state.foreignRuns.open()) {
    const before = hubs.get(run.hub) ?? 0
    if (run.family === ROOT_FAMILY) {
      const endMs = rootEndMs(state, run)
      if (endMs !== null) hubs.set(run.hub, Math.max(before, endMs))
    } else if (!run.running || run.hi - run.next > 2 || isWorthMoving(state, run)) hubs.set(run.hub, before)
  }
  return hubs
}

/** Own clock, when a root that has run for a while would end where it is, if it would end clearly sooner here; else null. */
function rootEndMs(state: HubState, run: ForeignRun): number | null {
  const job = state.jobs.get(run.job)
  const member = state.members.get(run.hub)
  if (!state.migrates || job?.blobsHere !== true || !run.running || member?.beacon == null) return null
  if (job.manifest.options.stays === true || !mayRun(job, state.init) || hasOpenFamilies(job)) return null
  const { nowMs } = state
  // As long again as it has run, at the full speed of its machine.
  const leftMs = (nowMs - run.movedMs) * member.beacon.speed
  const thereMs = finishTime(memberCapacityP90(state, member, rootSharersAt(state, member, job)), nowMs, leftMs)
  const startMs = nowMs + moveCostMs(true)
  const here = ownCapacityP90(state, rootSharersAt(state, state.members.self, job))
  const hereMs = finishTime(here, startMs, leftMs)
  const leastMs = Math.max(migration.gainMsMin, migration.gainShares * (hereMs - startMs))
  return thereMs > hereMs + leastMs ? thereMs : null
}

/** While one of its families is not done a root mostly waits. */
function hasOpenFamilies({ view }: Job): boolean {
  for (const { spec, doneCount, shards } of view.families.values())
    if (spec.key !== ROOT_FAMILY && doneCount < shards) return true
  return false
}

function isWorthMoving(state: HubState, run: ForeignRun): boolean {
  const freeMs = Math.max(0, ...(state.members.get(run.hub)?.slotFreeMs ?? []))
  return state.migrates && freeMs - state.nowMs > migration.gainMsMin + migration.moveMs
}

interface Thief {
  readonly hub: HubId
  /** Own clock, when it could begin. */
  readonly startMs: number
  /** Own clock, when its slot is wanted for work of its own. */
  readonly untilMs: number
  readonly labels: Readonly<Record<string, string>>
  readonly capacity: CapacityCurve
}

function mayGive(state: HubState, run: OwnRun, thief: Thief): boolean {
  const job = state.jobs.get(run.job)
  const view = job?.view.families.get(run.family)
  if (job === undefined || view === undefined) return false
  // The submitter is told who has the program and the input.
  if (run.isRoot && job.mine && !job.heldBy.has(thief.hub)) return false
  const place = { lo: run.next, hi: run.hi }
  return mayRun(job, thief) && maySay(view, place, thief.hub) && !standsBack(state, { job, view, ...place }, thief.hub)
}

/** A whole run that waits for a slot longer than the thief would. */
function giveQueued(state: HubState, thief: Thief): Given | null {
  const startMs = nextStartMs(state)
  const capacity = ownCapacity(state)
  const { speed } = state.init
  const queued = state.queuedRuns().filter((run) => !run.stopping && run.hi > run.next && run.state !== 'waiting')
  queued.sort((a, b) => a.rank - b.rank || b.id - a.id)
  for (const run of queued) {
    const workMs = (run.hi - run.next) * run.shardMs
    const own = bid({ nowMs: state.nowMs, slotFreeMs: startMs, inputsMs: run.inputsMs, workMs, speed, capacity })
    const ownEndMs = own.finishMs
    const view = state.jobs.get(run.job)?.view.families.get(run.family)
    if (view === undefined) continue
    const place = { lo: run.next, hi: run.hi }
    const travelMs = inputsTravelMs(state, state.job(run.job), view, place, thief.hub)
    const thiefEndMs = finishTime(thief.capacity, Math.max(thief.startMs, state.nowMs + travelMs), workMs)
    if (ownEndMs < thiefEndMs + auction.stealGainShares * workMs || !mayGive(state, run, thief)) continue
    if (thiefEndMs > thief.untilMs) continue
    state.runs.delete(run.id)
    return lend(state, run, { lo: run.next, hi: run.hi }, { leftMs: workMs, stayMs: null, ownerTerms: own.terms })
  }
  return null
}

/** The later half of what a running run has not begun. Its first two shards may be under way already. */
function giveTail(state: HubState, thief: Thief): Given | null {
  const { nowMs } = state
  const capacity = ownCapacity(state)
  let best: { run: OwnRun; from: number } | null = null
  for (const run of state.runningRuns()) {
    if (run.stopping || !mayGive(state, run, thief)) continue
    const from = run.next + Math.max(2, Math.ceil((run.hi - run.next) / 2))
    const stolenMs = (run.hi - from) * run.shardMs
    const thiefEndMs = finishTime(thief.capacity, thief.startMs, stolenMs)
    const gainMs = expectedEndMs(run, nowMs, nowMs, capacity) - thiefEndMs
    if (thiefEndMs > thief.untilMs) continue
    if (from >= run.hi || gainMs < auction.stealGainShares * stolenMs || stolenMs < auction.bundleMsMin / 2) continue
    if (best === null || run.hi - from > best.run.hi - best.from) best = { run, from }
  }
  if (best === null) return null
  const { run, from } = best
  const leftMs = (run.hi - from) * run.shardMs
  const slotFreeMs = finishTime(capacity, nowMs, (from - run.next) * run.shardMs)
  const place = { nowMs, slotFreeMs, inputsMs: nowMs, workMs: leftMs, speed: state.init.speed }
  const ownerTerms = bid({ ...place, capacity }).terms
  const given = lend(state, run, { lo: from, hi: run.hi }, { leftMs, stayMs: null, ownerTerms })
  best.run.hi = best.from
  state.effect({ type: 'trim', run: best.run.id, before: best.from })
  return given
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
