/** A running job in the hands of the program that submitted it. */
import { ShoalError } from '../errors.ts'
import { decodeOutcome, toThrown } from '../execute/codec/outcome.ts'
import type { JobId } from '../program/ref.ts'
import { jobError } from './job-error.ts'
import type { JobEvent, JobReport } from './local-hub.ts'
import type { RemoteHub } from './remote-hub.ts'

/**
 * Follows a job; the job itself lives in the swarm and does not need this handle. Leaving an `await using` block before the
 * job has ended cancels it.
 */
export class RunHandle<Result = unknown> implements AsyncDisposable {
  readonly id: JobId
  readonly #hub: RemoteHub
  readonly #signal: AbortSignal | undefined
  /** The outcome, where it is known already. */
  readonly #outcome: Uint8Array | null
  #ended: boolean

  constructor(
    components: { hub: RemoteHub },
    init: { id: JobId; signal?: AbortSignal | undefined; outcome?: Uint8Array | null },
  ) {
    this.id = init.id
    this.#outcome = init.outcome ?? null
    this.#ended = this.#outcome !== null
    this.#hub = components.hub
    this.#signal = init.signal
  }

  /** What happens from now on, after one event with the present state; ends with the job. */
  events(options: { signal?: AbortSignal } = {}): AsyncIterable<JobEvent> {
    return this.#hub.events(this.id, { signal: this.#either(options.signal) })
  }

  /**
   * The function's value.
   * @throws what the function threw, or ShoalError: SHOAL_JOB_CANCELLED, SHOAL_JOB_FAILED, SHOAL_HUB_UNREACHABLE, ...
   */
  async result(options: { signal?: AbortSignal } = {}): Promise<Result> {
    const outcome = decodeOutcome(await this.outcome(options))
    if (outcome.kind === 'error') throw jobError(toThrown(outcome.error), this.id)
    return outcome.value as Result
  }

  /** The encoded outcome, as it stands in the swarm. */
  async outcome(options: { signal?: AbortSignal } = {}): Promise<Uint8Array> {
    if (this.#outcome !== null) return this.#outcome
    const signal = this.#either(options.signal)
    try {
      const bytes = await this.#hub.result(this.id, { wait: true, signal })
      this.#ended = true
      return bytes
    } catch (error) {
      if (error instanceof ShoalError && error.code !== 'SHOAL_HUB_UNREACHABLE') this.#ended = true
      if (this.#signal?.aborted === true) await this.cancel('aborted by the submitter')
      throw error
    }
  }

  /** The present state with every shard, attempt and hub. */
  report(): Promise<JobReport> {
    return this.#hub.job(this.id)
  }

  /** Stops the job on all hubs; `result` then throws SHOAL_JOB_CANCELLED. */
  async cancel(reason = 'cancelled by the submitter'): Promise<void> {
    await this.#hub.cancel(this.id, reason)
    this.#ended = true
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#ended) await this.cancel('the submitter left before the job ended')
  }

  #either(signal: AbortSignal | undefined): AbortSignal | undefined {
    if (this.#signal === undefined) return signal
    return signal === undefined ? this.#signal : AbortSignal.any([this.#signal, signal])
  }
}
