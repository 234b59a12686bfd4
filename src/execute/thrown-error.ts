/** What a job's function threw, or what a hub put in its place, as a report tells it: with the one step that helps. */
import { inspect } from 'node:util'
import type { JobError } from '../client/local-hub.ts'
import type { JobId } from '../program/ref.ts'
import type { ThrownError } from './codec/codec.ts'

/** Characters shown of something thrown that is no error. */
const SHOWN_MAX = 500

/** Calls of the operating system that fail behind the walls around foreign code: nothing is there, or nothing is allowed. */
const walled = new Set(['ENOENT', 'EACCES', 'EPERM', 'ENETUNREACH', 'EAI_AGAIN', 'ENOTFOUND', 'ENOSYS', 'EROFS'])

export function thrownError(thrown: ThrownError, job: JobId, shard: string | null): JobError {
  const { name, message, stack, isError, value } = thrown
  const told = isError ? `${name}: ${message}` : `thrown: ${shown(value)}`
  const [code, step, systemCall] = ['code', 'next', 'syscall'].map((key) => visible(value, key))
  const logs = `shoal logs ${job}`
  if (code?.startsWith('SHOAL_')) return { code, message: told, stack, shard, next: step ?? logs }
  const isWalled = systemCall !== undefined && code !== undefined && walled.has(code)
  const next = isWalled
    ? 'if it needs files or the network of a machine: behind the walls around a job they are not there, on your own hub they are: shoal up --trust own'
    : `the function threw this; run it alone to see the same error, or see what it wrote: ${logs}`
  return { code: 'SHOAL_JOB_FAILED', message: told, stack, shard, next }
}

function shown(value: unknown): string {
  return inspect(value, { depth: 2, maxArrayLength: 20, maxStringLength: 200, breakLength: Infinity }).slice(
    0,
    SHOWN_MAX,
  )
}

/** A property that an error carries beside its message, where that is text. */
function visible(details: unknown, key: string): string | undefined {
  if (typeof details !== 'object' || details === null) return undefined
  const own: unknown = Reflect.get(details, 'visible')
  const found: unknown = typeof own === 'object' && own !== null ? Reflect.get(own, key) : undefined
  return typeof found === 'string' ? found : undefined
}
