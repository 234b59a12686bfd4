/** How often hubs of this swarm fail, as this one has seen it: what the rhythm of checkpoints rests on. */
import { slotLimits } from '../limits.ts'

export class FailureRate {
  readonly #nowMs: () => number
  #alive = 1
  #sinceMs: number
  #hubMs = 0
  #failures = 0

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
    this.#sinceMs = nowMs()
  }

  /** A hub is dead that did not say goodbye. */
  failed(): void {
    this.#failures += 1
  }

  /** How many hubs are alive from now on, this one included. */
  alive(hubs: number): void {
    const nowMs = this.#nowMs()
    this.#hubMs += this.#alive * (nowMs - this.#sinceMs)
    this.#sinceMs = nowMs
    this.#alive = hubs
  }

  /** Mean time between failures of one hub in milliseconds; starts from the usual one, as if it had been seen once. */
  mtbfMs(): number {
    this.alive(this.#alive)
    return (slotLimits.mtbfMs + this.#hubMs) / (1 + this.#failures)
  }
}
