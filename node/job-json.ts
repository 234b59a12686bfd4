/** A job as JSON: the shape that INTERFACES promises for `run` and `job`. */
import { serialize } from 'node:v8'
import { jsonForm } from '../src/client/json-form.ts'
import type { JobError, JobReport, JobStatus, ShardCounts } from '../src/client/local-hub.ts'
import type { ShoalError } from '../src/errors.ts'
import { decodeOutcome } from '../src/execute/codec/outcome.ts'
import { thrownError } from '../src/execute/thrown-error.ts'

export interface JobJson {
  readonly schema: 1
  readonly job: string | null
  readonly status: JobStatus
  readonly result: unknown
  readonly resultV8: string | null
  readonly error: JobError | null
  readonly note: Given['note']
  readonly wallMs: number
  readonly hubs: number
  readonly families: number
  readonly shards: ShardCounts
  readonly byHub: JobReport['byHub']
  /** How results were compared; null where they were not, and none differed. */
  readonly verified: JobReport['verified']
}

/** What a finished job gave, as far as it gave anything. */
export interface Given {
  readonly result: unknown
  readonly resultV8: string | null
  readonly error: JobError | null
  /** Why something of a result is left out, which is null then. */
  readonly note: string | null
}

export const nothingGiven: Given = { result: null, resultV8: null, error: null, note: null }

/** @param outcome the encoded outcome of `job`: a value, or what the function threw. */
export function readGiven(outcome: Uint8Array, job: string): Given {
  const decoded = decodeOutcome(outcome)
  if (decoded.kind === 'value') {
    const result = jsonForm(decoded.value)
    const resultV8 = exactly(decoded.value)
    const left = [
      result === undefined ? 'result: too long or too deep for JSON' : '',
      resultV8 === null ? 'resultV8: too deep' : '',
    ]
    const note = left.filter((text) => text !== '').join('; ') || null
    return { result: result ?? null, resultV8, error: null, note }
  }
  return { ...nothingGiven, error: thrownError(decoded.error, job, null) }
}

/** Null for what is nested deeper than the serializer of V8 can go. */
function exactly(value: unknown): string | null {
  try {
    return serialize(value).toString('base64')
  } catch (thrown) {
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}

/** @param hubs how many hubs the swarm has. */
export function jobJson(report: JobReport, given: Given, hubs: number): JobJson {
  const { job, status, wallMs, families, shards, byHub, verified } = report
  const error = report.error ?? given.error
  return {
    schema: 1,
    job,
    status,
    result: given.result,
    resultV8: given.resultV8,
    error,
    note: given.note,
    wallMs,
    hubs,
    families,
    shards,
    byHub,
    verified,
  }
}

/** What was known of a job when its command failed. */
interface Failed {
  readonly job: string
  /** How far it was; null where its hub did not say any more. */
  readonly last: { readonly report: JobReport; readonly hubs: number } | null
}

/** Jobs that went on, or were to be cancelled, when their command failed. */
const jobsOf = new WeakMap<object, Failed>()

/** Remembers which job a command was about when it failed: whoever reads its JSON can ask for that at any hub. */
export function nameJob(thrown: unknown, failed: Failed): void {
  if (typeof thrown === 'object' && thrown !== null) jobsOf.set(thrown, failed)
}

/** The same shape for what never became a job, or whose end is not known. */
export function refusedJson(error: ShoalError): JobJson {
  const shards = { total: 0, done: 0, attempts: 0, resumed: 0, migrated: 0, speculated: 0, duplicated: 0 }
  const { job = null, last = null } = jobsOf.get(error) ?? {}
  const status = error.code === 'SHOAL_JOB_CANCELLED' || error.code === 'SHOAL_INTERRUPTED' ? 'cancelled' : 'failed'
  const told = { ...error.toJSON(), stack: '', shard: null }
  if (last !== null) return { ...jobJson(last.report, nothingGiven, last.hubs), status, error: told }
  return {
    schema: 1,
    job,
    status,
    ...nothingGiven,
    error: told,
    wallMs: 0,
    hubs: 0,
    families: 0,
    shards,
    byHub: [],
    verified: null,
  }
}
