/** Packs ledger records into one entry of a log, and reads entries that anyone may have written. */
import { ledgerLimits } from '../limits.ts'
import { ByteReader, ByteWriter, invalidBytes } from './bytes.ts'
import { KIND_CODES, readBody, writeBody } from './pack-bodies.ts'
import type { LedgerRecord } from './record.ts'

/**
 * First byte of every entry. Version 1: string table, base time, then records as (kind, size, body).
 * Readers skip kinds they do not know and body fields they do not know; anything else needs a new version.
 */
export const PACK_VERSION = 1

/** What the bodies of one entry share while it is written. */
export class PackTable {
  readonly out = new ByteWriter()
  readonly #indices = new Map<string, number>()
  #baseMs: number | null = null

  get strings(): Iterable<string> {
    return this.#indices.keys()
  }

  get stringCount(): number {
    return this.#indices.size
  }

  get baseMs(): number {
    return this.#baseMs ?? 0
  }

  string(value: string): void {
    let index = this.#indices.get(value)
    if (index === undefined) {
      index = this.#indices.size
      this.#indices.set(value, index)
    }
    this.out.varuint(index)
  }

  /** Unix milliseconds, as the distance to the entry's first one. */
  time(ms: number): void {
    const isWhole = Number.isSafeInteger(ms) && Math.abs(ms) < 2 ** 50
    if (isWhole) this.#baseMs ??= ms
    const distance = isWhole ? ms - this.baseMs : 0
    // Code 0 announces a time that is no whole number; whole distances follow as zigzag + 1.
    if (isWhole) this.out.varuint((distance < 0 ? -2 * distance - 1 : 2 * distance) + 1)
    else {
      this.out.varuint(0)
      this.out.number(ms)
    }
  }
}

/** What the bodies of one entry share while it is read. */
export interface UnpackTable {
  readonly strings: readonly string[]
  readonly baseMs: number
  /** Shard boundaries that this entry may still expand to. */
  startsLeft: number
}

/** One entry with these records, in order. Times and numbers come back exactly. */
export function packRecords(records: readonly LedgerRecord[]): Uint8Array {
  const table = new PackTable()
  for (const record of records) {
    table.out.byte(KIND_CODES[record.kind])
    const start = table.out.length
    writeBody(table, record)
    table.out.sizeSince(start)
  }
  const entry = new ByteWriter()
  entry.byte(PACK_VERSION)
  entry.varuint(table.stringCount)
  for (const value of table.strings) entry.text(value)
  entry.number(table.baseMs)
  entry.written(table.out)
  return entry.take()
}

/**
 * The records of an entry; kinds this version does not know are left out. An entry of a newer version yields none.
 * @throws ShoalError SHOAL_FRAME_INVALID for bytes that no hub of this version writes.
 */
export function unpackRecords(entry: Uint8Array): LedgerRecord[] {
  const reader = new ByteReader(entry)
  const version = reader.byte()
  if (version === 0) throw invalidBytes('entry version 0')
  if (version !== PACK_VERSION) return []
  const table = readTable(reader)
  const records: LedgerRecord[] = []
  while (!reader.done) {
    const kind = reader.byte()
    const size = reader.varuint(reader.remaining)
    const body = new ByteReader(entry, reader.offset, reader.offset + size)
    if (size > reader.remaining) throw invalidBytes('a record longer than its entry')
    const record = readBody(kind, body, table)
    if (record !== null) records.push(record)
    reader.offset += size
  }
  return records
}

function readTable(reader: ByteReader): UnpackTable {
  const count = reader.varuint(Math.min(ledgerLimits.stringsPerEntryMax, reader.remaining))
  const strings: string[] = []
  for (let index = 0; index < count; index++) strings.push(reader.text(ledgerLimits.stringBytesMax))
  return { strings, baseMs: reader.number(), startsLeft: ledgerLimits.startsPerEntryMax }
}
