/** An expert that corrects a base forecast by a small neural net; training happens elsewhere and may fail or come late. */
import { forecastLimits } from '../../limits.ts'
import type { Expert } from '../expert.ts'
import type { History } from '../history.ts'
import { baseInputs, netInputs } from './net-inputs.ts'
import { isSound, type NetWeights, runNet } from './net-weights.ts'

/** What a training needs; flat arrays, so that they can be handed to a thread without copying. */
export interface TrainingSet {
  readonly inputSize: number
  readonly outputSize: number
  /** Row after row. */
  readonly inputs: Float64Array
  readonly outputs: Float64Array
  /** The net so far, to go on from; null starts afresh. */
  readonly weights: NetWeights | null
  readonly learningRate: number
  /** Unit of the outputs, by horizon: hand it to `adopt` with the trained weights. */
  readonly scales: readonly number[]
}

/** A trained net, and the unit of its outputs by horizon. */
export interface TrainedNet {
  readonly weights: NetWeights
  readonly scales: readonly number[]
}

/** What the net knew at one sample, kept until its outcomes are there. */
interface Row {
  readonly inputs: readonly number[]
  readonly base: Float64Array
  readonly errors: Float64Array
}

const firstTrainingAfter = 150
const trainEvery = 100
const learningRate = 0.002
/** Outputs of tanh are within 1: errors beyond this many root mean squares are clipped. */
const errorSpan = 4

export class NetExpert implements Expert {
  readonly name: string
  readonly readyAfter = firstTrainingAfter
  readonly #base: Expert
  readonly #horizons: readonly number[]
  readonly #waiting: Row[] = []
  readonly #rows: Row[] = []
  #newest: Row | null = null
  #untilTraining = firstTrainingAfter
  #weights: NetWeights | null = null
  #scales: readonly number[] = []

  /**
   * Forecasts the error of another expert.
   * @param base must observe each sample before the net does.
   */
  constructor(base: Expert, horizons: readonly number[]) {
    this.name = `netOn${base.name}`
    this.#base = base
    this.#horizons = horizons
  }

  get inputSize(): number {
    return baseInputs + this.#horizons.length
  }

  observe(history: History): void {
    this.#untilTraining--
    this.#judge(history)
    const base = new Float64Array(this.#horizons.length)
    this.#base.forecast(history, this.#horizons, base)
    this.#newest = base.some(Number.isNaN) ? null : this.#row(history, base)
    this.#waiting.push(this.#newest ?? { inputs: [], base, errors: base })
  }

  forecast(_history: History, horizons: readonly number[], into: Float64Array): void {
    into.fill(Number.NaN)
    if (this.#weights === null || this.#newest === null) return
    const { inputs, base } = this.#newest
    runNet(this.#weights, inputs).forEach((output, at) => {
      if (at < horizons.length) into[at] = (base[at] ?? 0) + output * (this.#scales[at] ?? 0)
    })
  }

  /** A training set when one is due; asking takes it. */
  takeTraining(): TrainingSet | null {
    if (this.#untilTraining > 0 || this.#rows.length === 0) return null
    this.#untilTraining = trainEvery
    const scales = this.#horizons.map((_, at) => errorSpan * this.#rootMeanSquareError(at))
    if (scales.some((scale) => !(scale > 0))) return null
    const { inputSize } = this
    const outputSize = this.#horizons.length
    const inputs = new Float64Array(this.#rows.length * inputSize)
    const outputs = new Float64Array(this.#rows.length * outputSize)
    this.#rows.forEach((row, at) => {
      inputs.set(row.inputs, at * inputSize)
      for (let cell = 0; cell < outputSize; cell++) {
        outputs[at * outputSize + cell] = clipped((row.errors[cell] ?? 0) / (scales[cell] ?? 1))
      }
    })
    return { inputSize, outputSize, inputs, outputs, weights: this.#weights, learningRate, scales }
  }

  /** What it has been trained to; null before the first training. */
  get trained(): TrainedNet | null {
    return this.#weights === null ? null : { weights: this.#weights, scales: this.#scales }
  }

  /** Takes on trained weights. @returns false when they are unsound: the old net stays and its weight decays by itself. */
  adopt(weights: NetWeights, scales: readonly number[]): boolean {
    const fits = scales.length === this.#horizons.length && scales.every((scale) => scale > 0)
    if (!fits || !isSound(weights, this.inputSize, this.#horizons.length)) return false
    this.#weights = weights
    this.#scales = scales
    return true
  }

  #rootMeanSquareError(horizon: number): number {
    const squares = this.#rows.reduce((sum, { errors }) => sum + (errors[horizon] ?? 0) ** 2, 0)
    return Math.sqrt(squares / this.#rows.length)
  }

  #row(history: History, base: Float64Array): Row {
    return { inputs: netInputs(history, base), base, errors: new Float64Array(base.length) }
  }

  /** The outcomes of the row made one longest horizon ago are all known now. */
  #judge(history: History): void {
    const longest = this.#horizons.at(-1) ?? 0
    if (this.#waiting.length < longest) return
    const row = this.#waiting.shift()
    if (row === undefined || row.inputs.length === 0) return
    this.#horizons.forEach((horizon, at) => {
      row.errors[at] = history.ago(longest - horizon) - (row.base[at] ?? 0)
    })
    this.#rows.push(row)
    if (this.#rows.length > forecastLimits.trainingRowsMax) this.#rows.shift()
  }
}

function clipped(value: number): number {
  return Math.min(Math.max(value, -1), 1)
}
