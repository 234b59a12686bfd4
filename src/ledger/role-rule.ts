/** What a role allows to write: results come from hubs that compute, jobs and their ends from hubs that submit. */
import { assertNever } from '../errors.ts'
import type { LedgerRecord } from './record.ts'

/** Reasons for which every hub may end a job: its time is over, whoever looks. */
const timeReasons = new Set(['deadline', 'expired'])

/** Whether a hub with these roles may write such a record. */
export function mayWrite(roles: readonly string[], record: LedgerRecord): boolean {
  switch (record.kind) {
    case 'job':
    case 'acknowledged':
      return roles.includes('submit')
    case 'cancel':
      return timeReasons.has(record.reason) || roles.includes('submit')
    case 'family':
    case 'claim':
    case 'checkpoint':
    case 'done':
    case 'reopen':
      return roles.includes('compute')
    default:
      return assertNever(record)
  }
}
