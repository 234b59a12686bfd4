/** Fields that several record kinds share: names, times, ranges, references. */
import { counts, ledgerLimits, sizes } from '../limits.ts'
import type { Ref } from '../program/ref.ts'
import { type ByteReader, invalidBytes } from './bytes.ts'
import { cidOfHash, HASH_BYTES, hashOfCid } from './cid-bytes.ts'
import type { PackTable, UnpackTable } from './pack.ts'

const REF_INLINE = 0
const REF_HASH = 1
/** A blob whose identity is not the usual CID form: kept as text. */
const REF_TEXT = 2

export function readString(body: ByteReader, table: UnpackTable): string {
  const value = table.strings[body.varuint()]
  if (value === undefined) throw invalidBytes('a string that is not in the table')
  return value
}

export function readTime(body: ByteReader, table: UnpackTable): number {
  const code = body.varuint()
  if (code === 0) return body.number()
  const zigzag = code - 1
  return table.baseMs + (zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2)
}

/** A never empty run of shards. */
export function readRange(body: ByteReader): { lo: number; hi: number } {
  const lo = body.varuint(counts.shardsPerFamilyMax)
  const hi = lo + body.varuint(counts.shardsPerFamilyMax)
  if (hi <= lo || hi > counts.shardsPerFamilyMax) throw invalidBytes('an impossible run of shards')
  return { lo, hi }
}

export function writeRef(table: PackTable, ref: Ref): void {
  if (ref.kind === 'inline') {
    table.out.byte(REF_INLINE)
    table.out.sized(ref.bytes)
    return
  }
  const hash = hashOfCid(ref.cid)
  if (hash === null) {
    table.out.byte(REF_TEXT)
    table.string(ref.cid)
  } else {
    table.out.byte(REF_HASH)
    table.out.raw(hash)
  }
  table.out.varuint(ref.size)
}

export function readRef(body: ByteReader, table: UnpackTable): Ref {
  const tag = body.byte()
  // Copied: a view would keep the whole update alive for as long as the job.
  if (tag === REF_INLINE) return { kind: 'inline', bytes: body.sized(ledgerLimits.inlineRefBytesMax).slice() }
  if (tag !== REF_HASH && tag !== REF_TEXT) throw invalidBytes('an unknown kind of reference')
  const cid = tag === REF_HASH ? cidOfHash(body.raw(HASH_BYTES)) : readString(body, table)
  return { kind: 'blob', cid, size: body.varuint(sizes.blobBytesMax) }
}
