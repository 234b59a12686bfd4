/** The audit: iterations must leave what they are given as it was. On when asked for, else for one shard in a hundred. */
import { decodeOutcome } from '../../execute/codec/outcome.ts'
import { decomposeLimits } from '../../limits.ts'

const MESSAGE = 'audit: an iteration changed its inputs'
const ERROR_KIND = 1

/** Which shards are looked at unasked follows from their first item: the same ones whenever they run. */
export function isAudited(asked: boolean, firstItem: number): boolean {
  return asked || (Math.imul(firstItem + 1, 0x9e37_79b1) >>> 0) % decomposeLimits.auditedOneIn === 0
}

export function auditFailure(): Error {
  return new Error(MESSAGE)
}

/** True for the outcome of a shard that failed its audit: then nothing that its family made can be believed. */
export function failedAudit(outcome: Uint8Array): boolean {
  if (outcome[0] !== ERROR_KIND) return false
  const decoded = decodeOutcome(outcome)
  return decoded.kind === 'error' && decoded.error.message === MESSAGE
}
