/** Every operating error that leaves shoal: a stable code, what happened, and the one next step that helps. */

/** Options of every {@link ShoalError}: the step to take next, and what caused it. */
export interface ErrorDetail {
  readonly next: string
  readonly cause?: unknown
}

/** An operating error: something outside the code went wrong. Programmer errors are assertions instead. */
export class ShoalError extends Error {
  readonly code: ErrorCode
  readonly next: string

  constructor(code: ErrorCode, message: string, detail: ErrorDetail) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause })
    this.name = 'ShoalError'
    this.code = code
    this.next = detail.next
  }

  /** The shape in which errors leave the process: `{code, message, next}`. */
  toJSON(): { code: string; message: string; next: string } {
    return { code: this.code, message: this.message, next: this.next }
  }
}

/** Stable codes. Never renamed; docs/reference/errors.md has one line for each. */
export type ErrorCode = (typeof errorCodes)[number]

export const errorCodes = [
  'SHOAL_USAGE',
  'SHOAL_INTERNAL',
  'SHOAL_NODE_TOO_OLD',
  'SHOAL_NO_HUB',
  'SHOAL_NO_PEERS',
  'SHOAL_HUB_UNREACHABLE',
  'SHOAL_API_UNAUTHORIZED',
  'SHOAL_API_FORBIDDEN',
  'SHOAL_HOME_UNUSABLE',
  'SHOAL_HOME_BUSY',
  'SHOAL_PORT_TAKEN',
  'SHOAL_DISK_FULL',
  'SHOAL_BLOB_CORRUPT',
  'SHOAL_BLOB_MISSING',
  'SHOAL_BLOB_QUOTA',
  'SHOAL_FRAME_INVALID',
  'SHOAL_MESSAGE_INVALID',
  'SHOAL_VERSION_UNKNOWN',
  'SHOAL_UPDATE_REFUSED',
  'SHOAL_MANIFEST_INVALID',
  'SHOAL_MANIFEST_EXPIRED',
  'SHOAL_SIGNATURE_INVALID',
  'SHOAL_TOKEN_INVALID',
  'SHOAL_TOKEN_EXPIRED',
  'SHOAL_HUB_TWIN',
  'SHOAL_PAIRING_FAILED',
  'SHOAL_NOT_A_MEMBER',
  'SHOAL_ROLE_MISSING',
  'SHOAL_DRAIN_REFUSED',
  'SHOAL_JOB_UNKNOWN',
  'SHOAL_JOB_FAILED',
  'SHOAL_JOB_CANCELLED',
  'SHOAL_JOB_EXPIRED',
  'SHOAL_JOB_UNVERIFIED',
  'SHOAL_JOB_TOO_LARGE',
  'SHOAL_JOB_NOT_ACCEPTED',
  'SHOAL_RESULT_NOT_READY',
  'SHOAL_INTERRUPTED',
  'SHOAL_CODE_UNREADABLE',
  'SHOAL_CODE_CLOSURE',
  'SHOAL_CODE_SYNTAX',
  'SHOAL_CODE_UNSUPPORTED',
  'SHOAL_CODE_IMPORT',
  'SHOAL_REF_UNRESOLVED',
  'SHOAL_VALUE_UNSUPPORTED',
  'SHOAL_VALUE_CORRUPT',
  'SHOAL_VALUE_TOO_LARGE',
  'SHOAL_SHARD_CRASHED',
  'SHOAL_SHARD_DEADLINE',
  'SHOAL_SHARD_MEMORY',
  'SHOAL_SHARD_POISON',
  'SHOAL_SHARD_IMPURE',
  'SHOAL_SLOT_START',
  'SHOAL_CHECKPOINT_INVALID',
] as const

/** Fails loudly when a programmer's belief is wrong. Stays on in production. */
export function assert(condition: unknown, belief: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${belief}`)
}

/** Ends a `switch` over a union: reached only when a new member has no case yet. */
export function assertNever(value: never): never {
  throw new Error(`unexpected case: ${JSON.stringify(value)}`)
}

/** Brings anything thrown into the shape `{code, message, next}`. */
export function toShoalError(thrown: unknown): ShoalError {
  if (thrown instanceof ShoalError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new ShoalError('SHOAL_INTERNAL', message, {
    next: 'run again with SHOAL_LOG=debug and report the output',
    cause: thrown,
  })
}
