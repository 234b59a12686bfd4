/** Hands trainings to a thread of their own, one at a time, so that the hub's loop never waits for one. */
import { Worker } from 'node:worker_threads'
import { forecastLimits } from '../../limits.ts'
import type { TrainingSet } from './net-expert.ts'
import type { NetWeights } from './net-weights.ts'

export interface TrainingRequest {
  readonly id: number
  readonly set: TrainingSet
  readonly seed: number
}

export interface TrainingAnswer {
  readonly id: number
  readonly weights: NetWeights
  readonly trainMs: number
}

/** Whoever trains nets. Resolves with null when a training failed: the old net stays. */
export interface Trainer {
  train(set: TrainingSet): Promise<NetWeights | null>
}

export class NetTrainer implements Trainer {
  readonly #seed: number
  readonly #onFailure: (reason: unknown) => void
  #thread: Worker | null = null
  #trainings = 0
  #trainMs = 0
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  /**
   * @param seed decides first weights and the order of rows: same samples, same seed, same nets.
   * @param onFailure told why a training failed; the forecast goes on without it.
   */
  constructor(seed: number, onFailure: (reason: unknown) => void = warn) {
    this.#seed = seed
    this.#onFailure = onFailure
  }

  /** Milliseconds spent in training so far. */
  get trainMs(): number {
    return this.#trainMs
  }

  train(set: TrainingSet): Promise<NetWeights | null> {
    const turn = this.#queue
      .then(() => (this.#closed ? null : this.#trainNow(set)))
      .catch((reason: unknown) => {
        this.#onFailure(reason)
        return null
      })
    this.#queue = turn
    return turn
  }

  async close(): Promise<void> {
    this.#closed = true
    const thread = this.#thread
    this.#thread = null
    await thread?.terminate()
  }

  #trainNow(set: TrainingSet): Promise<NetWeights | null> {
    const thread = this.#thread ?? this.#start()
    const id = this.#trainings++
    const request: TrainingRequest = { id, set, seed: this.#seed + id }
    return new Promise((resolve) => {
      const settle = (weights: NetWeights | null): void => {
        clearTimeout(deadline)
        thread.off('message', onMessage).off('error', onLoss).off('exit', onLoss).unref()
        resolve(weights)
      }
      const onMessage = (answer: TrainingAnswer): void => {
        if (answer.id !== id) return
        this.#trainMs += answer.trainMs
        settle(answer.weights)
      }
      const onLoss = (reason: unknown): void => {
        if (!this.#closed) this.#onFailure(reason)
        this.#drop(thread)
        settle(null)
      }
      const deadline = setTimeout(onLoss, forecastLimits.trainingMsMax, 'training took too long')
      thread.on('message', onMessage).on('error', onLoss).on('exit', onLoss)
      thread.ref()
      thread.postMessage(request, [set.inputs.buffer as ArrayBuffer, set.outputs.buffer as ArrayBuffer])
    })
  }

  #start(): Worker {
    const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
    const thread = new Worker(new URL(`./net-thread.${extension}`, import.meta.url), { name: 'shoal-forecast' })
    thread.unref()
    this.#thread = thread
    return thread
  }

  /** A thread that failed or hangs is replaced by the next training. */
  #drop(thread: Worker): void {
    if (this.#thread === thread) this.#thread = null
    thread.on('error', this.#onFailure)
    thread.terminate().catch(this.#onFailure)
  }
}

function warn(reason: unknown): void {
  process.emitWarning(`a training of the load forecast failed: ${String(reason)}`)
}
