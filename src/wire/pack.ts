/** Packs a list of byte strings into one: the inputs or outcomes of consecutive shards as one value. */
import { ShoalError } from '../errors.ts'

const HEADER_BYTES = 4

/** Layout: u32 count, count x u32 length, then the entries (little-endian). */
export function packList(entries: readonly Uint8Array[]): Uint8Array {
  const tableBytes = HEADER_BYTES * (entries.length + 1)
  const total = entries.reduce((sum, entry) => sum + entry.byteLength, tableBytes)
  const packed = new Uint8Array(total)
  const view = new DataView(packed.buffer)
  view.setUint32(0, entries.length, true)
  let offset = tableBytes
  entries.forEach((entry, index) => {
    view.setUint32(HEADER_BYTES * (index + 1), entry.byteLength, true)
    packed.set(entry, offset)
    offset += entry.byteLength
  })
  return packed
}

/**
 * The entries of a packed list, as views on its bytes.
 * @throws ShoalError SHOAL_FRAME_INVALID when lengths and size disagree.
 */
export function unpackList(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength)
  const count = packed.byteLength < HEADER_BYTES ? Number.NaN : view.getUint32(0, true)
  if (!(HEADER_BYTES * (count + 1) <= packed.byteLength)) throw invalidPack()
  const entries: Uint8Array[] = []
  let offset = HEADER_BYTES * (count + 1)
  for (let index = 0; index < count; index++) {
    const length = view.getUint32(HEADER_BYTES * (index + 1), true)
    if (offset + length > packed.byteLength) throw invalidPack()
    entries.push(packed.subarray(offset, offset + length))
    offset += length
  }
  if (offset !== packed.byteLength) throw invalidPack()
  return entries
}

function invalidPack(): ShoalError {
  return new ShoalError('SHOAL_FRAME_INVALID', 'a packed list has lengths that do not add up', {
    next: 'fetch the value again from another holder',
  })
}
