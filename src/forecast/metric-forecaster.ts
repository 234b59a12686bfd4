/** Forecasts one metric at several horizons: experts, the mixture of each horizon, and bounds of what is possible. */
import { forecastLimits } from '../limits.ts'
import { Analogue } from './analogue.ts'
import { Autoregression, longAutoregression, shortAutoregression } from './autoregression.ts'
import type { Expert } from './expert.ts'
import { History } from './history.ts'
import { type ForecastRecord, HorizonMixture, type MixedForecast } from './horizon-mixture.ts'
import { LevelChange } from './level-change.ts'
import { NetExpert } from './net/net-expert.ts'
import { lastValue, meanOf, medianOf, smoothed, together } from './simple-experts.ts'
import type { ValueRange } from './value-range.ts'

export interface MetricOptions {
  /** Horizons in samples, ascending. */
  readonly horizons: readonly number[]
  /** What values are possible. */
  readonly range: ValueRange
  /** Whether the two small neural nets take part. They stay silent until they have been trained. */
  readonly nets?: boolean
  /** Experts beside the usual ones, for example one that knows the job list. */
  readonly extraExperts?: readonly Expert[]
}

export class MetricForecaster {
  readonly history = new History(forecastLimits.samplesKept)
  readonly nets: readonly NetExpert[]
  readonly #options: MetricOptions
  readonly #experts: readonly Expert[]
  readonly #mixtures: readonly HorizonMixture[]
  /** Forecasts of the newest sample: one row per expert, one cell per horizon. */
  readonly #rows: readonly Float64Array[]
  /** Experts that know a bound of their own, and the newest of these bounds. */
  readonly #bounding: readonly Expert[]
  readonly #bounds: readonly Float64Array[]
  #newest: readonly MixedForecast[] = []

  constructor(options: MetricOptions) {
    this.#options = options
    const regression = new Autoregression()
    const analogues = Analogue.all()
    this.nets = options.nets
      ? [regression, together('analogues', analogues)].map((base) => new NetExpert(base, options.horizons))
      : []
    const simple = [lastValue(), smoothed(0.1), smoothed(0.3), meanOf(20), medianOf(5), medianOf(20), new LevelChange()]
    const regressions = [regression, new Autoregression(shortAutoregression), new Autoregression(longAutoregression)]
    this.#experts = [...simple, ...regressions, ...analogues, ...this.nets, ...(options.extraExperts ?? [])]
    this.#bounding = this.#experts.filter(({ upper }) => upper !== undefined)
    const [means, bounds] = [this.#experts.length, this.#bounding.length]
    this.#mixtures = options.horizons.map((horizon) => new HorizonMixture(horizon, means, bounds))
    this.#rows = this.#experts.map(() => new Float64Array(options.horizons.length))
    this.#bounds = this.#bounding.map(() => new Float64Array(options.horizons.length))
  }

  get expertNames(): readonly string[] {
    return this.#experts.map(({ name }) => name)
  }

  /** Takes in one sample and renews the forecasts. Anything not finite counts as the value before, but judges no forecast. */
  observe(sample: number): void {
    const before = this.history.length > 0 ? this.history.ago(0) : 0
    const value = Number.isFinite(sample) ? this.#options.range.take(sample) : before
    for (const mixture of this.#mixtures) mixture.observe(Number.isFinite(sample) ? value : Number.NaN)
    this.history.push(value)
    this.#ask()
    this.#newest = this.#mixtures.map((mixture, at) => this.#mix(mixture, at, value))
  }

  /** Takes in an old sample as history only: nothing is forecast or judged. */
  remember(sample: number): void {
    if (Number.isFinite(sample)) this.history.push(this.#options.range.take(sample))
  }

  /** One forecast per horizon, made from all samples so far. Empty before the first sample. */
  forecast(): readonly MixedForecast[] {
    return this.#newest
  }

  /** The forecasts of one expert for the newest sample, by horizon; NaN where it has none. */
  expertForecast(name: string): readonly number[] {
    return [...(this.#rows[this.expertNames.indexOf(name)] ?? [])]
  }

  /** The record of each horizon. */
  records(): readonly ForecastRecord[] {
    return this.#mixtures.map(({ record }) => record)
  }

  /** Discounted error against persistence over all horizons: below 1 the forecasts earn their keep. 1 before there is a record. */
  errorRatio(): number {
    const known = this.records().filter(({ error, lastError }) => !Number.isNaN(error) && !Number.isNaN(lastError))
    const error = known.reduce((sum, record) => sum + record.error, 0)
    const lastError = known.reduce((sum, record) => sum + record.lastError, 0)
    return lastError > 0 ? error / lastError : 1
  }

  /** Share of outcomes within p90, discounted, over all horizons; 0.9 before there is a record. */
  coverage(): number {
    const known = this.records().filter(({ coverage }) => !Number.isNaN(coverage))
    return known.length === 0 ? 0.9 : known.reduce((sum, { coverage }) => sum + coverage, 0) / known.length
  }

  #ask(): void {
    const { horizons } = this.#options
    this.#experts.forEach((expert, at) => {
      expert.observe(this.history)
      this.#fill(this.#rows[at], expert, (row) => expert.forecast(this.history, horizons, row))
    })
    this.#bounding.forEach((expert, at) => {
      this.#fill(this.#bounds[at], expert, (row) => expert.upper?.(this.history, horizons, row))
    })
  }

  #fill(row: Float64Array | undefined, expert: Expert, say: (row: Float64Array) => void): void {
    if (row === undefined) return
    if (this.history.count < expert.readyAfter) row.fill(Number.NaN)
    else say(row)
    for (let cell = 0; cell < row.length; cell++) row[cell] = this.#options.range.possible(row[cell] ?? Number.NaN)
  }

  #mix(mixture: HorizonMixture, at: number, value: number): MixedForecast {
    const { range } = this.#options
    const said = {
      means: Float64Array.from(this.#rows, (row) => row[at] ?? Number.NaN),
      bounds: Float64Array.from(this.#bounds, (row) => row[at] ?? Number.NaN),
    }
    const present = { last: value, low: range.low, coldMargin: range.coldMargin(value) }
    const { mean, p90 } = mixture.forecast(said, present)
    return { mean, p90: range.possible(p90) }
  }
}
