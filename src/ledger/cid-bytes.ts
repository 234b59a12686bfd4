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

const CODES = Uint8Array.from(ALPHABET, (letter) => letter.charCodeAt(0))
/** `b` and the six characters that the fixed bytes begin with; two of their bits are left for the next one. */
const TEXT_PREFIX = 'bafkrei'
const PREFIX_BITS_LEFT = 2
const decoder = new TextDecoder('latin1')

/** The text of the CIDv1 raw sha2-256 with this hash. */
export function cidOfHash(hash: Uint8Array): Cid {
  const text = new Uint8Array(TEXT_LENGTH - TEXT_PREFIX.length)
  let length = 0
  let bits = PREFIX_BITS_LEFT
  let pending = 0
  for (let index = 0; index < HASH_BYTES; index++) {
    pending = ((pending << 8) | (hash[index] ?? 0)) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text[length++] = CODES[(pending >> bits) & 31] ?? 0
    }
  }
  text[length] = CODES[(pending << (5 - bits)) & 31] ?? 0
  return TEXT_PREFIX + decoder.decode(text)
}
