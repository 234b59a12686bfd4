/** Discounted Hedge with fixed share: weights for experts by their recent losses, never much worse than the best. */

/** Set before the first measurement and never tuned (research on forecasts, section 5). */
const usualDiscount = 0.98
const usualRate = 0.4
const sharedWeight = 0.01
const scaleWeight = 0.02

export class Hedge {
  readonly #losses: Float64Array
  readonly #weights: Float64Array
  readonly #discount: number
  readonly #rate: number
  #scale = Number.NaN

  /**
   * @param discount how much of a loss is left after one more outcome.
   * @param rate how much a loss of the usual size takes from a weight's logarithm.
   */
  constructor(experts: number, discount = usualDiscount, rate = usualRate) {
    this.#rate = rate
    this.#discount = discount
    this.#losses = new Float64Array(experts).fill(Number.NaN)
    this.#weights = new Float64Array(experts)
  }

  /** Takes in one loss per expert; NaN for an expert that made no forecast then. */
  observe(losses: Float64Array): void {
    const made = losses.filter((loss) => !Number.isNaN(loss))
    if (made.length === 0) return
    const mean = made.reduce((sum, loss) => sum + loss, 0) / made.length
    this.#scale = Number.isNaN(this.#scale) ? mean : this.#scale + scaleWeight * (mean - this.#scale)
    const best = made.reduce((least, loss) => Math.min(least, loss), Number.POSITIVE_INFINITY)
    for (let at = 0; at < losses.length; at++) {
      const loss = losses[at] ?? Number.NaN
      if (Number.isNaN(loss)) continue
      const regret = this.#scale > 0 ? (loss - best) / this.#scale : 0
      const before = this.#losses[at] ?? Number.NaN
      this.#losses[at] = this.#discount * (Number.isNaN(before) ? this.#newcomerLoss() : before) + regret
    }
  }

  /** The weighted mean of the forecasts that exist; NaN when there is none. */
  mix(forecasts: Float64Array): number {
    let least = Number.POSITIVE_INFINITY
    let present = 0
    for (let at = 0; at < forecasts.length; at++) {
      if (Number.isNaN(forecasts[at] ?? Number.NaN)) continue
      present++
      least = Math.min(least, this.#lossOf(at))
    }
    let total = 0
    for (let at = 0; at < forecasts.length; at++) {
      const missing = Number.isNaN(forecasts[at] ?? Number.NaN)
      const weight = missing ? 0 : Math.exp(-this.#rate * (this.#lossOf(at) - least))
      this.#weights[at] = weight
      total += weight
    }
    let mixed = 0
    for (let at = 0; at < forecasts.length; at++) {
      const weight = this.#weights[at] ?? 0
      if (weight === 0 && Number.isNaN(forecasts[at] ?? Number.NaN)) continue
      const share = ((1 - sharedWeight) * weight) / total + sharedWeight / present
      this.#weights[at] = share
      mixed += share * (forecasts[at] ?? 0)
    }
    return present === 0 ? Number.NaN : mixed
  }

  /** The weights of the last `mix`. */
  get weights(): readonly number[] {
    return [...this.#weights]
  }

  #lossOf(expert: number): number {
    const loss = this.#losses[expert] ?? Number.NaN
    return Number.isNaN(loss) ? this.#newcomerLoss() : loss
  }

  /** A newcomer starts at the middle of the field: neither trusted nor condemned. */
  #newcomerLoss(): number {
    const known = this.#losses.filter((loss) => !Number.isNaN(loss))
    return known.length === 0 ? 0 : known.reduce((sum, loss) => sum + loss, 0) / known.length
  }
}
