/** Lets asynchronous work on one key happen one at a time, in the order of the calls. */

/** Keys are forgotten when their last turn is over. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  /** Runs `act` after all earlier work on `key` has ended, well or not. */
  async take<T>(key: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const mine = before === undefined ? act() : before.then(act)
    const ended = mine.then(
      () => undefined,
      () => undefined,
    )
    this.#last.set(key, ended)
    try {
      return await mine
    } finally {
      if (this.#last.get(key) === ended) this.#last.delete(key)
    }
  }
}
