/** A blob's identity from its bytes: CIDv1, raw codec, sha2-256, base32 text. */
import { createHash, hash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { CID } from 'multiformats/cid'
import { create as createDigest } from 'multiformats/hashes/digest'
import { storeLimits } from '../limits.ts'
import type { Cid } from '../program/ref.ts'

const RAW_CODEC = 0x55
const SHA2_256 = 0x12

/** The identity of these bytes. Takes about 0.8 ms per MB; see {@link cidOfLarge} for more than a few. */
export function cidOf(bytes: Uint8Array): Cid {
  return cidOfDigest(hash('sha256', bytes, 'buffer'))
}

/** The same, giving other work a turn every few MB. */
export async function cidOfLarge(bytes: Uint8Array): Promise<Cid> {
  if (bytes.byteLength <= storeLimits.hashSliceBytes) return cidOf(bytes)
  const running = createHash('sha256')
  for (let offset = 0; offset < bytes.byteLength; offset += storeLimits.hashSliceBytes) {
    running.update(bytes.subarray(offset, offset + storeLimits.hashSliceBytes))
    await nextTurn()
  }
  return cidOfDigest(running.digest())
}

/** The identity that goes with a finished sha2-256. */
export function cidOfDigest(digest: Uint8Array): Cid {
  return CID.createV1(RAW_CODEC, createDigest(SHA2_256, digest)).toString()
}

/** Whether bytes are what the identity says. */
export function matchesCid(bytes: Uint8Array, cid: Cid): boolean {
  return cidOf(bytes) === cid
}

/** Whether text has the one form that identities have here; anything else must not become a file name. */
export function isCid(text: string): text is Cid {
  return /^bafkrei[a-z2-7]{52}$/.test(text)
}
