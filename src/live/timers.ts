/** The named timers of a hub on a real clock. */
import type { TimerName } from '../hub/timer.ts'

export class Timers {
  readonly #fire: (timer: TimerName) => void
  readonly #timers = new Map<TimerName, NodeJS.Timeout>()

  constructor(fire: (timer: TimerName) => void) {
    this.#fire = fire
  }

  /** Sets a timer, or moves it. `atMs` is on the clock of `performance.now()`. */
  set(timer: TimerName, atMs: number): void {
    clearTimeout(this.#timers.get(timer))
    // Rounded up: Node cuts fractions off, and a timer that fires early only has to be set again.
    const delayMs = Math.ceil(Math.max(0, atMs - performance.now()))
    this.#timers.set(
      timer,
      setTimeout(() => {
        this.#timers.delete(timer)
        this.#fire(timer)
      }, delayMs),
    )
  }

  clear(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
