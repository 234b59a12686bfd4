/** Whether a mixture has earned to be spoken instead of "later = now": a test of its gain, not a comparison of two averages. */

/** How much of what was seen is left after one more sample: some five thousand count. */
const discount = 0.9998
/**
 * Standard errors by which the mean gain must exceed nothing to be believed at all, and wholly. Few: a mixture does a little worse than persistence where
 * nothing can be learned, and so rarely comes even to the first of them.
 */
const doubtful = 0.5
const certain = 1.5
/**
 * Forecasts of neighbouring samples err alike, as far as they overlap. So the gains of one horizon count as one, and what is left between
 * neighbouring horizons, at most a quarter of correlation on either side, counts by this factor in the variance.
 */
const neighbourInflation = 1.5
/** So many horizons must have passed before anything is believed; the spread of few of them is itself uncertain. */
const fewest = 5
const fewWeight = 3
/** One jump must not decide: a gain or loss counts for at most so many usual ones, once those are known. */
const usualMax = 5
const usualKnown = 20

/**
 * On a series of which nothing can be learned every mixture is a little worse than persistence, and a little better now and then by
 * chance. So the share of the mixture is 0 until its gain is beyond chance.
 */
export class PersistenceGuard {
  readonly #horizon: number
  readonly #discount: number
  readonly #inflation: number
  /** Of the horizon that is not over yet. */
  #samples = 0
  #sum = 0
  #count = 0
  #countOfSquares = 0
  #gain = 0
  #square = 0
  #size = 0
  /** The gain as it was, jumps and all: where that is a loss, many small gains do not make up for it. */
  #whole = 0

  /** @param horizon samples ahead. */
  constructor(horizon: number) {
    this.#horizon = horizon
    this.#discount = discount ** horizon
    this.#inflation = horizon === 1 ? 1 : neighbourInflation
  }

  /** An outcome: by how much the mixture erred less than persistence. */
  observe(gained: number): void {
    this.#sum += gained
    this.#samples++
    if (this.#samples < this.#horizon) return
    this.#take(this.#sum / this.#samples)
    this.#samples = 0
    this.#sum = 0
  }

  /** Mean gain over the horizons seen, jumps cut as above; 0 before there are any. */
  get gain(): number {
    return this.#count > 0 ? this.#gain / this.#count : 0
  }

  /** How much of the way from persistence to what is judged to go, 0 to 1. */
  share(): number {
    if (this.#count < fewest || this.#whole <= 0) return 0
    const mean = this.#gain / this.#count
    const variance = Math.max(0, this.#square / this.#count - mean * mean)
    const spread = Math.sqrt((variance * this.#countOfSquares * this.#inflation) / this.#count ** 2)
    const error = spread * (1 + fewWeight / (this.#count - 1))
    if (error === 0) return mean > 0 ? 1 : 0
    return Math.min(1, Math.max(0, (mean / error - doubtful) / (certain - doubtful)))
  }

  #take(gained: number): void {
    this.#count = this.#discount * this.#count + 1
    this.#size = this.#discount * this.#size + Math.abs(gained)
    this.#whole = this.#discount * this.#whole + gained
    const limit = this.#count > usualKnown ? (usualMax * this.#size) / this.#count : Number.POSITIVE_INFINITY
    const gain = Math.min(Math.max(gained, -limit), limit)
    this.#countOfSquares = this.#discount ** 2 * this.#countOfSquares + 1
    this.#gain = this.#discount * this.#gain + gain
    this.#square = this.#discount * this.#square + gain * gain
  }
}
