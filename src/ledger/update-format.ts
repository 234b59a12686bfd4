/**
 * The one shape of Yjs update (wire format v1) that hubs exchange: runs of entries of single-writer logs, nothing else.
 *
 * A log is a root array to which its owner prepends one byte string at a time. So the item at clock 0 names the root, the item
 * at clock k > 0 stands left of the one at k - 1, and nothing is ever deleted. Reading only this shape, with our own
 * reader, keeps every other feature of the format (deletes, nested types, JSON, skips, length bombs) away from Yjs; what is read is
 * written anew before Yjs sees it, so bytes from elsewhere never reach its decoder.
 */
import { assert, ShoalError } from '../errors.ts'
import { ledgerLimits, sizes } from '../limits.ts'
import { ByteReader, ByteWriter } from './bytes.ts'

/** Item with binary content; at clock 0 neither origin is set, so that the root's name follows. */
const INFO_FIRST = 3
/** Item with binary content and a right origin. */
const INFO_NEXT = 3 | 0x40
const PARENT_IS_ROOT = 1

/** Consecutive entries `[clock, clock + entries.length)` of the log written under one client id. */
export interface Section {
  readonly client: number
  readonly clock: number
  /** Name of the root array; known only when the section begins at clock 0. */
  readonly root: string | null
  readonly entries: readonly Uint8Array[]
}

/** The error of every update that is not applied. */
export function refused(why: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_UPDATE_REFUSED', `refused a ledger update: ${why}`, {
    next: 'nothing was applied; if it repeats, update or remove the hub that sent it',
    cause,
  })
}

/**
 * Reads an update; entries are views on its bytes.
 * @param source `disk` lifts the limits meant for peers: a snapshot holds a whole job.
 * @throws ShoalError SHOAL_UPDATE_REFUSED or SHOAL_FRAME_INVALID for anything that honest hubs never write.
 */
export function readUpdate(bytes: Uint8Array, source: 'peer' | 'disk' = 'peer'): Section[] {
  const isDisk = source === 'disk'
  const bytesMax = isDisk ? ledgerLimits.docBytesMax : sizes.updateBytesMax
  if (bytes.byteLength > bytesMax) throw refused(`it has ${bytes.byteLength} bytes, more than ${bytesMax}`)
  const reader = new ByteReader(bytes)
  const count = reader.varuint()
  const countMax = isDisk ? ledgerLimits.logsMax : ledgerLimits.logsPerUpdateMax
  if (count > countMax) throw refused(`it touches ${count} logs`)
  const sections: Section[] = []
  const clients = new Set<number>()
  for (let index = 0; index < count; index++) {
    const section = readSection(reader, isDisk)
    if (clients.has(section.client)) throw refused('it has two parts for one log')
    clients.add(section.client)
    sections.push(section)
  }
  if (reader.varuint() !== 0) throw refused('it deletes entries')
  if (!reader.done) throw refused('it has bytes after its end')
  return sections
}

function readSection(reader: ByteReader, isDisk: boolean): Section {
  const length = reader.varuint()
  const lengthMax = isDisk ? reader.remaining : ledgerLimits.entriesPerUpdateMax
  if (length === 0 || length > lengthMax) throw refused(`a part of ${length} entries`)
  const client = reader.varuint()
  const clock = reader.varuint()
  if (clock + length > Number.MAX_SAFE_INTEGER) throw refused('a clock without end')
  let root: string | null = null
  const entries: Uint8Array[] = []
  for (let at = clock; at < clock + length; at++) {
    const info = reader.byte()
    if (info !== (at === 0 ? INFO_FIRST : INFO_NEXT)) throw refused('it holds something that is no log entry')
    if (at === 0) root = readRoot(reader)
    else if (reader.varuint() !== client || reader.varuint() !== at - 1) throw refused('an entry out of its place')
    entries.push(reader.sized(ledgerLimits.entryBytesMax))
  }
  return { client, clock, root, entries }
}

function readRoot(reader: ByteReader): string {
  if (reader.varuint() !== PARENT_IS_ROOT) throw refused('an entry outside of a log')
  return reader.text(ledgerLimits.stringBytesMax)
}

/** The update holding these sections; byte for byte what Yjs would encode for a doc that lacks just them. */
export function writeUpdate(sections: readonly Section[]): Uint8Array {
  const writer = new ByteWriter()
  writer.varuint(sections.length)
  for (const { client, clock, root, entries } of [...sections].sort((a, b) => b.client - a.client)) {
    writer.varuint(entries.length)
    writer.varuint(client)
    writer.varuint(clock)
    let at = clock
    for (const entry of entries) writeEntry(writer, client, at++, root, entry)
  }
  writer.varuint(0)
  return writer.take()
}

/** One item: the entry at `clock` of a log; `root` names the log of the first. */
function writeEntry(writer: ByteWriter, client: number, clock: number, root: string | null, entry: Uint8Array): void {
  if (clock === 0) {
    assert(root !== null, 'a section from clock 0 names its root')
    writer.byte(INFO_FIRST)
    writer.varuint(PARENT_IS_ROOT)
    writer.text(root)
  } else {
    writer.byte(INFO_NEXT)
    writer.varuint(client)
    writer.varuint(clock - 1)
  }
  writer.sized(entry)
}

/**
 * Cuts sections into updates that the guard of another hub accepts: bounded bytes, logs and entries. Parts of one log come in order.
 */
export function splitSections(sections: readonly Section[]): Section[][] {
  const updates: Section[][] = []
  let current: Section[] = []
  let room = updateRoom()
  for (const section of sections) {
    for (const part of cutSection(section)) {
      const bytes = sectionBytes(part)
      if (current.length > 0 && (bytes > room || current.length >= ledgerLimits.logsPerUpdateMax)) {
        updates.push(current)
        current = []
        room = updateRoom()
      }
      current.push(part)
      room -= bytes
    }
  }
  if (current.length > 0) updates.push(current)
  return updates
}

function* cutSection(section: Section): Generator<Section> {
  let start = 0
  let room = updateRoom()
  for (const [index, entry] of section.entries.entries()) {
    const bytes = entryBytes(entry)
    if (index > start && (bytes > room || index - start >= ledgerLimits.entriesPerUpdateMax)) {
      yield partOf(section, start, index)
      start = index
      room = updateRoom()
    }
    room -= bytes
  }
  yield partOf(section, start, section.entries.length)
}

/** Entries `[from, to)` of a section, counted within it. */
export function partOf(section: Section, from: number, to: number): Section {
  const { client, root } = section
  const clock = section.clock + from
  return { client, clock, root: clock === 0 ? root : null, entries: section.entries.slice(from, to) }
}

/** Frames of an item and a section stay below this many bytes, root name included. */
const ITEM_FRAME_BYTES = 24
const SECTION_FRAME_BYTES = 24 + 512

function updateRoom(): number {
  return sizes.updateBytesMax - SECTION_FRAME_BYTES - 16
}

function entryBytes(entry: Uint8Array): number {
  return entry.byteLength + ITEM_FRAME_BYTES
}

function sectionBytes(section: Section): number {
  return section.entries.reduce((sum, entry) => sum + entryBytes(entry), SECTION_FRAME_BYTES)
}
