/** How much of the way from persistence to the mixture is spoken: whatever part of it has gained most beyond chance. */
import { PersistenceGuard } from './persistence-guard.ts'

/**
 * Parts of the way, each with a record of its own. Where little can be known a mixture tends to go in the right direction, and too far: a
 * quarter of the way gains, and all of it loses.
 */
const parts = [0.25, 0.5, 0.75, 1] as const

export class SpokenShare {
  readonly #guards: readonly PersistenceGuard[]

  /** @param horizon samples ahead. */
  constructor(horizon: number) {
    this.#guards = parts.map(() => new PersistenceGuard(horizon))
  }

  /** An outcome of what was mixed when the present value was `last`. */
  observe(actual: number, mixed: number, last: number): void {
    parts.forEach((part, at) => {
      const spoken = last + part * (mixed - last)
      this.#guards[at]?.observe(Math.abs(actual - last) - Math.abs(actual - spoken))
    })
  }

  /** 0 to 1. */
  value(): number {
    let mostWorth = 0
    let value = 0
    parts.forEach((part, at) => {
      const guard = this.#guards[at]
      if (guard === undefined) return
      const believed = guard.share()
      const worth = believed * guard.gain
      if (worth <= mostWorth) return
      mostWorth = worth
      value = believed * part
    })
    return value
  }
}
