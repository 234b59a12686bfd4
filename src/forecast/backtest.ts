/** Walks a recorded series forward exactly as a live hub would, and scores every forecast against what came. */
import { type HorizonScore, Score } from './backtest-score.ts'
import { busyTimer } from './busy-time.ts'
import type { MixedForecast } from './horizon-mixture.ts'
import { jobExperts } from './job-expert.ts'
import type { JobSpan } from './job-runs.ts'
import { MetricForecaster } from './metric-forecaster.ts'
import { NetTrainer } from './net/net-trainer.ts'
import { ValueRange } from './value-range.ts'
import { Yardsticks } from './yardsticks.ts'

export interface BacktestRow {
  /** Unix seconds; only jobs need them, rows count as equally spaced. */
  readonly timestamp: number
  readonly value: number
}

/** One run of a job: Unix seconds, and a name `kind_run` whose kind tells which runs behave alike. */
export interface JobRun {
  readonly start: number
  readonly end: number
  readonly job: string
}

/** The forecast made at row `row` for row `row + h`. */
export interface Prediction extends MixedForecast {
  readonly row: number
  readonly h: number
}

export interface BacktestOptions {
  /** Horizons in rows, ascending. */
  readonly horizons?: readonly number[]
  readonly nets?: boolean
  readonly seed?: number
  readonly jobs?: readonly JobRun[]
  /** Rows before this one only teach. */
  readonly scoreFrom?: number
  readonly onPrediction?: (prediction: Prediction) => void
}

export interface BacktestReport {
  readonly schema: 1
  readonly rows: number
  readonly horizons: readonly HorizonScore[]
  readonly trainMs: number
  /** Longest time one row held the event loop, less what the machine spent on others meanwhile. */
  readonly longestLoopGapMs: number
}

/** At row t nothing but rows up to t is known to any forecast. Same rows, options and seed give the same report, but for times. */
export async function backtest(rows: readonly BacktestRow[], options: BacktestOptions = {}): Promise<BacktestReport> {
  const walk = new Walk(rows, options)
  try {
    for (let row = 0; row < rows.length; row++) await walk.step(row)
    return walk.report()
  } finally {
    await walk.trainer.close()
  }
}

const defaultHorizons = [1, 6, 12] as const
/** Rows before it only teach. */
export const scoredFromRow = 300

class Walk {
  readonly trainer: NetTrainer
  readonly #rows: readonly BacktestRow[]
  readonly #horizons: readonly number[]
  readonly #options: BacktestOptions
  readonly #forecaster: MetricForecaster
  readonly #yardsticks: Yardsticks
  readonly #scores: readonly Score[]
  #longestMs = 0

  constructor(rows: readonly BacktestRow[], options: BacktestOptions) {
    this.#rows = rows
    this.#options = options
    this.#horizons = options.horizons ?? defaultHorizons
    this.trainer = new NetTrainer(options.seed ?? 1)
    const range = ValueRange.guessed()
    this.#yardsticks = new Yardsticks(this.#horizons, range)
    const spans = options.jobs === undefined ? null : jobSpans(rows, options.jobs)
    this.#forecaster = new MetricForecaster({
      horizons: this.#horizons,
      range,
      nets: options.nets ?? true,
      extraExperts: spans === null ? [] : jobExperts(spans),
    })
    this.#scores = this.#horizons.map((h) => new Score(h))
  }

  async step(row: number): Promise<void> {
    const busyMs = busyTimer()
    const value = this.#rows[row]?.value ?? Number.NaN
    // What is missing before the first value has nothing to stand for it.
    if (this.#forecaster.history.length === 0 && !Number.isFinite(value)) return
    this.#forecaster.observe(value)
    this.#yardsticks.observe(this.#forecaster.history)
    if (row >= (this.#options.scoreFrom ?? scoredFromRow)) this.#say(row)
    const trainings = this.#forecaster.nets.map(async (net) => {
      const set = net.takeTraining()
      const weights = set === null ? null : await this.trainer.train(set)
      if (set !== null && weights !== null) net.adopt(weights, set.scales)
    })
    this.#longestMs = Math.max(this.#longestMs, busyMs())
    // A live hub has its answer long before the next second; waiting for it makes runs repeatable.
    await Promise.all(trainings)
  }

  report(): BacktestReport {
    return {
      schema: 1,
      rows: this.#rows.length,
      horizons: this.#scores.map((score) => score.result()),
      trainMs: Math.round(this.trainer.trainMs),
      longestLoopGapMs: Number(this.#longestMs.toFixed(2)),
    }
  }

  #say(row: number): void {
    const ar16 = this.#forecaster.expertForecast('ar16')
    const plain = this.#yardsticks.forecast(this.#forecaster.history)
    this.#forecaster.forecast().forEach(({ mean, p90 }, at) => {
      const h = this.#horizons[at] ?? 0
      this.#options.onPrediction?.({ row, h, mean, p90 })
      const actual = this.#rows[row + h]?.value
      const beside = plain[at]
      if (actual === undefined || !Number.isFinite(actual) || beside === undefined) return
      this.#scores[at]?.add(actual, { mean, p90, ...beside, ar16: either(ar16[at], beside.last) })
    })
  }
}

function either(forecast: number | undefined, fallback: number): number {
  return forecast === undefined || Number.isNaN(forecast) ? fallback : forecast
}

/** Runs by row numbers, in order of time; runs without a row are left out. */
function jobSpans(rows: readonly BacktestRow[], jobs: readonly JobRun[]): JobSpan[] {
  let row = 0
  const rowAt = (time: number): number => {
    while (row > 0 && (rows[row - 1]?.timestamp ?? 0) >= time) row--
    while (row < rows.length && (rows[row]?.timestamp ?? 0) < time) row++
    return row
  }
  return [...jobs]
    .sort((one, other) => one.start - other.start)
    .map(({ start, end, job }) => ({ first: rowAt(start), end: rowAt(end), kind: job.replace(/_\d+$/, '') }))
    .filter(({ first, end }) => first < end)
}
