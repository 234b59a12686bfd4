/** A hub in one plan: its slots, and what it answers when it is asked about a unit. */
import type { Link } from '../cost/transfer.ts'
import type { HubId } from '../program/ref.ts'
import { mayRun } from './eligible.ts'
import type { Job } from './job.ts'
import { memberCapacity, ownCapacity } from './member-capacity.ts'
import type { Member } from './membership.ts'
import { ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'
import { Timeline } from './timeline.ts'

/** Answers are written over each other: most of them are compared and forgotten. */
export class Bidder {
  readonly hub: HubId
  readonly timeline: Timeline
  readonly link: Link
  /** When it would end the unit that it was asked about last; Infinity when it cannot run that. */
  endMs = Number.POSITIVE_INFINITY
  /** When all inputs of that can be here. */
  readyMs = 0
  readonly #member: Member
  #asked: Job | null = null
  #isFit = false

  constructor(state: HubState, member: Member) {
    this.hub = member.hub
    this.#member = member
    this.timeline = timelineOf(state, member)
    this.link = state.link(member.hub)
  }

  /** Whether it may run shards of a job: asked for every unit of a plan, and the same for all units of a job. */
  fits(job: Job): boolean {
    if (this.#asked === job) return this.#isFit
    this.#asked = job
    this.#isFit = mayRun(job, { hub: this.hub, labels: this.#member.beacon?.labels ?? {} })
    return this.#isFit
  }
}

function timelineOf(state: HubState, member: Member): Timeline {
  const isSelf = member.hub === state.self
  const capacity = isSelf ? ownCapacity(state) : memberCapacity(state, member)
  const slotFreeMs = isSelf ? ownSlotFreeMs(state) : member.slotFreeMs
  return new Timeline(member.hub, state.nowMs, slotFreeMs, capacity, member.beacon?.speed ?? 1)
}
