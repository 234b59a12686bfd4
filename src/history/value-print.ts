/** Fingerprints of results, to see whether two are the same: fast, not safe against forgery. */
import { type FamilyKey, ROOT_FAMILY } from '../program/family.ts'
import type { Ref } from '../program/ref.ts'
import { unpackList } from '../wire/pack.ts'

const FNV_OFFSET = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SECOND_START = 0x9dc5811c

/** 64 bits over the bytes, as hexadecimal digits. */
export function valuePrint(bytes: Uint8Array): string {
  let first = FNV_OFFSET
  let second = SECOND_START
  for (const byte of bytes) {
    first = Math.imul(first ^ byte, FNV_PRIME)
    second = Math.imul(second ^ byte ^ (first >>> 15), FNV_PRIME)
  }
  return [first, second].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('')
}

/** The first byte of an outcome that is a whole value: errors carry stacks, and parts of shards depend on when they were divided. */
const WHOLE_VALUE = 0

/**
 * Per shard what a result holds, null where two right results may differ or nothing can be seen. Of blobs only the root's counts,
 * by its name: what is behind the others may be parts.
 */
export function refPrints(ref: Ref, family: FamilyKey, shards: number): readonly (string | null)[] {
  if (ref.kind === 'inline')
    return unpackList(ref.bytes).map((bytes) => (bytes[0] === WHOLE_VALUE ? valuePrint(bytes) : null))
  return family === ROOT_FAMILY ? [ref.cid] : Array.from({ length: shards }, () => null)
}
