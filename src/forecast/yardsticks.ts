/** What a forecast is measured against: believing in the present, AR(16) alone, and the best recent simple expert. */
import { forecastLimits } from '../limits.ts'
import { BestRecent } from './best-recent.ts'
import { ErrorQuantile } from './conformal.ts'
import type { History } from './history.ts'
import { p90Level } from './horizon-mixture.ts'
import { PendingForecasts } from './pending.ts'
import type { ValueRange } from './value-range.ts'

/** What the plain rules say at one row about one later row. */
export interface YardstickForecast {
  readonly last: number
  /** Persistence plus the 90 % quantile of its own last errors at that horizon. */
  readonly lastP90: number
  readonly nws: number
}

export class Yardsticks {
  readonly #horizons: readonly number[]
  readonly #range: ValueRange
  readonly #nws: BestRecent
  readonly #lastErrors: readonly ErrorQuantile[]
  readonly #lastMade: readonly PendingForecasts<number>[]

  constructor(horizons: readonly number[], range: ValueRange) {
    this.#horizons = horizons
    this.#range = range
    this.#nws = new BestRecent(horizons)
    this.#lastErrors = horizons.map(() => new ErrorQuantile(forecastLimits.errorsKept, p90Level))
    this.#lastMade = horizons.map((horizon) => new PendingForecasts(horizon))
  }

  /** A sample has been pushed to the history. Call once per sample, in order. */
  observe(history: History): void {
    const value = history.ago(0)
    this.#nws.observe(history)
    this.#lastMade.forEach((made, at) => {
      const due = made.due()
      if (due !== undefined) this.#lastErrors[at]?.add(value - due)
      made.add(value)
    })
  }

  /** One forecast per horizon, from all samples so far. */
  forecast(history: History): YardstickForecast[] {
    const last = history.ago(0)
    const nws = new Float64Array(this.#horizons.length)
    this.#nws.forecast(history, this.#horizons, nws)
    return this.#horizons.map((_horizon, at) => {
      const margin = this.#lastErrors[at]?.value() ?? Number.NaN
      const simple = nws[at] ?? Number.NaN
      return {
        last,
        lastP90: this.#range.possible(last + (Number.isNaN(margin) ? 0 : margin)),
        nws: Number.isNaN(simple) ? last : simple,
      }
    })
  }
}
