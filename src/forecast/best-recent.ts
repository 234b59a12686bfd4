/** The Network Weather Service's rule, kept as a yardstick: believe whichever simple expert erred least of late. */
import type { Expert } from './expert.ts'
import type { History } from './history.ts'
import { dampedTrend, lastValue, meanOf, medianOf, smoothed } from './simple-experts.ts'

const window = 50

/** One expert's errors at one horizon: the last {@link window} of them, with their sum. */
class RecentErrors {
  readonly #errors: number[] = []
  #sum = 0

  add(error: number): void {
    this.#errors.push(error)
    this.#sum += error
    if (this.#errors.length > window) this.#sum -= this.#errors.shift() ?? 0
  }

  get mean(): number {
    return this.#errors.length === 0 ? Number.POSITIVE_INFINITY : this.#sum / this.#errors.length
  }
}

export class BestRecent implements Expert {
  readonly name = 'nws'
  readonly readyAfter = 1
  readonly #horizons: readonly number[]
  readonly #experts: readonly Expert[] = [
    ...[lastValue(), meanOf(5), meanOf(20), medianOf(5), medianOf(20)],
    ...[smoothed(0.1), smoothed(0.3), smoothed(0.6), dampedTrend()],
  ]
  /** By expert, then horizon. */
  readonly #errors: readonly (readonly RecentErrors[])[]
  /** Forecasts made at the last samples, oldest first: by expert, then horizon. */
  readonly #made: Float64Array[][] = []

  constructor(horizons: readonly number[]) {
    this.#horizons = horizons
    this.#errors = this.#experts.map(() => horizons.map(() => new RecentErrors()))
  }

  observe(history: History): void {
    const value = history.ago(0)
    this.#horizons.forEach((horizon, at) => {
      const made = this.#made[this.#made.length - horizon]
      made?.forEach((row, expert) => {
        this.#errors[expert]?.[at]?.add(Math.abs(value - (row[at] ?? value)))
      })
    })
    for (const expert of this.#experts) expert.observe(history)
    this.#made.push(
      this.#experts.map((expert) => {
        const row = new Float64Array(this.#horizons.length)
        expert.forecast(history, this.#horizons, row)
        return row
      }),
    )
    if (this.#made.length > (this.#horizons.at(-1) ?? 0)) this.#made.shift()
  }

  forecast(_history: History, horizons: readonly number[], into: Float64Array): void {
    const newest = this.#made.at(-1) ?? []
    for (let at = 0; at < horizons.length; at++) {
      let best = 0
      this.#errors.forEach((errors, expert) => {
        const mean = errors[at]?.mean ?? Number.POSITIVE_INFINITY
        if (mean < (this.#errors[best]?.[at]?.mean ?? Number.POSITIVE_INFINITY)) best = expert
      })
      into[at] = newest[best]?.[at] ?? Number.NaN
    }
  }
}
