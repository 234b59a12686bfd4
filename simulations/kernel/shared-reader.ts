/**
 * Reads each update and entry once for all hubs of a world: they hold the very same bytes, and bytes do not change. Hash chains are
 * as simple as signatures are here.
 */
import { type EntryReader, plainReader, type ReadEntry } from '../../src/ledger/entry-reader.ts'
import type { Section } from '../../src/ledger/update-format.ts'
import { mixed } from './signed.ts'

/** One for each world, whose memory it takes. Weak maps would do for all worlds, and cost more to collect than they save. */
export function sharedReader(): EntryReader {
  const updates = new Map<Uint8Array, readonly Section[]>()
  const entries = new Map<Uint8Array, ReadEntry>()
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
      const entry = plainReader.entry(bytes)
      entries.set(bytes, entry)
      return entry
    },
    link: (before, { body, signature }) => mixed(before, body, signature),
    seal: (before, clock, body) => mixed(before, Uint8Array.of(clock & 255, (clock >> 8) & 255, clock >> 16), body),
  }
}
