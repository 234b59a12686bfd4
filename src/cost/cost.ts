/** The cost function: predicted finish = when a slot is free, the inputs are there, and forecast load lets the work end. */
import { type CapacityCurve, finishTime } from './capacity.ts'

/** A bid with its terms, all in milliseconds; `finishMs` and `startMs` are on the evaluating hub's clock. */
export interface Bid {
  readonly startMs: number
  readonly finishMs: number
  readonly terms: BidTerms
}

/** The terms of a bid; they add up to `finishMs - nowMs`. */
export interface BidTerms {
  /** Waiting for a slot. */
  readonly queueMs: number
  /** Waiting for inputs beyond the wait for the slot. */
  readonly transferMs: number
  /** The work itself on an unloaded slot of this hub. */
  readonly workMs: number
  /** What the forecast load of others adds. */
  readonly loadMs: number
  /** Of work that runs elsewhere already: stopping there and beginning here. */
  readonly moveMs?: number
  /** Of work that runs already: what its hub expects it to take beyond what it should. */
  readonly lateMs?: number
}

export interface BidInput {
  readonly nowMs: number
  readonly slotFreeMs: number
  /** When all inputs can be at the hub. */
  readonly inputsMs: number
  readonly workMs: number
  readonly speed: number
  readonly capacity: CapacityCurve
}

/** Evaluates one hub's bid for one unit of work. */
export function bid(input: BidInput): Bid {
  const slotMs = Math.max(input.nowMs, input.slotFreeMs)
  const startMs = Math.max(slotMs, input.inputsMs)
  const finishMs = finishTime(input.capacity, startMs, input.workMs)
  const workMs = input.workMs / input.speed
  return {
    startMs,
    finishMs,
    terms: {
      queueMs: slotMs - input.nowMs,
      transferMs: startMs - slotMs,
      workMs,
      loadMs: finishMs - startMs - workMs,
    },
  }
}
