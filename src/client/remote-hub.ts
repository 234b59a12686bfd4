/** A hub in another process, spoken to through its local API; the counterpart of {@link LocalHub}. */
import { type ErrorCode, errorCodes, ShoalError } from '../errors.ts'
import { apiLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { ApiAccess } from './api-file.ts'
import { readEventLines } from './event-lines.ts'
import type { DoctorReport, HubInfo, HubReport, JobEvent, JobReport, JobSubmission, JobSummary } from './local-hub.ts'
import { encodeSubmission } from './submission-body.ts'

interface CallOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly json?: unknown
  readonly bytes?: Uint8Array
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | null
}

/** All of it throws ShoalError: what the hub says, or SHOAL_HUB_UNREACHABLE when it does not answer. */
export class RemoteHub {
  readonly access: ApiAccess

  constructor(access: ApiAccess) {
    this.access = access
  }

  info(): Promise<HubInfo> {
    return this.#json('/v1/info')
  }

  hubs(): Promise<HubReport[]> {
    return this.#json('/v1/hubs')
  }

  /** Resolves once the hub has accepted the job: it outlives this process from now on. */
  async submit(submission: JobSubmission, options: { signal?: AbortSignal | undefined } = {}): Promise<JobId> {
    const bytes = encodeSubmission(submission)
    const call: CallOptions = { method: 'POST', bytes, signal: options.signal, timeoutMs: null }
    const { job } = await this.#json<{ job: JobId }>('/v1/jobs', call)
    return job
  }

  jobs(): Promise<JobSummary[]> {
    return this.#json('/v1/jobs')
  }

  job(id: JobId): Promise<JobReport> {
    return this.#json(`/v1/jobs/${encodeURIComponent(id)}`)
  }

  /** The encoded outcome of a job; with `wait` as long as it takes. */
  async result(id: JobId, options: { wait: boolean; signal?: AbortSignal | undefined }): Promise<Uint8Array> {
    const path = `/v1/jobs/${encodeURIComponent(id)}/result?waitMs=${options.wait ? apiLimits.resultPollMs : 0}`
    for (;;) {
      const response = await this.#call(path, { signal: options.signal, timeoutMs: null })
      if (response.status !== 204) return new Uint8Array(await response.arrayBuffer())
    }
  }

  async cancel(id: JobId, reason: string): Promise<void> {
    await this.#call(`/v1/jobs/${encodeURIComponent(id)}/cancel`, { method: 'POST', json: { reason } })
  }

  async acknowledge(id: JobId): Promise<void> {
    await this.#call(`/v1/jobs/${encodeURIComponent(id)}/acknowledge`, { method: 'POST' })
  }

  /** Events of a job, from its present state on; ends after `ended`. */
  async *events(id: JobId, options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<JobEvent> {
    const path = `/v1/jobs/${encodeURIComponent(id)}/events`
    const response = await this.#call(path, { signal: options.signal, timeoutMs: null })
    if (response.body === null) return
    try {
      for await (const event of readEventLines(response.body)) {
        if (isRefusal(event)) throw fromRefusal(event.error)
        yield event as JobEvent
      }
    } catch (error) {
      throw this.#explain(error, options.signal)
    }
  }

  logs(id: JobId): Promise<{ shard: string; line: string }[]> {
    return this.#json(`/v1/jobs/${encodeURIComponent(id)}/logs`)
  }

  why(shard: string): Promise<unknown> {
    return this.#json(`/v1/why?shard=${encodeURIComponent(shard)}`)
  }

  doctor(): Promise<DoctorReport> {
    return this.#json('/v1/doctor')
  }

  async createToken(options: { expiresMs: number; uses: number }): Promise<string> {
    const { token } = await this.#json<{ token: string }>('/v1/tokens', { method: 'POST', json: options })
    return token
  }

  async acceptHub(code: string, at: { host: string; port: number } | null): Promise<HubId> {
    const call: CallOptions = { method: 'POST', json: { code, at }, timeoutMs: apiLimits.pairingTimeoutMs }
    const { hub } = await this.#json<{ hub: HubId }>('/v1/pairings', call)
    return hub
  }

  async removeHub(hub: HubId): Promise<void> {
    await this.#call(`/v1/hubs/${encodeURIComponent(hub)}`, { method: 'DELETE' })
  }

  async drain(): Promise<void> {
    await this.#call('/v1/drain', { method: 'POST', timeoutMs: null })
  }

  async #json<T>(path: string, options: CallOptions = {}): Promise<T> {
    const response = await this.#call(path, options)
    return (await response.json()) as T
  }

  async #call(path: string, options: CallOptions): Promise<Response> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.access.token}` }
    if (options.json !== undefined) headers['content-type'] = 'application/json'
    if (options.bytes !== undefined) headers['content-type'] = 'application/octet-stream'
    const timeoutMs = options.timeoutMs === undefined ? apiLimits.requestTimeoutMs : options.timeoutMs
    const signals = [options.signal, timeoutMs === null ? undefined : AbortSignal.timeout(timeoutMs)]
    const body = options.bytes === undefined ? bodyOf(options.json) : (options.bytes as Uint8Array<ArrayBuffer>)
    try {
      const response = await fetch(`${this.access.url}${path}`, {
        method: options.method ?? 'GET',
        headers,
        body,
        signal: AbortSignal.any(signals.filter((signal) => signal !== undefined)),
      })
      if (!response.ok) throw fromRefusal(await response.json())
      return response
    } catch (error) {
      throw this.#explain(error, options.signal)
    }
  }

  #explain(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof ShoalError || signal?.aborted === true) return error
    return new ShoalError('SHOAL_HUB_UNREACHABLE', `the hub at ${this.access.url} does not answer`, {
      next: 'see whether the hub still runs; jobs it accepted go on at the other hubs: ask there by job id',
      cause: error,
    })
  }
}

function bodyOf(json: unknown): string | null {
  return json === undefined ? null : JSON.stringify(json)
}

function isRefusal(event: unknown): event is { error: unknown } {
  return typeof event === 'object' && event !== null && 'error' in event && !('type' in event)
}

function fromRefusal(refusal: unknown): ShoalError {
  const { code, message, next } = refusal as { code?: unknown; message?: unknown; next?: unknown }
  const known: readonly string[] = errorCodes
  const isKnown = typeof code === 'string' && known.includes(code)
  return new ShoalError(isKnown ? (code as ErrorCode) : 'SHOAL_INTERNAL', String(message ?? 'the hub refused'), {
    next: typeof next === 'string' ? next : 'see the log of the hub',
  })
}
