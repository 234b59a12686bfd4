/** The hub: what can happen goes in with a clock reading, what is to be done comes out. Dispatch only; rules live in their files. */
import { assertNever } from '../errors.ts'
import { durations } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { freshBeacon, sendBeacon } from './beat.ts'
import type { Effect } from './effect.ts'
import { evaluate } from './evaluate.ts'
import { ended, prepared, progressed, rootComputes } from './execution.ts'
import type { Input } from './input.ts'
import {
  acknowledge,
  blobsHeld,
  cancelJob,
  endOverdue,
  heldElsewhere,
  jobKnown,
  reviewAcceptance,
  sweepBlobs,
  sweepJobs,
  tellHeld,
} from './jobs.ts'
import { profilesHeard } from './learning.ts'
import { drain, reviewDrain } from './leave.ts'
import type { HubMessage } from './message.ts'
import { reviewStakes } from './migration.ts'
import { beaconFactor } from './pace.ts'
import { applyRecords } from './records.ts'
import { membersChanged, redeliver, resultsUnavailable } from './recovery.ts'
import { checkpointStored, replicated, resultsStored } from './results.ts'
import { spawned } from './root.ts'
import { loadTold, ownSlotFreeMs, speedTold } from './slot-times.ts'
import { type HubInit, HubState } from './state.ts'
import { stealAnswered, stealAsked } from './takeover.ts'
import type { TimerName } from './timer.ts'

/**
 * One peer's protocol, without clock, randomness or IO.
 * H1: effects of an input leave with the records they rest on, appends first. H2: every shard this hub runs, it has claimed.
 * H3: a result is recorded only once it is inline, held by a second hub, or the hub is alone. H4: a claim takes the highest
 * epoch seen plus one. H5: nothing is claimed for a job that has ended. H6: a silent hub holds nothing.
 */
export class Hub {
  readonly state: HubState

  constructor(init: HubInit) {
    this.state = new HubState(init)
  }

  /** Applies one input at `nowMs` of a monotonic clock; returns what is to be done, in order. */
  handle(input: Input, nowMs: number): Effect[] {
    const state = this.state
    // A hub that has just begun has not slept.
    if (state.nowMs > 0 && nowMs - state.nowMs > durations.sleptMs) state.members.slept(nowMs - state.nowMs, nowMs)
    state.nowMs = Math.max(state.nowMs, nowMs)
    this.#apply(input)
    reviewAcceptance(state)
    evaluate(state)
    reviewDrain(state)
    return state.takeEffects()
  }

  /** Milliseconds from now until each own slot has done all that is claimed: travels with records and beacons. */
  slotFreeInMs(): number[] {
    return ownSlotFreeMs(this.state).map((freeMs) => Math.max(0, Math.round(freeMs - this.state.nowMs)))
  }

  #apply(input: Input): void {
    const state = this.state
    switch (input.type) {
      case 'started':
        return this.#started()
      case 'timer':
        return this.#timer(input.timer)
      case 'connected':
        return this.#connected(input.hub)
      case 'disconnected':
        return this.#disconnected(input.hub)
      case 'heard':
        return this.#tell(state.members.heard(input.hub, state.nowMs))
      case 'beacon':
        profilesHeard(state, input.beacon)
        return this.#tell(state.members.beaconHeard(input.beacon, state.nowMs))
      case 'message':
        return this.#message(input.from, input.message)
      case 'load':
        loadTold(state, input.report)
        return reviewStakes(state)
      case 'speed':
        return speedTold(state, input.speed)
      case 'links':
        return state.measured(input.links)
      case 'job':
        return jobKnown(state, input)
      case 'records':
        return this.#records(input)
      case 'job-blobs':
        return blobsHeld(state, input.job)
      case 'spawned':
        return spawned(state, input.run, input.spec)
      case 'results':
        return resultsStored(state, input)
      case 'checkpoint':
        return checkpointStored(state, input)
      case 'progress':
        return progressed(state, input.run, input.shard, input.fraction)
      case 'root-computes':
        return rootComputes(state, input.run, input.computes)
      case 'ended':
        return ended(state, input.run, input.end)
      case 'prepared':
        return prepared(state, input.run, input.missing)
      case 'replicated':
        return replicated(state, input.cid, input.holders)
      case 'unavailable':
        return resultsUnavailable(state, input.job, input.family, input.lo, input.hi)
      case 'cancel':
        return cancelJob(state, input.job, input.reason)
      case 'acknowledge':
        return acknowledge(state, input.job)
      case 'drain':
        return drain(state)
      default:
        return assertNever(input)
    }
  }

  #started(): void {
    sendBeacon(this.state)
    this.state.effect({ type: 'set-timer', timer: 'beacon', atMs: this.state.nowMs + durations.beaconMs })
    this.state.effect({ type: 'set-timer', timer: 'anti-entropy', atMs: this.state.nowMs + durations.antiEntropyMs })
  }

  #timer(timer: TimerName): void {
    const state = this.state
    switch (timer) {
      case 'beacon':
        sweepJobs(state)
        sweepBlobs(state)
        redeliver(state)
        membersChanged(state, state.members.sweep(state.nowMs))
        sendBeacon(state)
        return state.effect({ type: 'set-timer', timer, atMs: state.nowMs + this.#beaconEveryMs() })
      case 'suspect':
        return membersChanged(state, state.members.sweep(state.nowMs))
      case 'deadline':
        return endOverdue(state)
      case 'anti-entropy':
        return this.#antiEntropy()
      case 'evaluate':
        return
      default:
        return assertNever(timer)
    }
  }

  #beaconEveryMs(): number {
    return durations.beaconMs * beaconFactor(this.state.members.alive().length)
  }

  #connected(hub: string): void {
    const state = this.state
    this.#tell(state.members.connected(hub, state.nowMs))
    // Only the new peer lacks it: telling all of each of a thousand would be a storm of a million.
    state.effect({ type: 'greet', peer: hub, beacon: freshBeacon(state) })
    state.effect({ type: 'sync', peer: hub })
    tellHeld(state, hub)
  }

  #disconnected(hub: string): void {
    const state = this.state
    state.members.disconnected(hub, state.nowMs)
    const atMs = state.members.nextSuspicionMs()
    if (atMs !== null) state.effect({ type: 'set-timer', timer: 'suspect', atMs })
  }

  #records(input: Extract<Input, { type: 'records' }>): void {
    const { members, nowMs } = this.state
    let tellers: Set<HubId> | undefined
    for (const { hub, slotFreeInMs } of input.senders ?? []) {
      if (slotFreeInMs === undefined) {
        this.#tell(members.heard(hub, nowMs))
        continue
      }
      const change = members.told(hub, slotFreeInMs, nowMs)
      if (change === undefined) continue
      this.#tell(change)
      tellers ??= new Set()
      tellers.add(hub)
    }
    applyRecords(this.state, input.job, input.entries, tellers)
  }

  #message(from: string, message: HubMessage): void {
    const state = this.state
    this.#tell(state.members.heard(from, state.nowMs))
    switch (message.type) {
      case 'steal':
        return stealAsked(state, from, message)
      case 'stolen':
        return stealAnswered(state, message)
      case 'job-held':
        return heldElsewhere(state, message.job, from)
      default:
        return assertNever(message)
    }
  }

  /** Peers in turn, in the order of their ids: every pair meets within a bounded time. */
  #antiEntropy(): void {
    const state = this.state
    const peers = state.members.others().filter((member) => member.connected)
    const peer = peers[state.syncTurn++ % Math.max(1, peers.length)]
    if (peer !== undefined) state.effect({ type: 'sync', peer: peer.hub })
    state.effect({ type: 'set-timer', timer: 'anti-entropy', atMs: state.nowMs + durations.antiEntropyMs })
  }

  #tell(change: ReturnType<HubState['members']['heard']>): void {
    if (change !== null) membersChanged(this.state, [change])
  }
}
