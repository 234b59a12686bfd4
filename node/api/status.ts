/** The HTTP status under which each error leaves the local API. */
import type { ErrorCode } from '../../src/errors.ts'

type Status = 400 | 401 | 403 | 404 | 409 | 413 | 500 | 503

const statuses: Partial<Record<ErrorCode, Status>> = {
  SHOAL_USAGE: 400,
  SHOAL_FRAME_INVALID: 400,
  SHOAL_MESSAGE_INVALID: 400,
  SHOAL_MANIFEST_INVALID: 400,
  SHOAL_VALUE_CORRUPT: 400,
  SHOAL_API_UNAUTHORIZED: 401,
  SHOAL_API_FORBIDDEN: 403,
  SHOAL_ROLE_MISSING: 403,
  SHOAL_PAIRING_FAILED: 409,
  SHOAL_JOB_UNKNOWN: 404,
  SHOAL_RESULT_NOT_READY: 409,
  SHOAL_JOB_CANCELLED: 409,
  SHOAL_JOB_EXPIRED: 409,
  SHOAL_JOB_UNVERIFIED: 409,
  SHOAL_JOB_TOO_LARGE: 413,
  SHOAL_VALUE_TOO_LARGE: 413,
  SHOAL_NO_PEERS: 503,
  SHOAL_JOB_NOT_ACCEPTED: 503,
  SHOAL_BLOB_MISSING: 503,
}

export function statusOf(code: ErrorCode): Status {
  return statuses[code] ?? 500
}
