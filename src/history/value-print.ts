/** Fingerprints of results, to see whether two are the same: fast, not safe against forgery. */
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

/** Per shard what a result holds: of a blob only what its name says, that of a single shard. */
export function refPrints(ref: Ref, shards: number): readonly (string | null)[] {
  if (ref.kind === 'inline') return unpackList(ref.bytes).map(valuePrint)
  return shards === 1 ? [ref.cid] : Array.from({ length: shards }, () => null)
}
