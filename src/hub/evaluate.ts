/** The one place that decides: events only change state, then this looks at all of it. */
import { auction, recovery } from '../limits.ts'
import { type Assignment, bidsOf, type Plan, type PlanWants, virtualPlan } from './auction.ts'
import { claim } from './claims.ts'
import { mayRun, mayTake } from './eligible.ts'
import { followParents, startReady } from './execution.ts'
import { rootView } from './job.ts'
import { isOpen } from './lease.ts'
import { reviewLent } from './lending.ts'
import { reviewMoves } from './migration.ts'
import { planFactor } from './pace.ts'
import { prefetchPlanned } from './prefetch.ts'
import { isSameSight, type Seen, seenBy, type Unit } from './ready-set.ts'
import { reviewQueued } from './reauction.ts'
import { rootTaker } from './root-taker.ts'
import { ownFirstFreeMs } from './slot-times.ts'
import { trySpeculate } from './speculation.ts'
import { standsBack } from './stand-back.ts'
import type { HubState } from './state.ts'
import { trySteal } from './takeover.ts'
import { meanTravelMs } from './travel.ts'

/** Decides what this hub claims, starts, takes over and waits for, given all it knows. */
export function evaluate(state: HubState): void {
  followParents(state)
  reviewLent(state)
  reviewMoves(state)
  reviewQueued(state)
  startReady(state)
  if (!state.init.compute || state.leaving || state.activeJobs().length === 0) {
    state.idleSinceMs = null
    return
  }
  noteIdle(state)
  const isIdle = state.idleSinceMs !== null
  const factor = planFactor(state.members.alive().length)
  const pauseMs = factor * (isIdle ? auction.replanIdleMs : auction.replanBusyMs)
  const dueMs = state.lastPlanMs + pauseMs
  if (state.nowMs < dueMs) {
    wakeAt(state, dueMs)
    return
  }
  state.lastPlanMs = state.nowMs
  const claimed = claimFromPlan(state)
  startReady(state)
  noteIdle(state)
  if (claimed === 0 && state.idleSinceMs !== null && !trySteal(state) && state.speculates) trySpeculate(state)
  wakeAt(state, state.nowMs + factor * (state.idleSinceMs === null ? auction.replanBusyMs : idleTickMs(state)))
}

/** A hub that finds the same again looks less often. */
function idleTickMs({ foundSame }: HubState): number {
  return foundSame ? auction.idleTickSameMs : auction.idleTickMs
}

function claimFromPlan(state: HubState): number {
  const room = state.freeSlots() + state.init.slots * queueDepth(state) - countedQueue(state)
  if (!isWorthPlanning(state, room)) return 0
  // Offers for units of others are made for a hub that is about to lose patience.
  const othersMax = hasPatienceEnded(state, state, 1) ? patienceUnits(state) : 0
  const plan = recentPlan(state, { ownMax: room + state.init.slots + 1, othersMax })
  state.meanUnitMs = plan.meanUnitMs
  let claimed = claimRoots(state, plan)
  const mine = plan.assignments.filter((assignment) => assignment.hub === state.self && !isRoot(assignment))
  mine.sort((a, b) => a.startMs - b.startMs)
  for (const assignment of mine) {
    if (claimed >= room) break
    if (!isDue(state, plan, assignment) || isResting(state, assignment.unit)) continue
    claimUnit(state, assignment, 'plan')
    claimed++
  }
  prefetchPlanned(state, mine, auction.prefetchShares * plan.meanUnitMs)
  return claimed > 0 ? claimed : claimByPatience(state, plan)
}

interface Made {
  readonly plan: Plan
  readonly seen: Seen
  readonly wants: PlanWants
}

const made = new WeakMap<HubState, Made>()

/** The last plan, while nothing has changed that it rests on but the word of others on their slots; soon that counts too. */
function recentPlan(state: HubState, wants: PlanWants): Plan {
  const seen = seenBy(state)
  const last = made.get(state)
  const isSame = last !== undefined && isSameSight(last.seen, seen)
  state.foundSame = isSame
  if (isSame && state.nowMs - last.plan.atMs < auction.planReuseMs && covers(last.wants, wants)) return last.plan
  const plan = virtualPlan(state, wants)
  // The plan of a large swarm is larger than what it spares.
  if (state.members.alive().length <= auction.planHubsFull) made.set(state, { plan, seen, wants })
  else made.delete(state)
  return plan
}

/** In a large swarm the offers for a few units are as many as for many in a small one. */
function patienceUnits(state: HubState): number {
  const share = auction.patienceHubsFull / state.members.alive().length
  return Math.ceil(auction.patienceUnitsMax * Math.min(1, share))
}

function covers(has: PlanWants, wants: PlanWants): boolean {
  return has.ownMax >= wants.ownMax && has.othersMax >= wants.othersMax
}

/** A hub whose queue is full, or whose slots are busy for long, could claim nothing but a root. */
function isWorthPlanning(state: HubState, room: number): boolean {
  if (state.idleSinceMs !== null) return true
  const freeInMs = ownFirstFreeMs(state) - state.nowMs
  const leadMs = Math.max(auction.replanBusyMs, auction.leadShares * state.meanUnitMs) + travelAhead(state)
  // What the plan gives to this hub may travel before there is room to claim it.
  if ((room > 0 || travelAhead(state) > auction.replanBusyMs) && freeInMs <= leadMs) return true
  return state.activeJobs().some((job) => isOpen(rootView(job), 0, state.members))
}

/** Where inputs travel about as long as work takes, claims must be made further ahead to hide that. */
function queueDepth(state: HubState): number {
  const share = meanTravelMs(state) / Math.max(1, state.meanUnitMs)
  const more = Math.min(auction.queuedRunsMoreMax, Math.floor(share * auction.queuedRunsPerTravel))
  return auction.queuedRunsPerSlotMax + more
}

/** How much further ahead. */
function travelAhead(state: HubState): number {
  return auction.travelShares * meanTravelMs(state)
}

/** Ready claims fill the queue; an idle hub does not count those that wait for parents, or parents would find no room. */
function countedQueue(state: HubState): number {
  const queued = state.queuedRuns()
  const travelling = queued.filter((run) => run.state === 'preparing').length
  const counted = state.idleSinceMs === null ? queued : queued.filter((run) => run.state !== 'waiting')
  // Inputs on their way take no slot: some more may travel beside them.
  return counted.length - Math.min(travelling, state.init.slots * auction.travellingRunsPerSlotMax)
}

function isRoot(assignment: Assignment): boolean {
  return assignment.unit.view.spec.sequence === 0
}

/**
 * Roots take no slot, so they are claimed at once: the first time by the submitter, which has all they need, later by the
 * hub that all name, in the end by anybody, one after the other. Two that begin at once cost a process and its start.
 */
function claimRoots(state: HubState, plan: Plan): number {
  let claimed = 0
  for (const assignment of plan.assignments) {
    const { job } = assignment.unit
    if (!isRoot(assignment) || !job.blobsHere || isResting(state, assignment.unit)) continue
    // What a job needs holds for its root, too, wherever it was submitted.
    if (!mayRun(job, state.init) || standsBack(state, assignment.unit, state.self)) continue
    job.rootOpenMs ??= state.nowMs
    const isFirst = assignment.unit.view.epochMax(0) < 0
    const isOurs = (job.mine && isFirst) || isNamed(state, assignment.unit) || isRootOverdue(state, plan, assignment)
    if (!isOurs) continue
    claimUnit(state, assignment, 'plan')
    claimed++
  }
  return claimed
}

/** A root that nobody has claimed yet is the submitter's, while that lives and can. */
function isLeftToSubmitter(state: HubState, { job, view }: Unit): boolean {
  if (view.epochMax(0) >= 0 || state.nowMs - job.knownMs >= recovery.rootPatienceMs) return false
  const submitter = state.members.get(job.manifest.submitter)
  return submitter?.state === 'alive' && mayTake(submitter, job)
}

/** To name a hub takes a look at all of them. */
function isNamed(state: HubState, unit: Unit): boolean {
  return !isLeftToSubmitter(state, unit) && rootTaker(state, unit) === state.self
}

/** Whom this hub names has not come: it may name another. The lower id goes first, for about that all agree. */
function isRootOverdue(state: HubState, plan: Plan, { unit: { job, view } }: Assignment): boolean {
  if (!hasPatienceEnded(state, plan, 4)) return false
  const waitedMs = state.nowMs - (job.rootOpenMs ?? state.nowMs)
  const before = state.members.alive().filter((member) => member.hub < state.self && mayTake(member, job)).length
  const graceMs = view.epochMax(0) < 0 ? recovery.rootPatienceMs : 0
  return waitedMs >= graceMs + recovery.rootGraceMs * (1 + before)
}

/** Late binding: a unit is claimed no earlier than hides the claim's latency. */
function isDue(state: HubState, plan: Plan, assignment: Assignment): boolean {
  const aheadMs = travelAhead(state)
  const leadMs = Math.max(auction.replanBusyMs, auction.leadShares * plan.meanUnitMs) + aheadMs
  // Transfers begin with the claim: what they take is no reason to wait.
  const travelMs = assignment.readyMs - assignment.parentsMs
  if (assignment.startMs - travelMs - state.nowMs > leadMs) return false
  if (assignment.unit.waitsFor.length === 0) return true
  const { view, waitsFor } = assignment.unit
  const allClaimed = waitsFor.every((parent) => !isOpen(view, parent, state.members))
  return allClaimed && assignment.parentsMs - state.nowMs <= auction.lookShares * plan.meanUnitMs + aheadMs
}

/** Somebody must take what everybody leaves to somebody else: first if it costs little, in the end at any price. */
function claimByPatience(state: HubState, plan: Plan): number {
  if (!hasPatienceEnded(state, plan, 1)) return 0
  for (const assignment of plan.assignments) {
    const { unit, offers } = assignment
    if (offers.length === 0 || isRoot(assignment) || unit.waitsFor.length > 0 || isResting(state, unit)) continue
    const { ownFinishMs } = assignment
    if (ownFinishMs === null) continue
    // The next best loses patience first: all at once would only claim against each other.
    const before = offers.filter(({ placement }) => placement.finishMs < ownFinishMs).length
    if (!hasPatienceEnded(state, plan, Math.max(1, before))) continue
    const isClose = ownFinishMs <= assignment.finishMs + 0.05 * unit.workMs
    // A busy hub that the plan names will come: only what could begin as soon as its inputs are there is nobody's.
    const isFree = assignment.startMs <= assignment.readyMs + patienceMs(plan)
    // Waiting costs at most what taking it would: twice the best in the worst case.
    const hasWaited = state.nowMs - (state.idleSinceMs ?? state.nowMs) >= ownFinishMs - assignment.finishMs
    const isLeft = isFree && hasWaited && hasPatienceEnded(state, plan, 4 + before)
    if (!isClose && !isLeft) continue
    claimUnit(state, { ...assignment, finishMs: ownFinishMs }, 'patience')
    return 1
  }
  return 0
}

function hasPatienceEnded(state: HubState, plan: Pick<Plan, 'meanUnitMs'>, times: number): boolean {
  return state.idleSinceMs !== null && state.nowMs - state.idleSinceMs >= times * patienceMs(plan)
}

function patienceMs(plan: Pick<Plan, 'meanUnitMs'>): number {
  return Math.min(auction.patienceMsMax, Math.max(auction.patienceMsMin, auction.patienceShares * plan.meanUnitMs))
}

function isResting(state: HubState, unit: Unit): boolean {
  if (unit.job.pauses.size === 0) return false
  for (let shard = unit.lo; shard < unit.hi; shard++) {
    const key = `${unit.view.spec.key}:${shard}`
    const untilMs = unit.job.pauses.get(key)
    if (untilMs === undefined) continue
    if (untilMs > state.nowMs) return true
    unit.job.pauses.delete(key)
  }
  return false
}

function claimUnit(state: HubState, assignment: Assignment, reason: string): void {
  const { unit, finishMs, ownInputsMs } = assignment
  const { job, view, lo, hi, rank } = unit
  const bids = bidsOf(assignment)
  state.decisions.note({ job: job.id, family: view.spec.key, lo, hi, reason, atMs: state.nowMs, bids })
  claim(state, { job, view, lo, hi, finishMs, inputsMs: ownInputsMs, rank, reason })
}

function noteIdle(state: HubState): void {
  const isIdle = state.freeSlots() > 0 && !hasMovingRun(state)
  if (!isIdle) state.idleSinceMs = null
  else state.idleSinceMs ??= state.nowMs
}

/** Whether a claimed run is about to take a slot. */
function hasMovingRun(state: HubState): boolean {
  for (const { state: now } of state.runs.values()) if (now === 'preparing' || now === 'ready') return true
  return false
}

/** Most inputs change nothing about when to look again. */
function wakeAt(state: HubState, atMs: number): void {
  if (state.wakeMs === atMs && atMs > state.nowMs) return
  state.wakeMs = atMs
  state.effect({ type: 'set-timer', timer: 'evaluate', atMs })
}
