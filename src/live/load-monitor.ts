/** Samples the machine once a second, takes our own slots out, and forecasts the rest. */
import type { Usage } from '../execute/usage.ts'
import { LoadForecaster } from '../forecast/load-forecaster.ts'
import { NetTrainer } from '../forecast/net/net-trainer.ts'
import { LoadSampler } from '../forecast/sample.ts'
import type { LoadReport } from '../hub/beacon.ts'
import { durations } from '../limits.ts'
import { errorFields, type Log } from './log.ts'

export interface LoadMonitorInit {
  /** CPU time and memory of all own slots. */
  readonly usage: () => Usage
  readonly report: (report: LoadReport) => void
  readonly log: Log
}

const PERCENT = 100

export class LoadMonitor {
  readonly #init: LoadMonitorInit
  readonly #forecaster: LoadForecaster
  readonly #trainer: NetTrainer
  readonly #sampler = new LoadSampler()
  #timer: NodeJS.Timeout | null = null

  constructor(init: LoadMonitorInit) {
    this.#init = init
    this.#trainer = new NetTrainer(1, (error) =>
      init.log.warn(errorFields(error), 'a forecast net could not be trained'),
    )
    this.#forecaster = new LoadForecaster({ train: (set) => this.#trainer.train(set) })
  }

  start(): void {
    this.#timer = setInterval(() => this.#sample(), durations.loadSampleMs)
    this.#timer.unref()
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#timer = null
    await this.#trainer.close()
  }

  /** A failed sample is skipped: the forecast ages, and its error shows it. */
  #sample(): void {
    try {
      const sample = this.#sampler.sample(this.#init.usage())
      if (sample === null) return
      this.#forecaster.observe(sample.total, sample.own)
      this.#init.report(this.#toReport(sample.total))
    } catch (error) {
      this.#init.log.warn(errorFields(error), 'the load could not be sampled')
    }
  }

  #toReport(total: { cpu: number; memory: number; network: number }): LoadReport {
    const share = ({ mean, p90 }: { mean: number; p90: number }) => ({ mean: mean / PERCENT, p90: p90 / PERCENT })
    return {
      load: { cpu: total.cpu / PERCENT, memory: total.memory / PERCENT, network: total.network },
      forecast: this.#forecaster.forecast().map(({ horizonMs, cpu, memory, network }) => ({
        horizonMs,
        cpu: share(cpu),
        memory: share(memory),
        network: { mean: network.mean, p90: network.p90 },
      })),
      forecastError: this.#forecaster.errorRatio(),
    }
  }
}
