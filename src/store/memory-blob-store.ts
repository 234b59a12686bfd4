/** Blobs in memory: for simulations, and for hubs without a disk. Behaves as the store on disk does. */
import { sizes, storeLimits } from '../limits.ts'
import type { Cid } from '../program/ref.ts'
import { blobCorrupt, blobMissing, blobQuota, blobTooLarge, partialGap } from './blob-errors.ts'
import type { BlobStore } from './blob-store.ts'
import { cidOf, matchesCid } from './cid.ts'

export class MemoryBlobStore implements BlobStore {
  readonly #blobs = new Map<Cid, Uint8Array>()
  readonly #partials = new Map<Cid, Uint8Array>()
  readonly #quotaBytes: number
  #used = 0

  constructor(options: { readonly quotaBytes?: number } = {}) {
    this.#quotaBytes = options.quotaBytes ?? storeLimits.blobQuotaBytes
  }

  async put(bytes: Uint8Array): Promise<Cid> {
    if (bytes.byteLength > sizes.blobBytesMax) throw blobTooLarge(bytes.byteLength)
    const cid = cidOf(bytes)
    if (this.#blobs.has(cid)) return cid
    this.#reserve(bytes.byteLength)
    this.#blobs.set(cid, bytes.slice())
    return cid
  }

  async get(cid: Cid): Promise<Uint8Array> {
    const bytes = this.#held(cid)
    if (matchesCid(bytes, cid)) return bytes.slice()
    await this.remove(cid)
    throw blobCorrupt(cid)
  }

  async size(cid: Cid): Promise<number | null> {
    return this.#blobs.get(cid)?.byteLength ?? null
  }

  async read(cid: Cid, offset: number, length: number): Promise<Uint8Array> {
    return this.#held(cid).slice(offset, offset + length)
  }

  async partialSize(cid: Cid): Promise<number> {
    return this.#partials.get(cid)?.byteLength ?? 0
  }

  async writePartial(cid: Cid, offset: number, bytes: Uint8Array): Promise<void> {
    const partial = this.#partials.get(cid) ?? new Uint8Array()
    if (offset > partial.byteLength) throw partialGap(cid, offset, partial.byteLength)
    const end = offset + bytes.byteLength
    if (end > sizes.blobBytesMax) throw blobTooLarge(end)
    const size = Math.max(end, partial.byteLength)
    this.#reserve(size - partial.byteLength)
    const grown = new Uint8Array(size)
    grown.set(partial)
    grown.set(bytes, offset)
    this.#partials.set(cid, grown)
  }

  async finishPartial(cid: Cid): Promise<void> {
    if (this.#blobs.has(cid)) {
      this.#dropPartial(cid)
      return
    }
    const bytes = this.#partials.get(cid)
    if (bytes === undefined) throw blobMissing(cid)
    if (!matchesCid(bytes, cid)) {
      this.#dropPartial(cid)
      throw blobCorrupt(cid)
    }
    this.#partials.delete(cid)
    this.#blobs.set(cid, bytes)
  }

  async remove(cid: Cid): Promise<void> {
    this.#used -= this.#blobs.get(cid)?.byteLength ?? 0
    this.#blobs.delete(cid)
    this.#dropPartial(cid)
  }

  async list(): Promise<Cid[]> {
    return [...this.#blobs.keys()].sort()
  }

  usedBytes(): number {
    return this.#used
  }

  /** Flips a bit of a stored blob, as a failing disk would: for tests and simulations. */
  damage(cid: Cid): void {
    const bytes = this.#held(cid)
    bytes[0] = (bytes[0] ?? 0) ^ 1
  }

  #held(cid: Cid): Uint8Array {
    const bytes = this.#blobs.get(cid)
    if (bytes === undefined) throw blobMissing(cid)
    return bytes
  }

  #reserve(bytes: number): void {
    if (this.#used + bytes > this.#quotaBytes) throw blobQuota(bytes, this.#quotaBytes)
    this.#used += bytes
  }

  #dropPartial(cid: Cid): void {
    this.#used -= this.#partials.get(cid)?.byteLength ?? 0
    this.#partials.delete(cid)
  }
}
