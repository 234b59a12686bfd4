/** The first entry of every log: its owner's signature under (job, hub, boot, client id). */
import { ledgerLimits } from '../limits.ts'
import type { HubId, JobId } from '../program/ref.ts'
import { ByteReader, ByteWriter, invalidBytes } from './bytes.ts'
import type { Author } from './record.ts'

/** 2: entries of the log are sealed. Logs of version 1 are refused: what they hold cannot be proved. */
const BOOT_VERSION = 2
const SIGNATURE_BYTES_MAX = 128
const NAME_PATTERN = /^[A-Za-z0-9_.-]{1,128}$/

/** Who writes under a client id. One binding per (hub, boot), for ever. */
export interface Binding extends Author {
  readonly job: JobId
  readonly client: number
}

export interface SignedBinding extends Binding {
  readonly signature: Uint8Array
}

/** Name of the root array that holds a hub's log of one boot. */
export function logRoot(author: Author): string {
  return `L/${author.hub}/${author.boot}`
}

/** True for names that cannot be confused with the parts of a root's name. */
export function isLogName(name: string): boolean {
  return NAME_PATTERN.test(name)
}

/** The bytes a hub signs with its identity key to own a log. */
export function bindingBytes(binding: Binding): Uint8Array {
  const { job, hub, boot, client } = binding
  return new TextEncoder().encode(['shoal ledger boot 1', job, hub, boot, client].join('\0'))
}

export function writeBinding(signed: SignedBinding): Uint8Array {
  const writer = new ByteWriter()
  writer.byte(BOOT_VERSION)
  writer.text(signed.job)
  writer.text(signed.hub)
  writer.text(signed.boot)
  writer.varuint(signed.client)
  writer.sized(signed.signature)
  return writer.take()
}

/**
 * Reads a boot entry; fields after the known ones are ignored. Whether it is true is for the guard to say.
 * @throws ShoalError SHOAL_FRAME_INVALID
 */
export function readBinding(entry: Uint8Array): SignedBinding {
  const reader = new ByteReader(entry, 0, Math.min(entry.byteLength, ledgerLimits.bootBytesMax))
  if (reader.byte() !== BOOT_VERSION) throw invalidBytes('a log written by another version of shoal')
  const job = reader.text(128)
  const hub: HubId = reader.text(128)
  const boot = reader.text(128)
  const client = reader.varuint()
  return { job, hub, boot, client, signature: reader.sized(SIGNATURE_BYTES_MAX).slice() }
}
