/** The bounded memory behind `why`: which bids decided each claim of this hub. */
import { counts } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { Assignment } from './auction.ts'
import type { UnitBid } from './bidders.ts'

/** The plan that made this hub claim some shards. */
export interface Decision {
  readonly job: string
  readonly family: string
  readonly lo: number
  readonly hi: number
  readonly reason: string
  readonly atMs: number
  readonly planned: HubId
  readonly bids: readonly UnitBid[]
}

/** Decisions of one hub, newest last, at most `counts.decisionsMax`. */
export class Decisions {
  readonly #decisions: Decision[] = []

  note({ unit, hub }: Assignment, bids: readonly UnitBid[], reason: string, atMs: number): void {
    const { job, view, lo, hi } = unit
    this.#decisions.push({ job: job.id, family: view.spec.key, lo, hi, reason, atMs, planned: hub, bids })
    if (this.#decisions.length > counts.decisionsMax) this.#decisions.splice(0, counts.decisionsMax >> 2)
  }

  /** The newest decision about a shard. */
  find(job: string, family: string, shard: number): Decision | null {
    const matches = (decision: Decision) =>
      decision.job === job && decision.family === family && decision.lo <= shard && shard < decision.hi
    return this.#decisions.findLast(matches) ?? null
  }
}
