/** When a hub's slots are free in a plan: list scheduling with insertion needs the gaps, not only the ends. */

import { type CapacityCurve, finishTime } from '../cost/capacity.ts'
import type { HubId } from '../program/ref.ts'

interface Gap {
  startMs: number
  endMs: number
}

/** A place found for a unit of work. */
export interface Placement {
  readonly slot: number
  readonly gap: number
  readonly startMs: number
  readonly finishMs: number
}

/** Float rounding must not turn a gap that fits into one that does not. */
const TOLERANCE_MS = 1e-6

/** The slots of one hub in one plan. */
export class Timeline {
  readonly hub: HubId
  readonly capacity: CapacityCurve
  readonly speed: number
  /** The most that a slot does in a millisecond, now or later. */
  readonly rateMax: number
  /** The start of the first gap in any slot. */
  firstStartMs: number
  readonly #fromMs: number
  readonly #slotFreeMs: readonly number[]
  /** Made when first asked: of a large swarm a plan asks few. */
  #gaps: Gap[][] | null = null
  #foundSlot = 0
  #foundGap = 0
  #foundMs = 0

  /** @param fromMs when the plan begins: no slot is free before. */
  constructor(hub: HubId, fromMs: number, slotFreeMs: readonly number[], capacity: CapacityCurve, speed: number) {
    this.hub = hub
    this.#fromMs = fromMs
    this.capacity = capacity
    this.speed = speed
    this.rateMax = highestRate(capacity)
    this.#slotFreeMs = slotFreeMs
    this.firstStartMs = Math.max(fromMs, smallest(slotFreeMs))
  }

  /** When work that can start at `arriveMs` would end at the earliest, Infinity if never; `found` tells where. Most places are not taken. */
  find(arriveMs: number, workMs: number): number {
    let earliestMs = Number.POSITIVE_INFINITY
    const slots = this.#slots
    for (let slot = 0; slot < slots.length; slot++) {
      const gaps = slots[slot] ?? []
      for (let gap = 0; gap < gaps.length; gap++) {
        const { startMs: openMs = 0, endMs = 0 } = gaps[gap] ?? {}
        const startMs = Math.max(openMs, arriveMs)
        if (startMs >= endMs) continue
        const finishMs = finishTime(this.capacity, startMs, workMs)
        if (finishMs > endMs + TOLERANCE_MS) continue
        if (finishMs < earliestMs) {
          earliestMs = finishMs
          this.#foundSlot = slot
          this.#foundGap = gap
          this.#foundMs = startMs
        }
        break
      }
    }
    return earliestMs
  }

  /** The place that was found last, which ends then. */
  found(finishMs: number): Placement {
    return { slot: this.#foundSlot, gap: this.#foundGap, startMs: this.#foundMs, finishMs }
  }

  take(placement: Placement): void {
    const gaps = this.#slots[placement.slot]
    const gap = gaps?.[placement.gap]
    if (gaps === undefined || gap === undefined) return
    const before = { startMs: gap.startMs, endMs: placement.startMs }
    const after = { startMs: placement.finishMs, endMs: gap.endMs }
    const kept = [before, after].filter((part) => part.endMs - part.startMs > TOLERANCE_MS)
    gaps.splice(placement.gap, 1, ...kept)
    this.firstStartMs = this.#firstStart()
  }

  /** When the first slot falls free for good. */
  freeForGoodMs(): number {
    let firstMs = Number.POSITIVE_INFINITY
    for (const gaps of this.#slots) firstMs = Math.min(firstMs, gaps.at(-1)?.startMs ?? Number.POSITIVE_INFINITY)
    return firstMs
  }

  get #slots(): Gap[][] {
    this.#gaps ??= this.#slotFreeMs.map((freeMs) => [
      { startMs: Math.max(this.#fromMs, freeMs), endMs: Number.POSITIVE_INFINITY },
    ])
    return this.#gaps
  }

  #firstStart(): number {
    let firstMs = Number.POSITIVE_INFINITY
    for (const gaps of this.#slots) firstMs = Math.min(firstMs, gaps[0]?.startMs ?? Number.POSITIVE_INFINITY)
    return firstMs
  }
}

function smallest(values: readonly number[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const value of values) if (value < least) least = value
  return least
}

function highestRate({ steps, tailRate }: CapacityCurve): number {
  let highest = tailRate
  for (const { rate } of steps) highest = Math.max(highest, rate)
  return highest
}
