/** What an outcome is known by where hubs compare results: equal values have equal digests, on every machine. */
import { createHash } from 'node:crypto'
import { decodeOutcome } from '../execute/codec/outcome.ts'

const VALUE_KIND = 0
const DIGEST_BYTES = 15

/** Of an error only what the function decides: where it was thrown from is told by each machine in its own way. */
export function outcomeDigest(outcome: Uint8Array): string {
  const hash = createHash('sha256')
  if (outcome[0] === VALUE_KIND) hash.update(outcome)
  else {
    const decoded = decodeOutcome(outcome)
    const { item, name, message } = decoded.kind === 'error' ? decoded.error : { item: -1, name: 'part', message: '' }
    hash.update(JSON.stringify([item, name, message]))
  }
  return hash.digest().subarray(0, DIGEST_BYTES).toString('base64url')
}
