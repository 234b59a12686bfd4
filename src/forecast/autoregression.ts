/** AR(p) by least squares: the strongest single expert on most machines (Dinda & O'Hallaron), refitted now and then. */
import { forecastLimits } from '../limits.ts'
import { solvePositive } from './cholesky.ts'
import type { Expert } from './expert.ts'
import type { History } from './history.ts'

export interface AutoregressionOptions {
  readonly order: number
  /** Samples of the past that a fit looks at. */
  readonly window: number
  /** Samples between fits. */
  readonly refitEvery: number
  /** Of the expert; `ar` and the order if there is none. */
  readonly name?: string
}

/** Values set by the measurements (research on forecasts, section 5), not to be tuned on test data. */
export const usualAutoregression: AutoregressionOptions = { order: 16, window: 600, refitEvery: 50 }

/** Few coefficients: sound where the series changes its ways often. */
export const shortAutoregression: AutoregressionOptions = { order: 4, window: 600, refitEvery: 50 }
/** A long memory: sound where it does not. */
export const longAutoregression: AutoregressionOptions = {
  order: 16,
  window: forecastLimits.trainingRowsMax,
  refitEvery: 50,
  name: 'ar16long',
}

/** A fit needs about four samples per coefficient. */
const samplesPerCoefficient = 4

export class Autoregression implements Expert {
  readonly name: string
  readonly readyAfter: number
  readonly #options: AutoregressionOptions
  #fit: Fit | null = null
  #sinceFit = Number.POSITIVE_INFINITY

  constructor(options: AutoregressionOptions = usualAutoregression) {
    this.#options = options
    this.name = options.name ?? `ar${options.order}`
    this.readyAfter = samplesPerCoefficient * options.order + 1
  }

  observe(history: History): void {
    this.#sinceFit++
    if (history.count < this.readyAfter || this.#sinceFit < this.#options.refitEvery) return
    this.#fit = fitAutoregression(history.last(this.#options.window), this.#options.order) ?? this.#fit
    this.#sinceFit = 0
  }

  forecast(history: History, horizons: readonly number[], into: Float64Array): void {
    into.fill(Number.NaN)
    if (this.#fit === null) return
    const path = extend(this.#fit, history, horizons.at(-1) ?? 0)
    horizons.forEach((horizon, at) => {
      into[at] = path[horizon - 1] ?? Number.NaN
    })
  }
}

interface Fit {
  readonly mean: number
  /** Weight of the value 1, 2, ... steps back. */
  readonly weights: Float64Array
}

/** Least squares with a trace of ridge, so that a flat series has a solution; null when there is none. */
export function fitAutoregression(values: Float64Array, order: number): Fit | null {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const centred = values.map((value) => value - mean)
  const moments = new Float64Array(order * order)
  const targets = new Float64Array(order)
  for (let time = order; time < centred.length; time++) {
    for (let row = 0; row < order; row++) {
      const lagged = centred[time - 1 - row] ?? 0
      targets[row] = (targets[row] ?? 0) + lagged * (centred[time] ?? 0)
      for (let column = 0; column <= row; column++) {
        const cell = row * order + column
        moments[cell] = (moments[cell] ?? 0) + lagged * (centred[time - 1 - column] ?? 0)
      }
    }
  }
  const ridge = 1e-6 * ((moments[0] ?? 0) + 1e-9)
  for (let row = 0; row < order; row++) moments[row * order + row] = (moments[row * order + row] ?? 0) + ridge
  const weights = solvePositive(moments, targets)
  return weights === null ? null : { mean, weights }
}

/** The next `steps` values if nothing unforeseen happens. */
function extend(fit: Fit, history: History, steps: number): Float64Array {
  const order = fit.weights.length
  const line = new Float64Array(order + steps)
  line.set(history.last(order).map((value) => value - fit.mean))
  for (let step = 0; step < steps; step++) {
    let next = 0
    for (let lag = 0; lag < order; lag++) next += (fit.weights[lag] ?? 0) * (line[order + step - 1 - lag] ?? 0)
    line[order + step] = next
  }
  return line.subarray(order).map((value) => value + fit.mean)
}
