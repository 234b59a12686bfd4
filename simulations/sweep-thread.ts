/** Runs the seeds of a sweep on several threads; the report is the same as that of one thread, seed by seed. */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { assert } from '../src/errors.ts'
import { outcomeOf, type SeedOutcome } from './seed-outcome.ts'
import { outcomesOf, type SweepOptions, type SweepReport, SweepTally } from './sweep.ts'

/** Seeds that a thread is given at once: enough to hide the way, few enough that all threads end together. */
const BATCH = 4
/** Below so many seeds for each, a thread is not worth its start. */
const SEEDS_PER_THREAD_MIN = 16

/** `clock` gives milliseconds of real time; `onOutcome` sees every seed, in order. */
export async function sweepInThreads(
  options: SweepOptions,
  threads: number,
  clock: () => number,
  onOutcome: (outcome: SeedOutcome) => void = () => undefined,
): Promise<SweepReport> {
  const used = Math.max(1, Math.min(threads, Math.floor(options.seeds / SEEDS_PER_THREAD_MIN)))
  const tally = new SweepTally(options, clock)
  const outcomes = used === 1 ? outcomesOf(options) : new Crew(options, used).outcomes()
  for await (const outcome of outcomes) {
    onOutcome(outcome)
    if (tally.add(outcome)) break
  }
  return tally.report(used)
}

/** Threads that work seeds off, and what they have found. */
class Crew {
  readonly #options: SweepOptions
  readonly #workers: readonly Worker[]
  readonly #found = new Map<number, SeedOutcome>()
  #nextSeed: number
  #wake = Promise.withResolvers<void>()

  constructor(options: SweepOptions, threads: number) {
    this.#options = options
    this.#nextSeed = options.seed
    this.#workers = Array.from({ length: threads }, () => new Worker(new URL(import.meta.url), { workerData: options }))
    for (const worker of this.#workers) this.#employ(worker)
  }

  /** In the order of the seeds. */
  async *outcomes(): AsyncGenerator<SeedOutcome> {
    const { seed: first, seeds } = this.#options
    try {
      for (let seed = first; seed < first + seeds; seed++) {
        while (!this.#found.has(seed)) await this.#wake.promise
        const outcome = this.#found.get(seed)
        assert(outcome !== undefined, 'a seed that was waited for is there')
        this.#found.delete(seed)
        yield outcome
      }
    } finally {
      await Promise.all(this.#workers.map((worker) => worker.terminate()))
    }
  }

  #employ(worker: Worker): void {
    let open = 0
    const give = () => {
      const end = Math.min(this.#nextSeed + BATCH, this.#options.seed + this.#options.seeds)
      open = end - this.#nextSeed
      if (open > 0) worker.postMessage({ from: this.#nextSeed, to: end })
      this.#nextSeed = end
    }
    worker.on('message', (outcome: SeedOutcome) => {
      this.#found.set(outcome.seed, outcome)
      const { resolve } = this.#wake
      this.#wake = Promise.withResolvers()
      resolve()
      if (--open === 0) give()
    })
    worker.on('error', (error) => this.#wake.reject(error))
    give()
  }
}

if (!isMainThread && parentPort !== null && isSweep(workerData)) {
  const port = parentPort
  const options = workerData
  port.on('message', ({ from, to }: { from: number; to: number }) => {
    for (let seed = from; seed < to; seed++) port.postMessage(outcomeOf(seed, options))
  })
}

function isSweep(data: unknown): data is SweepOptions {
  return typeof data === 'object' && data !== null && 'seeds' in data && 'faults' in data
}
