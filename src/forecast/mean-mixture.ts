/** Mixes experts' means for the least absolute error: plain and centred forecasts, two memories, and persistence as the anchor. */
import { Hedge } from './hedge.ts'

/** The short memory follows changes, the long one tells experts apart that differ by little. */
const shortDiscount = 0.98
const longDiscount = 0.998
/** Of the last choice, between few candidates: more decided than among many. */
const anchorRate = 1.5

/** What one mean was made of, kept until it is judged. */
export interface MixedMean {
  readonly mean: number
  readonly candidates: Float64Array
  readonly anchored: Float64Array
}

/**
 * Least squares experts forecast means, but errors are judged as they are: an expert plus the median of its own recent errors
 * is a candidate of its own. At last the mixture itself stands against persistence and the middle of both, so that no series
 * goes on being forecast worse than by believing in the present.
 */
export class MeanMixture {
  readonly #short: Hedge
  readonly #long: Hedge
  readonly #anchor = new Hedge(3, longDiscount, anchorRate)

  constructor(experts: number) {
    this.#short = new Hedge(2 * experts, shortDiscount)
    this.#long = new Hedge(2 * experts, longDiscount)
  }

  /** Share of each expert, plain and centred, in the newest mixture. */
  get weights(): readonly number[] {
    const long = this.#long.weights
    const both = this.#short.weights.map((weight, at) => (weight + (long[at] ?? 0)) / 2)
    const experts = both.length / 2
    return both.slice(0, experts).map((weight, at) => weight + (both[experts + at] ?? 0))
  }

  /** Judges what was mixed before. */
  observe(actual: number, { candidates, anchored }: MixedMean): void {
    const losses = candidates.map((candidate) => Math.abs(actual - candidate))
    this.#short.observe(losses)
    this.#long.observe(losses)
    this.#anchor.observe(anchored.map((candidate) => Math.abs(actual - candidate)))
  }

  /** @param medianErrors by expert; NaN while too few errors are known. */
  mix(forecasts: Float64Array, medianErrors: Float64Array, { last, low }: { last: number; low: number }): MixedMean {
    const candidates = new Float64Array(2 * forecasts.length)
    candidates.set(forecasts)
    candidates.set(
      forecasts.map((forecast, expert) => Math.max(low, forecast + (medianErrors[expert] ?? Number.NaN))),
      forecasts.length,
    )
    const mixed = (this.#short.mix(candidates) + this.#long.mix(candidates)) / 2
    const anchored = Float64Array.of(mixed, last, (mixed + last) / 2)
    this.#anchor.mix(anchored)
    const [, lastShare = 0, middleShare = 0] = this.#anchor.weights
    return { mean: mixed + (lastShare + middleShare / 2) * (last - mixed), candidates, anchored }
  }
}
