/** Walks a recorded series forward exactly as a live hub would, and scores every forecast against what came. */
import { BestRecent } from './best-recent.ts'
import type { MixedForecast } from './horizon-mixture.ts'
import { pinball } from './horizon-mixture.ts'
import { JobExpert, type JobSpan } from './job-expert.ts'
import { MetricForecaster } from './metric-forecaster.ts'
import { NetTrainer } from './net/net-trainer.ts'

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
  /** Greatest possible value; Infinity where unknown. */
  readonly max?: number
  readonly nets?: boolean
  readonly seed?: number
  readonly jobs?: readonly JobRun[]
  /** Rows before this one only teach. */
  readonly scoreFrom?: number
  readonly onPrediction?: (prediction: Prediction) => void
}

export interface HorizonScore {
  readonly h: number
  /** Mean absolute errors: of the mixture, persistence, AR(16) alone, and the best recent simple expert. */
  readonly mae: number
  readonly maeLast: number
  readonly maeAr16: number
  readonly maeNws: number
  readonly pinball90: number
  readonly coverage90: number
}

export interface BacktestReport {
  readonly schema: 1
  readonly rows: number
  readonly horizons: readonly HorizonScore[]
  readonly trainMs: number
  /** Longest time one row held the event loop. */
  readonly longestLoopGapMs: number
}

/** Everything said at one row about one later row. */
interface Said extends Prediction {
  readonly last: number
  readonly ar16: number
  readonly nws: number
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
const defaultScoreFrom = 300

class Walk {
  readonly trainer: NetTrainer
  readonly #rows: readonly BacktestRow[]
  readonly #horizons: readonly number[]
  readonly #options: BacktestOptions
  readonly #forecaster: MetricForecaster
  readonly #nws: BestRecent
  readonly #scores: readonly Score[]
  #longestMs = 0

  constructor(rows: readonly BacktestRow[], options: BacktestOptions) {
    this.#rows = rows
    this.#options = options
    this.#horizons = options.horizons ?? defaultHorizons
    this.trainer = new NetTrainer(options.seed ?? 1)
    this.#nws = new BestRecent(this.#horizons)
    const spans = options.jobs === undefined ? null : jobSpans(rows, options.jobs)
    this.#forecaster = new MetricForecaster({
      horizons: this.#horizons,
      max: options.max ?? Number.POSITIVE_INFINITY,
      nets: options.nets ?? true,
      extraExperts: spans === null ? [] : [new JobExpert(spans, false), new JobExpert(spans, true)],
    })
    this.#scores = this.#horizons.map((h) => new Score(h))
  }

  async step(row: number): Promise<void> {
    const start = performance.now()
    this.#forecaster.observe(this.#rows[row]?.value ?? Number.NaN)
    this.#nws.observe(this.#forecaster.history)
    if (row >= (this.#options.scoreFrom ?? defaultScoreFrom)) this.#say(row)
    const trainings = this.#forecaster.nets.map(async (net) => {
      const set = net.takeTraining()
      const weights = set === null ? null : await this.trainer.train(set)
      if (set !== null && weights !== null) net.adopt(weights, set.scales)
    })
    this.#longestMs = Math.max(this.#longestMs, performance.now() - start)
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
    const last = this.#forecaster.history.ago(0)
    const ar16 = this.#forecaster.expertForecast('ar16')
    const nws = new Float64Array(this.#horizons.length)
    this.#nws.forecast(this.#forecaster.history, this.#horizons, nws)
    this.#forecaster.forecast().forEach(({ mean, p90 }, at) => {
      const h = this.#horizons[at] ?? 0
      this.#options.onPrediction?.({ row, h, mean, p90 })
      const actual = this.#rows[row + h]?.value
      if (actual === undefined) return
      this.#scores[at]?.add(actual, {
        row,
        h,
        mean,
        p90,
        last,
        ar16: either(ar16[at], last),
        nws: either(nws[at], last),
      })
    })
  }
}

class Score {
  readonly #h: number
  readonly #sums = { mixture: 0, last: 0, ar16: 0, nws: 0, pinball: 0, within: 0 }
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
    this.#sums.within += actual <= said.p90 ? 1 : 0
  }

  result(): HorizonScore {
    const mean = (sum: number): number => (this.#count === 0 ? 0 : sum / this.#count)
    return {
      h: this.#h,
      mae: mean(this.#sums.mixture),
      maeLast: mean(this.#sums.last),
      maeAr16: mean(this.#sums.ar16),
      maeNws: mean(this.#sums.nws),
      pinball90: mean(this.#sums.pinball),
      coverage90: mean(this.#sums.within),
    }
  }
}

function either(forecast: number | undefined, fallback: number): number {
  return forecast === undefined || Number.isNaN(forecast) ? fallback : forecast
}

/** Runs by row numbers, in order of time; runs without a row are left out. */
function jobSpans(rows: readonly BacktestRow[], jobs: readonly JobRun[]): JobSpan[] {
  const rowAt = (time: number): number => {
    const found = rows.findIndex(({ timestamp }) => timestamp >= time)
    return found < 0 ? rows.length : found
  }
  return [...jobs]
    .sort((one, other) => one.start - other.start)
    .map(({ start, end, job }) => ({ first: rowAt(start), end: rowAt(end), kind: job.replace(/_\d+$/, '') }))
    .filter(({ first, end }) => first < end)
}
