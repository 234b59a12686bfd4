/**
 * Running shards, and roots that compute, leave a hub whose load makes it slow for the idle hub that asked: checkpoint, hand over, resume there.
 *
 * Both ends are judged by the 90 % bound of the load, and the gain must hold for a while: what looks better only now and
 * then stays. A shard moves at most `migration.movesPerShardMax` times. Shards that take long for a reason nobody measures
 * are taken to be long, and so gain nothing by moving; should it be their hub that is to blame, a copy finds out.
 */
import { type CapacityCurve, finishTime, workBetween } from '../cost/capacity.ts'
import type { FamilyView } from '../ledger/view.ts'
import { migration } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { takesWork } from './eligible.ts'
import type { Job } from './job.ts'
import { lend } from './lending.ts'
import { capacityOf, ownCapacity, rateAt } from './member-capacity.ts'
import type { Member } from './membership.ts'
import { expectedEndMs, type OwnRun, shardTotalMs, workedMs } from './own-run.ts'
import { rootSharersAt, sharersOf } from './sharers.ts'
import { type Asker, type HubState, MOVE_REASON } from './state.ts'
import { inputsTravelMs } from './travel.ts'
import { memberCapacityP90, ownCapacityP90 } from './worst-capacity.ts'

/** Begins to move the run that gains most by it; the answer to the asker follows. False when none does, or not yet. */
export function beginMove(state: HubState, asker: Asker, mayGive: (run: OwnRun) => boolean): boolean {
  if (!state.migrates || state.moves.size > 0) return false
  let best: { run: OwnRun; gainMs: number } | null = null
  for (const run of movable(state)) {
    if (!mayGive(run) || !mayMove(state, run)) continue
    const gain = moveGain(state, run, asker)
    if (!hasHeld(state, run, gain)) continue
    if (best === null || gain.gainMs > best.gainMs) best = { run, gainMs: gain.gainMs }
  }
  if (best === null) return false
  const { run } = best
  state.moves.set(run.id, { asker, shard: run.next, savedMs: run.savedMs, sinceMs: state.nowMs })
  state.effect({ type: 'checkpoint-run', run: run.id })
  return true
}

/**
 * Looks now and then whether running shards would end sooner on the hub that could take them first, busy as it may still be:
 * by the time it is idle and asks, the gain has held. Called when a new forecast of the own load is there.
 */
export function reviewStakes(state: HubState): void {
  if (!state.migrates || state.leaving) return
  for (const run of movable(state)) {
    let best: Gain = { gainMs: Number.NEGATIVE_INFINITY, stayMs: 0 }
    for (const member of state.members.others()) {
      if (!member.connected || !takesWork(member)) continue
      const startMs = Math.max(state.nowMs, Math.min(...member.slotFreeMs))
      const asker = { hub: member.hub, request: 0, startMs, untilMs: Number.POSITIVE_INFINITY }
      const gain = moveGain(state, run, asker, workThenMs(state, run, startMs))
      if (gain.gainMs > best.gainMs) best = gain
    }
    if (best.gainMs <= 0) run.paysSinceMs = null
    else if (mayMove(state, run)) notePays(state, run)
  }
}

/** Hands over what has its checkpoint; calls off what ended, or would lose too much without one. */
export function reviewMoves(state: HubState): void {
  for (const [id, move] of state.moves) {
    const run = state.runs.get(id)
    const isGone = run === undefined || run.stopping || run.state !== 'running' || run.next !== move.shard
    if (isGone) {
      callOff(state, id, move.asker)
      continue
    }
    if (run.savedMs <= move.savedMs && state.nowMs - move.sinceMs < migration.checkpointWaitMs) continue
    const { gainMs, stayMs } = moveGain(state, run, move.asker)
    if (gainMs > 0 && mayGoNow(run) && isAlive(state, move.asker.hub)) handOver(state, run, move.asker, stayMs)
    else callOff(state, id, move.asker)
  }
}

/** What moving is assumed to cost: a root begins in a process of its own, and runs again what came before its loop. */
export function moveCostMs(isRoot: boolean): number {
  return isRoot ? migration.rootMoveMs : migration.moveMs
}

/** How often a shard has moved while it ran, on any hub, as far as is known here. */
export function movesOf(view: FamilyView, shard: number): number {
  return view.startsFor(shard, MOVE_REASON)
}

function handOver(state: HubState, run: OwnRun, { hub, request }: Asker, stayMs: number): void {
  state.moves.delete(run.id)
  const leftMs = Math.max(0, workElsewhereMs(state, run))
  const workMs = Math.min(stayMs, leftToDoMs(state, run) / state.init.speed)
  const ownerTerms = { queueMs: 0, transferMs: 0, workMs, loadMs: stayMs - workMs }
  const given = lend(state, run, { lo: run.next, hi: run.hi }, { leftMs, stayMs, ownerTerms })
  run.stopping = true
  state.effect({ type: 'stop-run', run: run.id })
  state.effect({ type: 'send', to: hub, message: { type: 'stolen', request, given } })
}

function callOff(state: HubState, id: number, { hub, request }: Asker): void {
  state.moves.delete(id)
  state.effect({ type: 'send', to: hub, message: { type: 'stolen', request, given: null } })
}

/** A root that waits for its families loses nothing by staying where it is. */
function movable(state: HubState): OwnRun[] {
  return [...state.runs.values()].filter((run) => run.state === 'running' && !run.stopping && run.computes)
}

/** What a root has computed without a checkpoint may be most of the job: it does not begin anew for a better place. */
function mayGoNow({ isRoot, savedMs }: OwnRun): boolean {
  return !isRoot || savedMs > 0
}

/** A copy does not move, nor what moved often enough, nor what somebody else holds by now. */
function mayMove(state: HubState, run: OwnRun): boolean {
  const { view: job, manifest } = state.job(run.job)
  const view = job.families.get(run.family)
  const claim = view?.claim(run.next)
  if (manifest.options.stays === true || view === undefined || claim?.epoch !== run.epoch || run.reason === 'speculate')
    return false
  return movesOf(view, run.next) < migration.movesPerShardMax && !isOddlySlow(state, run)
}

/** Late for a reason that the load of its hub does not tell. Whether the shard or the hub is to blame a copy finds out, and the moves are kept for load. */
function isOddlySlow(state: HubState, run: OwnRun): boolean {
  if (run.isRoot || rateAt(ownCapacity(state), state.nowMs) < migration.freeShares * state.init.speed) return false
  return totalHereMs(state, run) > migration.oddShares * run.shardMs
}

interface Gain {
  /** Milliseconds by which the rest of a run would end sooner at the asker, the move included, beyond the least gain wanted. */
  readonly gainMs: number
  /** Milliseconds until it ends where it is. */
  readonly stayMs: number
}

/** @param workMs speed-1 milliseconds that are left for the asker. */
function moveGain(state: HubState, run: OwnRun, asker: Asker, workMs = workElsewhereMs(state, run)): Gain {
  const { nowMs } = state
  const stayMs = expectedEndMs(run, nowMs, nowMs, ownCapacityP90(state, sharersOf(state, run))) - nowMs
  const member = state.members.get(asker.hub)
  const none = { gainMs: Number.NEGATIVE_INFINITY, stayMs }
  if (member === undefined) return none
  const job = state.job(run.job)
  const view = job.view.families.get(run.family)
  const place = { lo: run.next, hi: run.hi }
  const travelMs = view === undefined ? 0 : inputsTravelMs(state, job, view, place, asker.hub)
  const startMs = Math.max(nowMs + travelMs, asker.startMs) + moveCostMs(run.isRoot)
  const endMs = finishTime(capacityThere(state, job, run, member), startMs, workMs)
  if (endMs > asker.untilMs) return none
  const leastMs = Math.max(migration.gainMsMin, migration.gainShares * (endMs - startMs))
  return { gainMs: nowMs + stayMs - endMs - leastMs, stayMs }
}

function capacityThere(state: HubState, job: Job, run: OwnRun, member: Member): CapacityCurve {
  const slots = run.isRoot ? rootSharersAt(state, member, job) : (member.beacon?.slots ?? 1)
  return memberCapacityP90(state, member, slots)
}

/** Speed-1 milliseconds that the rest of a run takes on another hub, from its newest checkpoint on. */
function workElsewhereMs(state: HubState, run: OwnRun): number {
  const totalMs = totalHereMs(state, run)
  const savedShare = totalMs > 0 ? Math.min(1, run.savedMs / totalMs) : 0
  return totalMs * (1 - savedShare) + (run.hi - run.next - 1) * run.shardMs
}

/** The same at a later moment: until then work goes on here, and it leaves with a fresh checkpoint. Overdue work has no known rest. */
function workThenMs(state: HubState, run: OwnRun, atMs: number): number {
  const leftMs = leftToDoMs(state, run)
  if (leftMs === 0 || atMs <= state.nowMs) return workElsewhereMs(state, run)
  return Math.max(0, leftMs - workBetween(ownCapacityP90(state, sharersOf(state, run)), state.nowMs, atMs))
}

/** The same if it stays. */
function leftToDoMs(state: HubState, run: OwnRun): number {
  const doneMs = doneHereMs(state, run)
  return Math.max(0, totalHereMs(state, run) - doneMs) + (run.hi - run.next - 1) * run.shardMs
}

function totalHereMs(state: HubState, run: OwnRun): number {
  const doneMs = doneHereMs(state, run)
  return Math.max(shardTotalMs(run, doneMs), doneMs)
}

function doneHereMs(state: HubState, run: OwnRun): number {
  return workedMs(run, state.nowMs, rateAt(capacityOf(state, run), state.nowMs))
}

/**
 * Whether moving has paid for long enough, a share of what is at stake, and does so at this asker. One that would gain nothing by it says nothing
 * about the others: among many idle hubs there is always such a one.
 */
function hasHeld(state: HubState, run: OwnRun, { gainMs, stayMs }: Gain): boolean {
  if (gainMs <= 0) return false
  const holdMs = Math.min(migration.holdMsMax, migration.holdShares * stayMs)
  return state.nowMs - notePays(state, run) >= holdMs
}

/** Some hub would end it sooner. @returns since when that has been so at every review. */
function notePays(state: HubState, run: OwnRun): number {
  const isStale = state.nowMs - run.paysSeenMs > migration.forgetMs
  const sinceMs = run.paysSinceMs === null || isStale ? state.nowMs : run.paysSinceMs
  run.paysSinceMs = sinceMs
  run.paysSeenMs = state.nowMs
  return sinceMs
}

function isAlive(state: HubState, hub: HubId): boolean {
  return state.members.get(hub)?.state === 'alive'
}
