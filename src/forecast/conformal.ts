/** The quantile of the last realised errors, kept sorted by insertion: what makes a forecast's p90 honest. */

export class ErrorQuantile {
  readonly #errorsMax: number
  readonly #level: number
  readonly #queue: number[] = []
  #oldest = 0
  readonly #sorted: number[] = []

  /** @param level share of the errors that lie at or below the quantile, 0 to 1. */
  constructor(errorsMax: number, level: number) {
    this.#errorsMax = errorsMax
    this.#level = level
  }

  get count(): number {
    return this.#sorted.length
  }

  add(error: number): void {
    if (this.#sorted.length < this.#errorsMax) {
      this.#queue.push(error)
    } else {
      this.#sorted.splice(this.#position(this.#queue[this.#oldest] ?? 0), 1)
      this.#queue[this.#oldest] = error
      this.#oldest = (this.#oldest + 1) % this.#errorsMax
    }
    this.#sorted.splice(this.#position(error), 0, error)
  }

  /** The finite-sample quantile, at another level if given; NaN before the first error. */
  value(level = this.#level): number {
    const size = this.#sorted.length
    const rank = Math.min(size, Math.ceil(level * (size + 1)))
    return this.#sorted[rank - 1] ?? Number.NaN
  }

  /** Index of the first entry not below `error`. */
  #position(error: number): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#sorted[middle] ?? 0) < error) low = middle + 1
      else high = middle
    }
    return low
  }
}
