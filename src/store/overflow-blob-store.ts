/** Blobs on disk, and in a bounded memory what the disk refuses: a hub with a full or vanished disk goes on with its work. */
import { ShoalError } from '../errors.ts'
import { storeLimits } from '../limits.ts'
import type { Cid } from '../program/ref.ts'
import type { BlobStore } from './blob-store.ts'
import { MemoryBlobStore } from './memory-blob-store.ts'

/**
 * What is only in memory is gone with the hub. That is what copies on other hubs are for; a hub that is alone runs again what
 * it has lost.
 */
export class OverflowBlobStore implements BlobStore {
  readonly #disk: BlobStore
  readonly #memory = new MemoryBlobStore({ quotaBytes: storeLimits.overflowBytesMax })
  readonly #refused: (error: ShoalError) => void
  /** Transfers that the disk broke off: their next attempt begins anew, in memory. */
  readonly #diverted = new Set<Cid>()

  /** `refused` is told whenever something had to stay in memory. */
  constructor(disk: BlobStore, refused: (error: ShoalError) => void) {
    this.#disk = disk
    this.#refused = refused
  }

  put(bytes: Uint8Array): Promise<Cid> {
    return this.#either(
      () => this.#disk.put(bytes),
      () => this.#memory.put(bytes),
    )
  }

  async get(cid: Cid): Promise<Uint8Array> {
    return (await this.#place(cid)).get(cid)
  }

  async size(cid: Cid): Promise<number | null> {
    return (await this.#memory.size(cid)) ?? (await this.#disk.size(cid))
  }

  async read(cid: Cid, offset: number, length: number): Promise<Uint8Array> {
    return (await this.#place(cid)).read(cid, offset, length)
  }

  async partialSize(cid: Cid): Promise<number> {
    return this.#diverted.has(cid) ? this.#memory.partialSize(cid) : this.#disk.partialSize(cid)
  }

  async writePartial(cid: Cid, offset: number, bytes: Uint8Array): Promise<void> {
    if (this.#diverted.has(cid)) return this.#memory.writePartial(cid, offset, bytes)
    return this.#either(
      () => this.#disk.writePartial(cid, offset, bytes),
      (error) => {
        this.#divert(cid)
        // What came before is on the disk: the transfer breaks, and its next attempt finds nothing here.
        if (offset > 0) throw error
        return this.#memory.writePartial(cid, offset, bytes)
      },
    )
  }

  async finishPartial(cid: Cid): Promise<void> {
    if (!this.#diverted.has(cid)) return this.#disk.finishPartial(cid)
    await this.#memory.finishPartial(cid)
    this.#diverted.delete(cid)
  }

  async remove(cid: Cid): Promise<void> {
    this.#diverted.delete(cid)
    await this.#memory.remove(cid)
    await this.#disk.remove(cid)
  }

  async list(): Promise<Cid[]> {
    return [...new Set([...(await this.#disk.list()), ...(await this.#memory.list())])].sort()
  }

  usedBytes(): number {
    return this.#disk.usedBytes() + this.#memory.usedBytes()
  }

  async #place(cid: Cid): Promise<BlobStore> {
    return (await this.#memory.size(cid)) === null ? this.#disk : this.#memory
  }

  #divert(cid: Cid): void {
    this.#diverted.add(cid)
    const [oldest] = this.#diverted
    if (this.#diverted.size > storeLimits.divertedTransfersMax && oldest !== undefined) this.#diverted.delete(oldest)
  }

  async #either<T>(onDisk: () => Promise<T>, inMemory: (error: ShoalError) => Promise<T>): Promise<T> {
    try {
      return await onDisk()
    } catch (error) {
      if (!(error instanceof ShoalError) || !refusals.has(error.code)) throw error
      this.#refused(error)
      return inMemory(error)
    }
  }
}

const refusals: ReadonlySet<string> = new Set(['SHOAL_DISK_FULL', 'SHOAL_HOME_UNUSABLE'])
