/** The Predictive Resource Monitor: forecasts what others will use of this machine, for every metric and horizon. */
import { forecastLimits } from '../limits.ts'
import type { MixedForecast } from './horizon-mixture.ts'
import { MetricForecaster } from './metric-forecaster.ts'
import type { NetExpert, TrainingSet } from './net/net-expert.ts'
import type { NetWeights } from './net/net-weights.ts'
import type { SavedForecast } from './saved-forecast.ts'
import { ValueRange } from './value-range.ts'

/** Percent of the machine for cpu and memory, bytes per second for network. */
export interface Load {
  readonly cpu: number
  readonly memory: number
  readonly network: number
}

export type Metric = keyof Load

export const metrics: readonly Metric[] = ['cpu', 'memory', 'network']

export interface LoadForecast extends Readonly<Record<Metric, MixedForecast>> {
  readonly horizonMs: number
}

export interface LoadForecasterOptions {
  /** Milliseconds between samples. */
  readonly periodMs?: number
  /** Horizons of the fast set, in samples. */
  readonly fastHorizons?: readonly number[]
  /** Horizons of the slow set, in means of {@link slowSamples} samples. */
  readonly slowHorizons?: readonly number[]
  /** Samples behind one value of the slow set. */
  readonly slowSamples?: number
  /** Trains the nets; without one there are no nets. Must not throw; null keeps the old net. */
  readonly train?: (set: TrainingSet) => Promise<NetWeights | null>
}

const maxima: Load = { cpu: 100, memory: 100, network: Number.POSITIVE_INFINITY }

/** All metrics at one sampling period. */
class ForecastSet {
  readonly byMetric: Readonly<Record<Metric, MetricForecaster>>
  readonly #horizons: readonly number[]
  readonly #periodMs: number

  constructor(horizons: readonly number[], periodMs: number, nets: boolean) {
    const forecaster = (metric: Metric): MetricForecaster =>
      new MetricForecaster({ horizons, range: ValueRange.upTo(maxima[metric]), nets })
    this.byMetric = { cpu: forecaster('cpu'), memory: forecaster('memory'), network: forecaster('network') }
    this.#horizons = horizons
    this.#periodMs = periodMs
  }

  get all(): readonly MetricForecaster[] {
    return metrics.map((metric) => this.byMetric[metric])
  }

  observe(load: Load): void {
    for (const metric of metrics) this.byMetric[metric].observe(load[metric])
  }

  remember(load: Load): void {
    for (const metric of metrics) this.byMetric[metric].remember(load[metric])
  }

  forecast(): LoadForecast[] {
    const { cpu, memory, network } = this.byMetric
    return this.#horizons.flatMap((horizon, at) => {
      const [first, second, third] = [cpu, memory, network].map((metric) => metric.forecast()[at])
      if (first === undefined || second === undefined || third === undefined) return []
      return [{ horizonMs: horizon * this.#periodMs, cpu: first, memory: second, network: third }]
    })
  }
}

export class LoadForecaster {
  readonly #fast: ForecastSet
  readonly #slow: ForecastSet
  readonly #slowSamples: number
  readonly #train: LoadForecasterOptions['train']
  #block: Load[] = []
  #now: Load = { cpu: 0, memory: 0, network: 0 }

  constructor(options: LoadForecasterOptions = {}) {
    const periodMs = options.periodMs ?? 1000
    this.#slowSamples = options.slowSamples ?? 10
    this.#train = options.train
    const nets = options.train !== undefined
    this.#fast = new ForecastSet(options.fastHorizons ?? [1, 6, 12], periodMs, nets)
    this.#slow = new ForecastSet(options.slowHorizons ?? [6, 12], periodMs * this.#slowSamples, nets)
  }

  /** One sample of the machine and of our own share in it. What is forecast is the rest. */
  observe(total: Load, own: Load): void {
    this.replay({
      cpu: Math.max(0, total.cpu - own.cpu),
      memory: Math.max(0, total.memory - own.memory),
      network: Math.max(0, total.network - own.network),
    })
    this.#startTraining()
  }

  /** Takes in a sample of the rest as it was once observed, without training. */
  replay(rest: Load): void {
    this.#now = rest
    this.#fast.observe(rest)
    this.#inBlocks(rest, (mean) => this.#slow.observe(mean))
  }

  /** Takes in an old sample of the rest as history only. */
  remember(rest: Load): void {
    this.#fast.remember(rest)
    this.#inBlocks(rest, (mean) => this.#slow.remember(mean))
  }

  /** Samples and trained nets, for the next life. */
  saved(): SavedForecast {
    const [cpu, memory, network] = this.#fast.all.map(({ history }) => history.last(forecastLimits.samplesKept))
    const samples = [...(cpu ?? [])].map((value, at) => ({
      cpu: value,
      memory: memory?.[at] ?? 0,
      network: network?.[at] ?? 0,
    }))
    return { samples, nets: this.#nets.map((net) => net.trained) }
  }

  /** Takes on nets of an earlier life; what does not fit is left. @returns how many were taken. */
  adopt(nets: SavedForecast['nets']): number {
    return this.#nets.filter((net, at) => {
      const trained = nets[at] ?? null
      return trained !== null && net.adopt(trained.weights, trained.scales)
    }).length
  }

  get #nets(): readonly NetExpert[] {
    return [...this.#fast.all, ...this.#slow.all].flatMap(({ nets }) => nets)
  }

  #inBlocks(rest: Load, take: (mean: Load) => void): void {
    this.#block.push(rest)
    if (this.#block.length < this.#slowSamples) return
    take(meanLoad(this.#block))
    this.#block = []
  }

  /** The rest of the machine at the newest sample. */
  get now(): Load {
    return this.#now
  }

  /** Ascending horizons; the slow ones are there after the first slow value. */
  forecast(): readonly LoadForecast[] {
    return [...this.#fast.forecast(), ...this.#slow.forecast()]
  }

  /** Rolling error against persistence, per metric, of the fast set: below 1 the forecast earns its keep. */
  errorRatio(): Readonly<Record<Metric, number>> {
    return this.#record((metric) => metric.errorRatio())
  }

  /** Rolling share of outcomes within p90, per metric, of the fast set. */
  coverage(): Readonly<Record<Metric, number>> {
    return this.#record((metric) => metric.coverage())
  }

  #record(of: (metric: MetricForecaster) => number): Readonly<Record<Metric, number>> {
    const { cpu, memory, network } = this.#fast.byMetric
    return { cpu: of(cpu), memory: of(memory), network: of(network) }
  }

  /** At most one per sample: preparing one takes a moment of the hub's loop. */
  #startTraining(): void {
    if (this.#train === undefined) return
    for (const net of this.#nets) {
      const set = net.takeTraining()
      if (set === null) continue
      const { scales } = set
      void this.#train(set).then((weights) => weights !== null && net.adopt(weights, scales))
      return
    }
  }
}

function meanLoad(loads: readonly Load[]): Load {
  const mean = (metric: Metric): number => loads.reduce((sum, load) => sum + load[metric], 0) / loads.length
  return { cpu: mean('cpu'), memory: mean('memory'), network: mean('network') }
}
