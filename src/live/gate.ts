/** Lets a limited number in at once; the rest wait in order. */

export class Gate {
  readonly #placesMax: number
  #inside = 0
  readonly #waiting: (() => void)[] = []

  constructor(placesMax: number) {
    this.#placesMax = placesMax
  }

  /** Runs `work` when there is a place. Rejects with the signal's reason when it aborts while waiting. */
  async through<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    await this.#enter(signal)
    try {
      return await work()
    } finally {
      this.#leave()
    }
  }

  async #enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (this.#inside < this.#placesMax) {
      this.#inside++
      return
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', giveUp)
        resolve()
      }
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(enter), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', giveUp, { once: true })
      this.#waiting.push(enter)
    })
  }

  /** A place passes straight to the next in line. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#inside--
    else next()
  }
}
