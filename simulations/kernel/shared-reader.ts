/**
 * Reads each update and entry once for all hubs of a world: they hold the very same bytes, and bytes do not change. Hash chains are
 * as simple as signatures are here.
 */
import { type EntryReader, plainReader, type ReadEntry } from '../../src/ledger/entry-reader.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import type { Section } from '../../src/ledger/update-format.ts'
import { isSame, mixed } from './signed.ts'

/** One for each world, whose memory it takes. Weak maps would do for all worlds, and cost more to collect than they save. */
export function sharedReader(): EntryReader {
  const updates = new Map<Uint8Array, readonly Section[]>()
  const entries = new Map<Uint8Array, SharedEntry>()
  return {
    sections(update, source) {
      const known = updates.get(update)
      if (known !== undefined) return known
      const sections = plainReader.sections(update, source)
      updates.set(update, sections)
      return sections
    },
    entry(bytes) {
      const known = entries.get(bytes)
      if (known !== undefined) return known
      const entry = new SharedEntry(plainReader.entry(bytes))
      entries.set(bytes, entry)
      return entry
    },
    link: (before, entry) => (entry instanceof SharedEntry ? entry.linkAfter(before) : linked(before, entry)),
    seal: (before, clock, body) => mixed(before, Uint8Array.of(clock & 255, (clock >> 8) & 255, clock >> 16), body),
  }
}

/** An entry follows the same one at every hub, so the link after it is the same, too. */
class SharedEntry implements ReadEntry {
  readonly body: Uint8Array
  readonly signature: Uint8Array
  readonly records: readonly LedgerRecord[]
  #before: Uint8Array | null = null
  #link: Uint8Array | null = null

  constructor({ body, signature, records }: ReadEntry) {
    this.body = body
    this.signature = signature
    this.records = records
  }

  linkAfter(before: Uint8Array): Uint8Array {
    if (this.#link !== null && this.#before !== null && isSame(before, this.#before)) return this.#link
    this.#before = before
    this.#link = linked(before, this)
    return this.#link
  }
}

function linked(before: Uint8Array, { body, signature }: Pick<ReadEntry, 'body' | 'signature'>): Uint8Array {
  return mixed(before, body, signature)
}
