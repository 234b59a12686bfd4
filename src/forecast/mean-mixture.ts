/** Mixes experts' means for the least absolute error: plain and centred forecasts, three ways to weigh them, and persistence as the anchor. */
import { Departures } from './departure.ts'
import { Hedge } from './hedge.ts'
import { PolyWeights } from './poly-weights.ts'
import { SpokenShare } from './spoken-share.ts'

/** The short memory follows changes, the long one tells experts apart that differ by little. */
export const shortDiscount = 0.98
export const longDiscount = 0.998
/** What one mean was made of, kept until it is judged. */
export interface MixedMean {
  readonly mean: number
  readonly candidates: Float64Array
  /** What the experts came to when weighed as a blend. */
  readonly blend: number
  /** The mixture itself, spoken or not, and persistence. */
  readonly mixed: number
  readonly last: number
}

/**
 * Least squares experts forecast means, but errors are judged as they are: an expert plus the median of its own recent errors
 * is a candidate of its own. What they come to is spoken as far as it has earned it against persistence: as a whole, and by how far it goes.
 */
export class MeanMixture {
  readonly #short: Hedge
  readonly #long: Hedge
  readonly #blend: PolyWeights
  readonly #share: SpokenShare
  readonly #departures: Departures

  /** @param horizon samples ahead. */
  constructor(experts: number, horizon: number) {
    this.#share = new SpokenShare(horizon)
    this.#departures = new Departures(horizon)
    this.#blend = new PolyWeights(2 * experts)
    this.#short = new Hedge(2 * experts, shortDiscount)
    this.#long = new Hedge(2 * experts, longDiscount)
  }

  /** Share of each expert, plain and centred, in what the newest mixture has from Hedge. */
  get weights(): readonly number[] {
    const long = this.#long.weights
    const both = this.#short.weights.map((weight, at) => (weight + (long[at] ?? 0)) / 2)
    const experts = both.length / 2
    return both.slice(0, experts).map((weight, at) => weight + (both[experts + at] ?? 0))
  }

  /** Judges what was mixed before. */
  observe(actual: number, { candidates, blend, mixed, last }: MixedMean): void {
    const losses = candidates.map((candidate) => Math.abs(actual - candidate))
    this.#short.observe(losses)
    this.#long.observe(losses)
    this.#blend.observe(candidates, blend, Math.sign(blend - actual))
    const gained = Math.abs(actual - last) - Math.abs(actual - mixed)
    if (Number.isNaN(gained)) return
    this.#share.observe(actual, mixed, last)
    this.#departures.observe(mixed - last, gained)
  }

  /** @param medianErrors by expert; NaN while too few errors are known. */
  mix(forecasts: Float64Array, medianErrors: Float64Array, { last, low }: { last: number; low: number }): MixedMean {
    const candidates = new Float64Array(2 * forecasts.length)
    candidates.set(forecasts)
    candidates.set(
      forecasts.map((forecast, expert) => Math.max(low, forecast + (medianErrors[expert] ?? Number.NaN))),
      forecasts.length,
    )
    const blend = this.#blend.mix(candidates)
    const mixed = (this.#short.mix(candidates) + this.#long.mix(candidates) + blend) / 3
    const mean = last + this.#share.value() * this.#departures.limited(mixed - last)
    return { mean, candidates, blend, mixed, last }
  }
}
