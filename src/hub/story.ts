/** The bounded memory behind `why`: which bids decided each claim of this hub. */
import { counts } from '../limits.ts'
import type { UnitBid } from './bidders.ts'

/** What made this hub claim some shards: a plan, or a comparison with the hub that held them. */
export interface Decision {
  readonly job: string
  readonly family: string
  readonly lo: number
  readonly hi: number
  readonly reason: string
  readonly atMs: number
  readonly bids: readonly UnitBid[]
}

/** Decisions of one hub, newest last, at most `counts.decisionsMax`. */
export class Decisions {
  readonly #decisions: Decision[] = []

  note(decision: Decision): void {
    this.#decisions.push(decision)
    if (this.#decisions.length > counts.decisionsMax) this.#decisions.splice(0, counts.decisionsMax >> 2)
  }

  /** The newest decision about a shard. */
  find(job: string, family: string, shard: number): Decision | null {
    const matches = (decision: Decision) =>
      decision.job === job && decision.family === family && decision.lo <= shard && shard < decision.hi
    return this.#decisions.findLast(matches) ?? null
  }
}
