/**
 * Polynomial weights: the mixture is judged as a whole, and an expert counts by what a little more of it would have gained.
 *
 * Hedge goes after the best expert; this goes after the best blend of them, whatever their number, and each expert has a learning rate of
 * its own (ML-Poly: Gaillard, Stoltz and van Erven, A second-order bound with excess losses, 2014), here with a discount.
 */

/** How much of what was seen is left after one more outcome: some five hundred count. */
const discount = 0.998
/** The same for what regrets usually are: great ones of the past must not outweigh all that follow when errors become small. */
const sizeWeight = 0.02

export class PolyWeights {
  /** By expert: what more of it would have gained, and the squares of that. */
  readonly #regrets: Float64Array
  readonly #squares: Float64Array
  /** What they usually are: the unit of both. */
  #size = Number.NaN

  constructor(experts: number) {
    this.#regrets = new Float64Array(experts)
    this.#squares = new Float64Array(experts)
  }

  /**
   * Takes in an outcome.
   * @param forecasts by expert; NaN for one that made none then.
   * @param mixed what they came to.
   * @param slope of the loss at `mixed`, by the forecast.
   */
  observe(forecasts: Float64Array, mixed: number, slope: number): void {
    const regrets = forecasts.map((forecast) => slope * (mixed - forecast))
    const known = regrets.filter((regret) => !Number.isNaN(regret))
    if (known.length === 0) return
    const size = known.reduce((sum, regret) => sum + Math.abs(regret), 0) / known.length
    this.#size = Number.isNaN(this.#size) ? size : this.#size + sizeWeight * (size - this.#size)
    if (!(this.#size > 0)) return
    for (let at = 0; at < regrets.length; at++) {
      const regret = (regrets[at] ?? Number.NaN) / this.#size
      if (Number.isNaN(regret)) continue
      this.#regrets[at] = discount * (this.#regrets[at] ?? 0) + regret
      this.#squares[at] = discount * (this.#squares[at] ?? 0) + regret * regret
    }
  }

  /** The weighted mean of the forecasts that exist, the plain one while no expert stands out; NaN when there is none. */
  mix(forecasts: Float64Array): number {
    let [total, weighted, present, plain] = [0, 0, 0, 0]
    for (let at = 0; at < forecasts.length; at++) {
      const forecast = forecasts[at] ?? Number.NaN
      if (Number.isNaN(forecast)) continue
      const weight = this.#weight(at)
      total += weight
      weighted += weight * forecast
      present++
      plain += forecast
    }
    return total > 0 ? weighted / total : plain / present
  }

  /** An expert that says what the mixture says, but for rounding, must not count for it: squares begin at a usual one. */
  #weight(expert: number): number {
    return Math.max(0, this.#regrets[expert] ?? 0) / (1 + (this.#squares[expert] ?? 0))
  }
}
