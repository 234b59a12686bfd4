/** What a job threw, as the program that waits for it gets it: errors of shoal are ShoalError, all others stay as they were thrown. */
import { type ErrorCode, errorCodes, ShoalError } from '../errors.ts'

/** @param thrown rebuilt from the job's outcome; an error of shoal itself carries its code and, where it has one, its next step. */
export function jobError(thrown: unknown, job: string): unknown {
  if (!(thrown instanceof Error) || thrown instanceof ShoalError) return thrown
  const [code, next] = [Reflect.get(thrown, 'code'), Reflect.get(thrown, 'next')]
  if (!isCode(code)) return thrown
  const step = typeof next === 'string' && next !== '' ? next : `shoal job ${job}`
  const error = new ShoalError(code, thrown.message, { next: step, cause: thrown.cause })
  if (thrown.stack) error.stack = thrown.stack
  return error
}

function isCode(code: unknown): code is ErrorCode {
  return errorCodes.some((known) => known === code)
}
