/** Samples the machine once a second, takes our own slots out, and forecasts the rest; remembers over restarts. */
import { setImmediate } from 'node:timers/promises'
import { LoadForecaster } from '../forecast/load-forecaster.ts'
import { NetTrainer } from '../forecast/net/net-trainer.ts'
import { type LoadSample, LoadSampler, type OwnUsage } from '../forecast/sample.ts'
import { decodeSaved, encodeSaved } from '../forecast/saved-forecast.ts'
import type { LoadReport } from '../hub/beacon.ts'
import { durations, forecastLimits } from '../limits.ts'
import { readPrivateFile, writePrivateFile } from './admission/private-file.ts'
import { errorFields, type Log } from './log.ts'

export interface LoadMonitorInit {
  /** CPU time and memory of each own slot. */
  readonly usage: () => OwnUsage
  readonly report: (report: LoadReport) => void
  /** Where samples and nets outlive the process. */
  readonly file: string
  readonly log: Log
}

const PERCENT = 100

export class LoadMonitor {
  readonly #init: LoadMonitorInit
  readonly #forecaster: LoadForecaster
  readonly #trainer: NetTrainer
  readonly #sampler = new LoadSampler()
  readonly #stopped = new AbortController()
  #sampling: NodeJS.Timeout | null = null
  #saving: NodeJS.Timeout | null = null
  #saved: Promise<void> = Promise.resolve()
  #reports = 0

  constructor(init: LoadMonitorInit) {
    this.#init = init
    this.#trainer = new NetTrainer(1, (error) =>
      init.log.warn(errorFields(error), 'a forecast net could not be trained'),
    )
    this.#forecaster = new LoadForecaster({ train: (set) => this.#trainer.train(set) })
  }

  /** Resolves when an earlier life is remembered and samples are taken. What cannot be read is begun anew. */
  async start(): Promise<void> {
    await this.#recall().catch((error: unknown) =>
      this.#init.log.warn(errorFields(error), 'the load forecast begins anew'),
    )
    if (this.#stopped.signal.aborted) return
    this.#sampling = setInterval(() => this.#sample(), durations.loadSampleMs)
    this.#saving = setInterval(() => this.#save(), forecastLimits.saveEveryMs)
    this.#sampling.unref()
    this.#saving.unref()
  }

  async stop(): Promise<void> {
    const ran = this.#sampling !== null
    this.#stopped.abort()
    if (this.#sampling !== null) clearInterval(this.#sampling)
    if (this.#saving !== null) clearInterval(this.#saving)
    this.#sampling = null
    if (ran) this.#save()
    await Promise.all([this.#saved, this.#trainer.close()])
  }

  /** Walks through the newest samples again, a slice of the loop at a time: experts and their records are as they were. */
  async #recall(): Promise<void> {
    const bytes = await readPrivateFile(this.#init.file)
    const saved = bytes === null ? null : decodeSaved(Buffer.from(bytes).toString('utf8'), Date.now())
    if (saved === null) return
    this.#forecaster.adopt(saved.nets)
    const walkedFrom = saved.samples.length - forecastLimits.replayedSamples
    let sliceEndMs = performance.now() + forecastLimits.replaySliceMs
    for (const [at, rest] of saved.samples.entries()) {
      if (at < walkedFrom) this.#forecaster.remember(rest)
      else this.#forecaster.replay(rest)
      if (performance.now() < sliceEndMs) continue
      await setImmediate()
      if (this.#stopped.signal.aborted) return
      sliceEndMs = performance.now() + forecastLimits.replaySliceMs
    }
  }

  /** One saving at a time; one that fails costs the next life its memory, not this one. */
  #save(): void {
    const text = encodeSaved(this.#forecaster.saved(), Date.now())
    this.#saved = this.#saved
      .then(() => writePrivateFile(this.#init.file, text))
      .catch((error: unknown) => this.#init.log.warn(errorFields(error), 'the load forecast could not be saved'))
  }

  /** A failed sample is skipped: the forecast ages, and its error shows it. */
  #sample(): void {
    try {
      const sample = this.#sampler.sample(this.#init.usage())
      if (sample === null) return
      this.#forecaster.observe(sample.total, sample.own)
      this.#init.report(this.#toReport(sample))
    } catch (error) {
      this.#init.log.warn(errorFields(error), 'the load could not be sampled')
    }
  }

  #toReport({ total }: LoadSample): LoadReport {
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
      coverage: this.#forecaster.coverage(),
      sequence: ++this.#reports,
    }
  }
}
