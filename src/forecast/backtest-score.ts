/** The score of one horizon of a back-test: errors of the forecast and of the yardsticks beside it. */
import type { MixedForecast } from './horizon-mixture.ts'
import { pinball } from './horizon-mixture.ts'
import type { YardstickForecast } from './yardsticks.ts'

export interface HorizonScore {
  readonly h: number
  /** Forecasts whose outcome is known; without any, all figures are 0. */
  readonly scored: number
  /** Mean absolute errors: of the mixture, persistence, AR(16) alone, and the best recent simple expert. */
  readonly mae: number
  readonly maeLast: number
  readonly maeAr16: number
  readonly maeNws: number
  readonly pinball90: number
  readonly coverage90: number
  /** The pinball loss of persistence with a bound from its own errors. */
  readonly pinballLast90: number
}

/** Everything said at one row about one later row. */
export interface Said extends MixedForecast, YardstickForecast {
  readonly ar16: number
}

export class Score {
  readonly #h: number
  readonly #sums = { mixture: 0, last: 0, ar16: 0, nws: 0, pinball: 0, pinballLast: 0, within: 0 }
  #count = 0

  constructor(h: number) {
    this.#h = h
  }

  add(actual: number, said: Said): void {
    this.#count++
    this.#sums.mixture += Math.abs(actual - said.mean)
    this.#sums.last += Math.abs(actual - said.last)
    this.#sums.ar16 += Math.abs(actual - said.ar16)
    this.#sums.nws += Math.abs(actual - said.nws)
    this.#sums.pinball += pinball(actual, said.p90)
    this.#sums.pinballLast += pinball(actual, said.lastP90)
    this.#sums.within += actual <= said.p90 ? 1 : 0
  }

  result(): HorizonScore {
    const mean = (sum: number): number => (this.#count === 0 ? 0 : sum / this.#count)
    return {
      h: this.#h,
      scored: this.#count,
      mae: mean(this.#sums.mixture),
      maeLast: mean(this.#sums.last),
      maeAr16: mean(this.#sums.ar16),
      maeNws: mean(this.#sums.nws),
      pinball90: mean(this.#sums.pinball),
      coverage90: mean(this.#sums.within),
      pinballLast90: mean(this.#sums.pinballLast),
    }
  }
}
