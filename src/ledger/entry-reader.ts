/** Reading what hubs write into ledgers: updates, entries, and the hash chain over them. Pure: equal bytes give equal answers. */
import { unpackRecords } from './pack.ts'
import type { LedgerRecord } from './record.ts'
import { nextLink, readSealed, type Sealed, sealBytes } from './seal.ts'
import { readUpdate, type Section } from './update-format.ts'

/** An entry in its parts, and the records in it. */
export interface ReadEntry extends Sealed {
  readonly records: readonly LedgerRecord[]
}

/** All methods throw as {@link readUpdate}, {@link readSealed} and {@link unpackRecords} do. */
export interface EntryReader {
  sections(update: Uint8Array, source: 'peer' | 'disk'): readonly Section[]
  entry(bytes: Uint8Array): ReadEntry
  /** The link after `entry`, where it was `before`. */
  link(before: Uint8Array, entry: Sealed): Uint8Array
  /** What the owner of a log signs to add `body` at `clock`, where its link is `before`. */
  seal(before: Uint8Array, clock: number, body: Uint8Array): Uint8Array
}

export const plainReader: EntryReader = {
  sections: readUpdate,
  entry(bytes) {
    const sealed = readSealed(bytes)
    return { ...sealed, records: unpackRecords(sealed.body) }
  },
  link: nextLink,
  seal: sealBytes,
}
