/** The 32 hash bytes inside the text of a blob's identity, and back: 32 bytes in a record instead of 59 characters. */
import type { Cid } from '../program/ref.ts'

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567'
const TEXT_LENGTH = 59
export const HASH_BYTES = 32
/** CIDv1, raw codec, sha2-256, 32 bytes. */
const PREFIX = [0x01, 0x55, 0x12, 0x20]
const VALUES = new Int8Array(128).fill(-1)
for (let index = 0; index < ALPHABET.length; index++) VALUES[ALPHABET.charCodeAt(index)] = index

/** The hash of a CIDv1 raw sha2-256 in base32, or null for any other text. */
export function hashOfCid(cid: Cid): Uint8Array | null {
  if (cid.length !== TEXT_LENGTH || cid[0] !== 'b') return null
  const bytes = new Uint8Array(PREFIX.length + HASH_BYTES)
  let bits = 0
  let pending = 0
  let length = 0
  for (let index = 1; index < TEXT_LENGTH; index++) {
    const value = VALUES[cid.charCodeAt(index)] ?? -1
    if (value < 0) return null
    pending = ((pending << 5) | value) & 0xfff
    bits += 5
    if (bits < 8) continue
    bits -= 8
    bytes[length++] = pending >> bits
  }
  const hasSpareBits = (pending & ((1 << bits) - 1)) !== 0
  if (hasSpareBits || PREFIX.some((byte, index) => bytes[index] !== byte)) return null
  return bytes.subarray(PREFIX.length)
}

/** The text of the CIDv1 raw sha2-256 with this hash. */
export function cidOfHash(hash: Uint8Array): Cid {
  let text = 'b'
  let bits = 0
  let pending = 0
  for (let index = 0; index < PREFIX.length + HASH_BYTES; index++) {
    const byte = index < PREFIX.length ? PREFIX[index] : hash[index - PREFIX.length]
    pending = ((pending << 8) | (byte ?? 0)) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(pending >> bits) & 31]
    }
  }
  return text + ALPHABET[(pending << (5 - bits)) & 31]
}
