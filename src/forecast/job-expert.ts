/** An expert that knows which job runs: it reads the mean curve of the job's earlier runs ahead of where this run is. */
import { Autoregression } from './autoregression.ts'
import type { Expert } from './expert.ts'
import type { History } from './history.ts'

/** A run of a job by sample numbers: it has samples `[first, end)`; runs of one kind behave alike. */
export interface JobSpan {
  readonly first: number
  readonly end: number
  readonly kind: string
}

/** The mean of completed runs of one kind, sample by sample. */
interface Curve {
  readonly sums: number[]
  readonly counts: number[]
  runs: number
  samples: number
}

/** How fast the difference between this run and the curve is expected to fade, per sample. */
const correctionFade = 0.8

export class JobExpert implements Expert {
  readonly name: string
  readonly readyAfter: number
  readonly #spans: readonly JobSpan[]
  readonly #corrected: boolean
  readonly #unknown = new Autoregression()
  readonly #curves = new Map<string, Curve>()
  #running: number[] = []
  /** Index of the present span: the first that has not ended. */
  #present = 0

  /** @param corrected whether the present run's difference from the curve is carried ahead. */
  constructor(spans: readonly JobSpan[], corrected: boolean) {
    this.#spans = spans
    this.#corrected = corrected
    this.name = corrected ? 'jobCorrected' : 'job'
    this.readyAfter = this.#unknown.readyAfter
  }

  observe(history: History): void {
    this.#unknown.observe(history)
    const now = history.count - 1
    for (let span = this.#spans[this.#present]; span !== undefined && span.end <= now; ) {
      this.#learn(span.kind)
      span = this.#spans[++this.#present]
    }
    const span = this.#spans[this.#present]
    if (span !== undefined && span.first <= now) this.#running.push(history.ago(0))
  }

  forecast(history: History, horizons: readonly number[], into: Float64Array): void {
    this.#unknown.forecast(history, horizons, into)
    const curve = this.#curveOf(this.#present)
    const elapsed = this.#running.length - 1
    if (curve === undefined || elapsed < 0) return
    const difference = this.#corrected ? history.ago(0) - (curveAt(curve, elapsed) ?? history.ago(0)) : 0
    horizons.forEach((horizon, at) => {
      const known = this.#read(curve, elapsed, horizon)
      if (known !== undefined) into[at] = known + difference * correctionFade ** horizon
    })
  }

  /** The curve `horizon` samples ahead; past the expected end of this run, the next one's. */
  #read(curve: Curve, elapsed: number, horizon: number): number | undefined {
    const left = Math.max(0, Math.round(curve.samples / curve.runs) - 1 - elapsed)
    if (horizon <= left) return curveAt(curve, elapsed + horizon)
    const next = this.#curveOf(this.#present + 1)
    return next === undefined ? undefined : curveAt(next, horizon - left - 1)
  }

  #curveOf(index: number): Curve | undefined {
    const span = this.#spans[index]
    return span === undefined ? undefined : this.#curves.get(span.kind)
  }

  #learn(kind: string): void {
    const curve = this.#curves.get(kind) ?? { sums: [], counts: [], runs: 0, samples: 0 }
    this.#running.forEach((value, at) => {
      curve.sums[at] = (curve.sums[at] ?? 0) + value
      curve.counts[at] = (curve.counts[at] ?? 0) + 1
    })
    curve.runs++
    curve.samples += this.#running.length
    if (this.#running.length > 0) this.#curves.set(kind, curve)
    this.#running = []
  }
}

function curveAt({ sums, counts }: Curve, at: number): number | undefined {
  const sum = sums[at]
  return sum === undefined ? undefined : sum / (counts[at] ?? 1)
}
