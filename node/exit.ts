/** Exit codes of the command line, and how errors are told. */
import type { JobStatus } from '../src/client/local-hub.ts'
import type { ErrorCode, ShoalError } from '../src/errors.ts'

export const exitCodes = { done: 0, failed: 1, usage: 2, cancelled: 3, interrupted: 130 } as const

/** A file that is not there is a wrong word on the command line, whatever it was to hold. */
const usageErrors: readonly ErrorCode[] = ['SHOAL_USAGE', 'SHOAL_NODE_TOO_OLD', 'SHOAL_CODE_UNREADABLE']

export function exitCodeOfError(error: ShoalError): number {
  if (usageErrors.includes(error.code)) return exitCodes.usage
  if (error.code === 'SHOAL_JOB_CANCELLED') return exitCodes.cancelled
  if (error.code === 'SHOAL_INTERRUPTED') return exitCodes.interrupted
  return exitCodes.failed
}

export function exitCodeOfJob(status: JobStatus): number {
  if (status === 'cancelled') return exitCodes.cancelled
  return status === 'failed' ? exitCodes.failed : exitCodes.done
}

/** One JSON object for programs; for people what happened, and the step that helps. */
export function errorText(error: ShoalError, asJson: boolean): string {
  if (asJson) return `${JSON.stringify(error.toJSON())}\n`
  return `${error.code}: ${error.message}\n  next: ${error.next}\n`
}
