/** Mixes experts' means for the least absolute error: plain and centred forecasts, two memories, and persistence as the anchor. */
import { Hedge } from './hedge.ts'
import { PersistenceGuard } from './persistence-guard.ts'

/** The short memory follows changes, the long one tells experts apart that differ by little. */
const shortDiscount = 0.98
const longDiscount = 0.998
/** What one mean was made of, kept until it is judged. */
export interface MixedMean {
  readonly mean: number
  readonly candidates: Float64Array
  /** The mixture itself, spoken or not, and persistence. */
  readonly mixed: number
  readonly last: number
}

/**
 * Least squares experts forecast means, but errors are judged as they are: an expert plus the median of its own recent errors
 * is a candidate of its own. What they come to is spoken as far as it has earned it against persistence.
 */
export class MeanMixture {
  readonly #short: Hedge
  readonly #long: Hedge
  readonly #guard: PersistenceGuard

  /** @param horizon samples ahead. */
  constructor(experts: number, horizon: number) {
    this.#guard = new PersistenceGuard(horizon)
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
  observe(actual: number, { candidates, mixed, last }: MixedMean): void {
    const losses = candidates.map((candidate) => Math.abs(actual - candidate))
    this.#short.observe(losses)
    this.#long.observe(losses)
    const gained = Math.abs(actual - last) - Math.abs(actual - mixed)
    if (!Number.isNaN(gained)) this.#guard.observe(gained)
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
    return { mean: last + this.#guard.share() * (mixed - last), candidates, mixed, last }
  }
}
