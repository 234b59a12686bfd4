/** A hub in another process, spoken to through its local API; the counterpart of {@link LocalHub}. */
import type { IncomingMessage } from 'node:http'
import { type ErrorCode, errorCodes, ShoalError } from '../errors.ts'
import { apiLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { ApiAccess } from './api-file.ts'
import { readEventLines } from './event-lines.ts'
import { httpCall, readAll } from './http-call.ts'
import type {
  ClaimExplanation,
  DoctorReport,
  HubInfo,
  HubReport,
  JobEvent,
  JobLogs,
  JobReport,
  JobSubmission,
  JobSummary,
  LogEvent,
} from './local-hub.ts'
import { encodeSubmission, JOB_HEADER } from './submission-body.ts'

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

  /** The same for who wants the result next: of a job that is over in a moment it comes with the answer; else it is null. */
  async submitAndWait(
    submission: JobSubmission,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<{ readonly job: JobId; readonly outcome: Uint8Array | null }> {
    const bytes = encodeSubmission(submission)
    const call: CallOptions = { method: 'POST', bytes, signal: options.signal, timeoutMs: null }
    const answer = await this.#call(`/v1/jobs?waitMs=${apiLimits.submitWaitMs}`, call)
    const { job } = answer.headers
    if (job !== undefined) return { job, outcome: answer.body }
    return { ...(JSON.parse(answer.body.toString('utf8')) as { job: JobId }), outcome: null }
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
      const { status, body } = await this.#call(path, { signal: options.signal, timeoutMs: null })
      if (status !== 204) return body
    }
  }

  async cancel(id: JobId, reason: string): Promise<void> {
    await this.#call(`/v1/jobs/${encodeURIComponent(id)}/cancel`, { method: 'POST', json: { reason } })
  }

  async acknowledge(id: JobId): Promise<void> {
    await this.#call(`/v1/jobs/${encodeURIComponent(id)}/acknowledge`, { method: 'POST' })
  }

  /** Events of a job, from its present state on; ends after `ended`. */
  events(id: JobId, options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<JobEvent> {
    return this.#lines(`/v1/jobs/${encodeURIComponent(id)}/events`, options.signal)
  }

  logs(id: JobId): Promise<JobLogs> {
    return this.#json(`/v1/jobs/${encodeURIComponent(id)}/logs`)
  }

  /** What its shards write, from the first line on; ends with the job. */
  followLogs(id: JobId, options: { signal?: AbortSignal | undefined } = {}): AsyncGenerator<LogEvent> {
    return this.#lines(`/v1/jobs/${encodeURIComponent(id)}/logs/follow`, options.signal)
  }

  why(shard: string): Promise<ClaimExplanation> {
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

  async drainHub(hub: HubId): Promise<void> {
    await this.#call(`/v1/hubs/${encodeURIComponent(hub)}/drain`, { method: 'POST', timeoutMs: null })
  }

  async #json<T>(path: string, options: CallOptions = {}): Promise<T> {
    const { body } = await this.#call(path, options)
    return JSON.parse(body.toString('utf8')) as T
  }

  async #call(path: string, options: CallOptions): Promise<WholeAnswer> {
    try {
      const answer = await this.#ask(path, options)
      return {
        status: answer.statusCode ?? 0,
        headers: { job: headerOf(answer, JOB_HEADER) },
        body: await readAll(answer),
      }
    } catch (error) {
      throw this.#explain(error, options.signal)
    }
  }

  /** JSON lines, as they come. */
  async *#lines<Event>(path: string, signal: AbortSignal | undefined): AsyncGenerator<Event> {
    try {
      const answer = await this.#ask(path, { signal, timeoutMs: null })
      for await (const event of readEventLines(answer)) {
        if (isRefusal(event)) throw fromRefusal(event.error)
        yield event as Event
      }
    } catch (error) {
      throw this.#explain(error, signal)
    }
  }

  async #ask(path: string, options: CallOptions): Promise<IncomingMessage> {
    const body = options.bytes ?? bodyOf(options.json)
    const headers: Record<string, string | number> = { authorization: `Bearer ${this.access.token}` }
    if (body !== null) headers['content-length'] = body.byteLength
    if (options.json !== undefined) headers['content-type'] = 'application/json'
    if (options.bytes !== undefined) headers['content-type'] = 'application/octet-stream'
    const answer = await httpCall({
      url: `${this.access.url}${path}`,
      method: options.method ?? 'GET',
      headers,
      body,
      signal: options.signal,
      timeoutMs: options.timeoutMs === undefined ? apiLimits.requestTimeoutMs : options.timeoutMs,
    })
    const { statusCode = 0 } = answer
    if (statusCode >= 200 && statusCode < 300) return answer
    throw fromRefusal(JSON.parse((await readAll(answer)).toString('utf8')))
  }

  #explain(error: unknown, signal: AbortSignal | undefined): unknown {
    if (error instanceof ShoalError || signal?.aborted === true) return error
    return new ShoalError('SHOAL_HUB_UNREACHABLE', `the hub at ${this.access.url} does not answer`, {
      next: 'see whether the hub still runs; jobs it accepted go on at the other hubs: ask there by job id',
      cause: error,
    })
  }
}

/** An answer that is here as a whole. */
interface WholeAnswer {
  readonly status: number
  readonly headers: { readonly job: string | undefined }
  readonly body: Buffer
}

function headerOf(answer: IncomingMessage, name: string): string | undefined {
  const value = answer.headers[name]
  return typeof value === 'string' ? value : undefined
}

function bodyOf(json: unknown): Uint8Array | null {
  return json === undefined ? null : Buffer.from(JSON.stringify(json))
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
