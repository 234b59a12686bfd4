/**
 * Seals: every entry of a log ends with its owner's signature over a hash chain of all entries so far. So one check of the last
 * entry of a run proves the whole run, whoever passes it on; an entry altered, left out or put elsewhere breaks every later seal.
 */
import { hash } from 'node:crypto'
import { type Binding, bindingBytes } from './boot-entry.ts'
import { invalidBytes } from './bytes.ts'

const SIGNATURE_BYTES_MAX = 128
const CLOCK_BYTES = 8
const PREFIX = new TextEncoder().encode('shoal ledger entry 1\0')

/** An entry in its parts. */
export interface Sealed {
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

/** What a seal adds to an entry: the signature, and one byte for its length. */
export const SEAL_BYTES_MAX = SIGNATURE_BYTES_MAX + 1

/** The link of a log that holds its boot entry alone. */
export function firstLink(binding: Binding): Uint8Array {
  return sha256(bindingBytes(binding))
}

/** The link after one more entry: seals are part of it, or whoever passes a log on could spoil those in the middle. */
export function nextLink(link: Uint8Array, { body, signature }: Sealed): Uint8Array {
  return sha256(Buffer.concat([sha256(Buffer.concat([link, body])), signature]))
}

/** What the owner of a log signs to add `body` at `clock`, where its link was `link` before. */
export function sealBytes(link: Uint8Array, clock: number, body: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(PREFIX.byteLength + CLOCK_BYTES)
  bytes.set(PREFIX)
  bytes.writeBigUInt64BE(BigInt(clock), PREFIX.byteLength)
  return Buffer.concat([bytes, sha256(Buffer.concat([link, body]))])
}

export function writeSealed(body: Uint8Array, signature: Uint8Array): Uint8Array {
  const entry = new Uint8Array(body.byteLength + signature.byteLength + 1)
  entry.set(body)
  entry.set(signature, body.byteLength)
  entry[entry.byteLength - 1] = signature.byteLength
  return entry
}

/**
 * The parts of an entry, as views on its bytes; whether the seal is true is for the guard to say.
 * @throws ShoalError SHOAL_FRAME_INVALID
 */
export function readSealed(entry: Uint8Array): Sealed {
  const length = entry.at(-1) ?? Number.NaN
  const end = entry.byteLength - 1 - length
  if (!(length > 0 && length <= SIGNATURE_BYTES_MAX && end > 0)) throw invalidBytes('an entry without a seal')
  return { body: entry.subarray(0, end), signature: entry.subarray(end, -1) }
}

function sha256(bytes: Uint8Array): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}
