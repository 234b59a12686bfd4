/** Reads each update and entry once for all hubs of a world: they hold the very same bytes, and bytes do not change. */
import { type EntryReader, plainReader, type ReadEntry } from '../../src/ledger/entry-reader.ts'
import type { Sealed } from '../../src/ledger/seal.ts'
import type { Section } from '../../src/ledger/update-format.ts'

/** What is remembered goes with the bytes it was read from. */
export function sharedReader(): EntryReader {
  const updates = new WeakMap<Uint8Array, readonly Section[]>()
  const entries = new WeakMap<Uint8Array, ReadEntry>()
  const links = new WeakMap<Sealed, { readonly before: Uint8Array; readonly link: Uint8Array }>()
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
    link(before, entry) {
      const known = links.get(entry)
      if (known !== undefined && (known.before === before || Buffer.compare(known.before, before) === 0))
        return known.link
      const link = plainReader.link(before, entry)
      links.set(entry, { before, link })
      return link
    },
  }
}
