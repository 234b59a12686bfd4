/** The swarm as a program sees it: hand in a function, follow it, get its value. */
import type { JobFunction } from './function-module.ts'
import type { HubInfo, HubReport, JobSummary } from './local-hub.ts'
import type { RemoteHub } from './remote-hub.ts'
import { RunHandle } from './run-handle.ts'
import { makeSubmission, type SubmitOptions } from './submission.ts'

/** Where the hubs behind a swarm come from, and what has to be put away afterwards. */
export interface SwarmComponents {
  readonly hub: RemoteHub
  readonly dispose: () => Promise<void>
}

type InputOf<F extends JobFunction> = Parameters<F> extends [infer Input, ...unknown[]] ? Input : undefined

export class Swarm implements AsyncDisposable {
  readonly #hub: RemoteHub
  readonly #dispose: () => Promise<void>

  constructor({ hub, dispose }: SwarmComponents) {
    this.#hub = hub
    this.#dispose = dispose
  }

  /** The hub that takes our jobs. */
  info(): Promise<HubInfo> {
    return this.#hub.info()
  }

  hubs(): Promise<HubReport[]> {
    return this.#hub.hubs()
  }

  jobs(): Promise<JobSummary[]> {
    return this.#hub.jobs()
  }

  /** A job submitted before, here or at any other hub of the swarm. */
  async job(id: string): Promise<RunHandle> {
    await this.#hub.job(id)
    return new RunHandle({ hub: this.#hub }, { id })
  }

  /**
   * Hands over a function, or the path of a module with a default export; resolves once the swarm has accepted it.
   * @throws ShoalError SHOAL_CODE_* when the code cannot travel, SHOAL_VALUE_UNSUPPORTED when the input cannot.
   */
  submit<F extends JobFunction>(
    fn: F,
    input: InputOf<F>,
    options?: SubmitOptions,
  ): Promise<RunHandle<Awaited<ReturnType<F>>>>
  submit(file: string, input?: unknown, options?: SubmitOptions): Promise<RunHandle>
  async submit(code: JobFunction | string, input?: unknown, options: SubmitOptions = {}): Promise<RunHandle> {
    options.signal?.throwIfAborted()
    const submission = await makeSubmission(code, input, options)
    const id = await this.#hub.submit(submission, { signal: options.signal })
    return new RunHandle({ hub: this.#hub }, { id, signal: options.signal })
  }

  /** Submits and waits for the value. */
  async run<F extends JobFunction>(
    fn: F,
    input: InputOf<F>,
    options: SubmitOptions = {},
  ): Promise<Awaited<ReturnType<F>>> {
    const { signal } = options
    signal?.throwIfAborted()
    const { job, outcome } = await this.#hub.submitAndWait(await makeSubmission(fn, input, options), { signal })
    return new RunHandle<Awaited<ReturnType<F>>>({ hub: this.#hub }, { id: job, signal, outcome }).result()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#dispose()
  }
}
