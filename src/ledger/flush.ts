/** Cuts the records of one flush into entries that every hub will read. */
import { ShoalError } from '../errors.ts'
import { ledgerLimits } from '../limits.ts'
import { packRecords } from './pack.ts'
import type { LedgerRecord } from './record.ts'
import { SEAL_BYTES_MAX } from './seal.ts'

/**
 * One packed entry, or several when the records are too large for one.
 * @throws ShoalError SHOAL_JOB_TOO_LARGE when a single record is.
 */
export function packFlush(records: readonly LedgerRecord[]): Uint8Array[] {
  if (records.length === 0) return []
  const entry = expansion(records) <= ledgerLimits.startsPerEntryMax ? packRecords(records) : null
  if (entry !== null && entry.byteLength <= ledgerLimits.entryBytesMax - SEAL_BYTES_MAX) return [entry]
  if (records.length === 1) throw tooLarge(records[0]?.kind ?? 'record')
  const middle = records.length >> 1
  return [...packFlush(records.slice(0, middle)), ...packFlush(records.slice(middle))]
}

/** Numbers that run-length coded fields expand to at the reader. */
function expansion(records: readonly LedgerRecord[]): number {
  let total = 0
  for (const record of records) {
    if (record.kind === 'family') total += record.spec.cut.starts.length + (record.spec.workMs?.length ?? 0)
  }
  return total
}

function tooLarge(kind: string): ShoalError {
  return new ShoalError('SHOAL_JOB_TOO_LARGE', `a ${kind} record does not fit a ledger entry`, {
    next: 'cut the family into fewer shards, or keep its edges and estimates coarser',
  })
}
