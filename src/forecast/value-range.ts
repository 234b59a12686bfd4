/** What values a series can have: known for a live metric, found out as it goes for a recorded one. */

/** Added to a mean as p90 until errors are known: points of percent, or this share of an unbounded value; the less of both for a guess. */
const coldPoints = 20
const coldShare = 0.5
/** Where no greatest value is known, or it is a guess, none is forecast beyond this multiple of the greatest seen. */
const growthMax = 2
const percentMax = 100

export class ValueRange {
  readonly #clamps: boolean
  #low: number
  #high: number
  #greatest = 0

  private constructor(low: number, high: number, clamps: boolean) {
    this.#low = low
    this.#high = high
    this.#clamps = clamps
  }

  /** Values from 0 to `max`, Infinity where there is no greatest one; others are errors of measurement and clamped. */
  static upTo(max: number): ValueRange {
    return new ValueRange(0, max, true)
  }

  /** Percent until a value says otherwise: what comes later is not known now. */
  static guessed(): ValueRange {
    return new ValueRange(0, percentMax, false)
  }

  /** The least value possible; -Infinity once a guessed range has seen one below 0. */
  get low(): number {
    return this.#low
  }

  /** Takes in one finite value. @returns the value that counts. */
  take(value: number): number {
    if (!this.#clamps && value < this.#low) this.#low = Number.NEGATIVE_INFINITY
    if (!this.#clamps && value > this.#high) this.#high = Number.POSITIVE_INFINITY
    const counts = Math.min(Math.max(value, this.#low), this.#high)
    this.#greatest = Math.max(this.#greatest, Math.abs(counts))
    return counts
  }

  /** The nearest possible value; NaN for what is not finite. */
  possible(forecast: number): number {
    if (!Number.isFinite(forecast)) return Number.NaN
    const most = growthMax * this.#greatest
    const highest = this.#clamps && Number.isFinite(this.#high) ? this.#high : Math.min(this.#high, most)
    return Math.min(Math.max(forecast, this.#low, -most), highest)
  }

  coldMargin(value: number): number {
    if (!Number.isFinite(this.#high)) return coldShare * Math.abs(value)
    return this.#clamps ? coldPoints : Math.min(coldPoints, coldShare * this.#greatest)
  }
}
