/** How many shards to hand to a slot ahead, learnt from how long the shards of the same spot took. */

import { slotLimits } from '../limits.ts'
import { setLatest } from './latest.ts'

export class Pace {
  #shardMs = Number.NaN
  /** Shards that may be at the slot at once, the running one included. */
  window = 2

  /** Learns from `count` shards that took `wallMs` together. The window at most doubles, for the past may mislead. */
  learn(wallMs: number, count: number): void {
    const shardMs = wallMs / count
    const settled = !Number.isNaN(this.#shardMs) && count <= 8
    this.#shardMs = settled ? (this.#shardMs + shardMs) / 2 : shardMs
    const wanted = 1 + Math.floor(slotLimits.aheadMs / Math.max(this.#shardMs, 1e-3))
    this.window = Math.min(wanted, this.window * 2, 2 * slotLimits.shardsPerFrameMax)
  }

  /** The slot gave shards back: they are longer than was thought. */
  slowDown(): void {
    this.window = 1
  }
}

/** The paces of the spots seen last: a new run begins with what earlier ones learnt. */
export class Paces {
  readonly #paces = new Map<string, Pace>()

  of(programKey: string, spot: number): Pace {
    const key = `${spot} ${programKey}`
    const pace = this.#paces.get(key) ?? new Pace()
    setLatest(this.#paces, key, pace, slotLimits.pacesMax)
    return pace
  }
}
