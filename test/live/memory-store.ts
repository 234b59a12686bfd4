/** A blob store in memory for tests of the network, with a way to break and to lie. */
import { ShoalError } from '../../src/errors.ts'
import type { Cid } from '../../src/program/ref.ts'
import type { BlobStore } from '../../src/store/blob-store.ts'
import { cidOf } from '../../src/store/cid.ts'

export class TestBlobStore implements BlobStore {
  readonly blobs = new Map<Cid, Uint8Array>()
  readonly partials = new Map<Cid, Uint8Array>()
  /** Offsets of every partial write, in order. */
  readonly writes: number[] = []
  /** Called before each part is read for sending. */
  beforeRead: (cid: Cid, offset: number) => Promise<void> | void = () => undefined

  async put(bytes: Uint8Array): Promise<Cid> {
    const cid = cidOf(bytes)
    this.blobs.set(cid, bytes)
    return cid
  }

  async get(cid: Cid): Promise<Uint8Array> {
    const bytes = this.blobs.get(cid)
    if (bytes === undefined) throw new ShoalError('SHOAL_BLOB_MISSING', 'not here', { next: 'fetch it' })
    return bytes
  }

  async size(cid: Cid): Promise<number | null> {
    return this.blobs.get(cid)?.byteLength ?? null
  }

  async read(cid: Cid, offset: number, length: number): Promise<Uint8Array> {
    await this.beforeRead(cid, offset)
    return (await this.get(cid)).subarray(offset, offset + length)
  }

  async partialSize(cid: Cid): Promise<number> {
    return this.partials.get(cid)?.byteLength ?? 0
  }

  async writePartial(cid: Cid, offset: number, bytes: Uint8Array): Promise<void> {
    this.writes.push(offset)
    this.partials.set(cid, Buffer.concat([(this.partials.get(cid) ?? new Uint8Array()).subarray(0, offset), bytes]))
  }

  async finishPartial(cid: Cid): Promise<void> {
    const bytes = this.partials.get(cid) ?? new Uint8Array()
    this.partials.delete(cid)
    if (cidOf(bytes) !== cid) throw new ShoalError('SHOAL_BLOB_CORRUPT', 'does not match', { next: 'fetch again' })
    this.blobs.set(cid, bytes)
  }

  async remove(cid: Cid): Promise<void> {
    this.blobs.delete(cid)
  }

  async list(): Promise<Cid[]> {
    return [...this.blobs.keys()]
  }

  usedBytes(): number {
    return [...this.blobs.values()].reduce((sum, bytes) => sum + bytes.byteLength, 0)
  }
}
