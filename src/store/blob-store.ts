/** What the shell asks of a blob store: bytes by content, verified, durable once `put` resolves. */
import type { Cid } from '../program/ref.ts'

export interface BlobStore {
  /** Stores bytes durably and returns their identity. */
  put(bytes: Uint8Array): Promise<Cid>
  /**
   * The bytes of a blob, hash verified.
   * @throws ShoalError SHOAL_BLOB_MISSING, SHOAL_BLOB_CORRUPT (the file is kept aside, the blob counts as missing).
   */
  get(cid: Cid): Promise<Uint8Array>
  /** Size in bytes, or null when it is not here. */
  size(cid: Cid): Promise<number | null>
  /** Part of a blob, for sending it in chunks; not verified (the receiver verifies the whole). */
  read(cid: Cid, offset: number, length: number): Promise<Uint8Array>
  /** Bytes of an unfinished transfer that are already here, so that it can be resumed. */
  partialSize(cid: Cid): Promise<number>
  /** Appends to an unfinished transfer at `offset`. */
  writePartial(cid: Cid, offset: number, bytes: Uint8Array): Promise<void>
  /** Ends a transfer: verifies the hash, makes it durable, gives it its name; drops it and throws SHOAL_BLOB_CORRUPT otherwise. */
  finishPartial(cid: Cid): Promise<void>
  remove(cid: Cid): Promise<void>
  list(): Promise<Cid[]>
  /** Bytes in use. */
  usedBytes(): number
}
