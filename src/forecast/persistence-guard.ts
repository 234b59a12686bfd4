/** Whether a mixture has earned to be spoken instead of "later = now": a test of its gain, not a comparison of two averages. */

/** How much of what was seen is left after one more outcome: some two thousand count. */
const discount = 0.9995
/** Standard errors by which the mean gain must exceed nothing to be believed at all, and wholly. */
const doubtful = 1.5
const certain = 2.5
/** Gains of overlapping forecasts say less than as many of their own: by this share of the steps that they overlap. */
const overlapShare = 0.4
/** One jump must not decide: a gain or loss counts for at most so many usual ones, once those are known. */
const usualMax = 5
const usualKnown = 20

/**
 * On a series of which nothing can be learned every mixture is a little worse than persistence, and a little better now and then by
 * chance. So the share of the mixture is 0 until its gain is beyond chance.
 */
export class PersistenceGuard {
  readonly #inflation: number
  #count = 0
  #countOfSquares = 0
  #gain = 0
  #square = 0
  #size = 0

  /** @param horizon samples ahead. */
  constructor(horizon: number) {
    this.#inflation = 1 + overlapShare * (horizon - 1)
  }

  /** An outcome: by how much the mixture erred less than persistence. */
  observe(gained: number): void {
    this.#count = discount * this.#count + 1
    this.#size = discount * this.#size + Math.abs(gained)
    const limit = this.#count > usualKnown ? (usualMax * this.#size) / this.#count : Number.POSITIVE_INFINITY
    const gain = Math.min(Math.max(gained, -limit), limit)
    this.#countOfSquares = discount * discount * this.#countOfSquares + 1
    this.#gain = discount * this.#gain + gain
    this.#square = discount * this.#square + gain * gain
  }

  /** How much of the way from persistence to the mixture to go, 0 to 1. */
  share(): number {
    if (this.#count <= 1) return 0
    const mean = this.#gain / this.#count
    const variance = Math.max(0, this.#square / this.#count - mean * mean)
    const error = Math.sqrt((variance * this.#countOfSquares * this.#inflation) / this.#count ** 2)
    if (error === 0) return mean > 0 ? 1 : 0
    return Math.min(1, Math.max(0, (mean / error - doubtful) / (certain - doubtful)))
  }
}
