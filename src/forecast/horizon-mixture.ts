/** One metric at one horizon: mixes the experts' forecasts, bounds them by p90, and keeps its own record. */
import { forecastLimits } from '../limits.ts'
import { ErrorQuantile } from './conformal.ts'
import { Hedge } from './hedge.ts'
import { longDiscount, MeanMixture, type MixedMean, shortDiscount } from './mean-mixture.ts'
import { PolyWeights } from './poly-weights.ts'

export const p90Level = 0.9
const recordWeight = 0.02
/** Persistence speaks instead once the mixture has been this much worse: one wild expert keeps a small share of the weight. */
const auditTolerance = 1.2

export interface MixedForecast {
  readonly mean: number
  readonly p90: number
}

/** What is known beside the experts' forecasts. */
export interface Present {
  readonly last: number
  /** The least value possible. */
  readonly low: number
  /** Stands in for p90 until there are errors to go by. */
  readonly coldMargin: number
}

/** What the experts say of one horizon; NaN where one says nothing. */
export interface Opinions {
  readonly means: Float64Array
  /** Bounds of those experts that know one. They are put right by their record like a mean. */
  readonly bounds: Float64Array
}

/** How the forecasts fared lately. */
export interface ForecastRecord {
  /** Mean absolute error, discounted. NaN before the first outcome. */
  readonly error: number
  /** The same of persistence ("now = later"). */
  readonly lastError: number
  /** Share of outcomes at or below p90. */
  readonly coverage: number
}

/** What was said at one sample about one later sample. */
interface Promise90 extends MixedForecast {
  /** The mixture's mean, spoken or not. */
  readonly mixed: MixedMean
  /** Means, then own bounds, as the experts said them. */
  readonly opinions: Float64Array
  /** The same, each raised by the quantile of its own errors, or by a guess. */
  readonly bounds: Float64Array
  /** Of these, the ones that rest on errors; NaN for others. First guesses are so wide that a blend would not forget them. */
  readonly proven: Float64Array
  /** What the proven ones came to when weighed as a blend. */
  readonly blend: number
  readonly last: number
}

export class HorizonMixture {
  readonly #horizon: number
  readonly #means: MeanMixture
  /** Of a short and of a long memory. */
  readonly #quantiles: readonly Hedge[]
  readonly #blend: PolyWeights
  readonly #errors: readonly ErrorQuantile[]
  readonly #pending: Promise90[] = []
  #mixedError = Number.NaN
  #record: ForecastRecord = { error: Number.NaN, lastError: Number.NaN, coverage: Number.NaN }

  /** @param means experts; @param bounds those among them that know a bound of their own. */
  constructor(horizon: number, means: number, bounds = 0) {
    this.#horizon = horizon
    this.#means = new MeanMixture(means, horizon)
    this.#quantiles = [shortDiscount, longDiscount].map((discount) => new Hedge(means + bounds, discount))
    this.#blend = new PolyWeights(means + bounds)
    const errors = (): ErrorQuantile => new ErrorQuantile(forecastLimits.errorsKept, p90Level)
    this.#errors = Array.from({ length: means + bounds }, errors)
  }

  get record(): ForecastRecord {
    return this.#record
  }

  /** Weights of the experts in the newest mean. */
  get weights(): readonly number[] {
    return this.#means.weights
  }

  /**
   * A sample has arrived: the forecast made for it is judged. Call once per sample, before `forecast`.
   * @param actual NaN for a sample that could not be taken: persistence would be right about whatever stands in for it.
   */
  observe(actual: number): void {
    if (this.#pending.length < this.#horizon) return
    const said = this.#pending.shift()
    if (said === undefined || Number.isNaN(actual)) return
    this.#means.observe(actual, said.mixed)
    const losses = said.bounds.map((bound) => pinball(actual, bound))
    for (const quantiles of this.#quantiles) quantiles.observe(losses)
    this.#blend.observe(said.proven, said.blend, pinballSlope(actual, said.blend))
    said.opinions.forEach((opinion, expert) => {
      if (!Number.isNaN(opinion)) this.#errors[expert]?.add(actual - opinion)
    })
    this.#mixedError = follow(this.#mixedError, Math.abs(actual - said.mixed.mean))
    this.#record = {
      error: follow(this.#record.error, Math.abs(actual - said.mean)),
      lastError: follow(this.#record.lastError, Math.abs(actual - said.last)),
      coverage: follow(this.#record.coverage, actual <= said.p90 ? 1 : 0),
    }
  }

  /** Mixes what the experts say now. */
  forecast({ means, bounds: ownBounds }: Opinions, { last, low, coldMargin }: Present): MixedForecast {
    const opinions = new Float64Array(means.length + ownBounds.length)
    opinions.set(means)
    opinions.set(ownBounds, means.length)
    const proven = opinions.map((opinion, expert) => opinion + this.#margin(expert))
    const bounds = proven.map((bound, expert) =>
      Number.isNaN(bound) ? (opinions[expert] ?? bound) + coldMargin : bound,
    )
    const medians = means.map((_mean, expert) => this.#median(expert))
    const mixed = this.#means.mix(means, medians, { last, low })
    // The audit: a mixture that lately did clearly worse than persistence is not spoken, only watched.
    const mean = this.#mixedError > auditTolerance * this.#record.lastError ? last : mixed.mean
    const blend = this.#blend.mix(proven)
    const best = this.#quantiles.reduce((sum, quantiles) => sum + quantiles.mix(bounds), 0) / this.#quantiles.length
    const p90 = Math.max(mean, Number.isNaN(blend) ? best : (best + blend) / 2)
    this.#pending.push({ mean, p90, mixed, opinions, bounds, proven, blend, last })
    return { mean, p90 }
  }

  /** NaN while too few errors are known. */
  #margin(expert: number): number {
    const errors = this.#errors[expert]
    return errors !== undefined && errors.count >= forecastLimits.errorsForQuantileMin ? errors.value() : Number.NaN
  }

  #median(expert: number): number {
    const errors = this.#errors[expert]
    return errors !== undefined && errors.count >= forecastLimits.errorsForMedianMin ? errors.value(0.5) : Number.NaN
  }
}

/** The loss whose least value is at the quantile. */
export function pinball(actual: number, bound: number): number {
  return actual > bound ? p90Level * (actual - bound) : (1 - p90Level) * (bound - actual)
}

/** By the bound. */
function pinballSlope(actual: number, bound: number): number {
  if (actual === bound) return 0
  return actual > bound ? -p90Level : 1 - p90Level
}

function follow(before: number, value: number): number {
  return Number.isNaN(before) ? value : before + recordWeight * (value - before)
}
