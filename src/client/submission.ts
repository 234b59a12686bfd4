/** Brings code, input and options into the form in which a hub takes a job. */
import { basename } from 'node:path'
import { ShoalError } from '../errors.ts'
import { encode } from '../execute/codec/encode.ts'
import { counts } from '../limits.ts'
import { ISOLATION_LABEL, type IsolationLevel, isLevel, isolationLevels } from '../program/isolation-level.ts'
import type { JobOptions } from '../program/program.ts'
import type { JobFunction } from './function-module.ts'
import type { JobSubmission } from './local-hub.ts'
import { programFromFile, programOfFunction } from './program-bytes.ts'

export interface SubmitOptions {
  /** The name people see; by default the file's or the function's. */
  readonly name?: string
  /** Lets the module make its own input: `export function input(scale)`. Excludes an input value. */
  readonly scale?: number
  /** Cuts every family into this many shards; by default granularity decides. */
  readonly chunks?: number
  /** The job fails when it takes longer, in milliseconds. */
  readonly deadlineMs?: number
  /** Compares every shard's inputs before and after. */
  readonly audit?: boolean
  /** Lets shards run to their end; else slow ones hand back the items they have not begun. */
  readonly whole?: boolean
  /** Runs each shard on so many hubs and compares what they give; more than half have to agree. Default 1. */
  readonly verify?: number
  /** The least isolation that a hub must have to run the job: L0 to L4. */
  readonly isolation?: IsolationLevel
  /** What a hub must have to run the job: a label's value, or `>=n` or `<=n` for one that is a number (`{ memoryMiB: '>=8000' }`). */
  readonly needs?: Readonly<Record<string, string>>
  /** Whether running shards may leave a hub that becomes slow (default true). */
  readonly migration?: boolean
  /** For a recorded workflow: seconds of CPU per recorded second (default 1), output bytes per recorded byte (default 0). */
  readonly timeScale?: number
  readonly bytesScale?: number
  /** Cancels the job when it fires. */
  readonly signal?: AbortSignal
}

/** @throws ShoalError SHOAL_USAGE, SHOAL_CODE_*, SHOAL_VALUE_UNSUPPORTED. */
export async function makeSubmission(
  code: JobFunction | string,
  input: unknown,
  options: SubmitOptions,
): Promise<JobSubmission> {
  if (typeof code !== 'function' && typeof code !== 'string') throw notRunnable(code)
  if (options.scale !== undefined && input !== undefined) {
    throw new ShoalError('SHOAL_USAGE', 'a job has either an input or a scale, not both', {
      next: 'leave one of them out',
    })
  }
  const wanted = jobOptions(options)
  const name = options.name ?? (typeof code === 'string' ? basename(code) : code.name || 'function')
  const program =
    typeof code === 'string'
      ? await programFromFile(code, { time: options.timeScale ?? 1, bytes: options.bytesScale ?? 0 })
      : programOfFunction(code, `${name}.js`)
  // A function that makes no input of its own gets what it was given, were it nothing.
  const generated = options.scale !== undefined || (input === undefined && program.makesInput)
  return {
    name,
    program: program.bytes,
    input: generated ? { kind: 'generated', scale: options.scale ?? 1 } : { kind: 'value', bytes: encode(input) },
    options: wanted,
  }
}

function notRunnable(code: unknown): ShoalError {
  const shown = code instanceof URL ? `the URL ${code.href}` : code === null ? 'null' : `a value of type ${typeof code}`
  const next =
    code instanceof URL ? 'pass its path: fileURLToPath(url)' : 'pass a function, or the path of a module as a string'
  return new ShoalError('SHOAL_USAGE', `${shown} is nothing that can run as a job`, { next })
}

function jobOptions(options: SubmitOptions): JobOptions {
  const { chunks, deadlineMs, audit = false, isolation, migration = true } = options
  const chunksMax = counts.shardsPerFamilyMax
  if (chunks !== undefined && !(Number.isInteger(chunks) && chunks >= 1 && chunks <= chunksMax)) {
    throw new ShoalError('SHOAL_USAGE', `chunks must be a whole number from 1 to ${chunksMax}`, { next: 'correct it' })
  }
  if (deadlineMs !== undefined && !(Number.isInteger(deadlineMs) && deadlineMs >= 1)) {
    throw new ShoalError('SHOAL_USAGE', 'the deadline must be a whole number of milliseconds', { next: 'correct it' })
  }
  if (isolation !== undefined && !isLevel(isolation)) {
    throw new ShoalError('SHOAL_USAGE', `${JSON.stringify(isolation)} is no isolation level`, {
      next: `use one of ${isolationLevels.join(', ')}`,
    })
  }
  const { verify } = options
  if (verify !== undefined && !(Number.isInteger(verify) && verify >= 1 && verify <= counts.verifyHubsMax)) {
    throw new ShoalError('SHOAL_USAGE', `verify must be a whole number from 1 to ${counts.verifyHubsMax}`, {
      next: 'ask for 3: one wrong result is found, and outvoted',
    })
  }
  const wanted = { ...options.needs, ...(isolation === undefined ? {} : { [ISOLATION_LABEL]: isolation }) }
  const needs = Object.keys(wanted).length === 0 ? {} : { needs: wanted }
  // What is compared must be in one piece.
  const compared = verify !== undefined && verify > 1 ? { verify } : {}
  const whole = options.whole === true || 'verify' in compared ? { whole: true } : {}
  return {
    chunks: chunks ?? null,
    deadlineMs: deadlineMs ?? null,
    audit,
    ...whole,
    ...compared,
    ...needs,
    ...(migration ? {} : { stays: true }),
  }
}
