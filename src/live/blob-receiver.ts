/** The receiving half of every blob transfer: one writer per blob, onto disk before more is asked for, verified at the end. */
import { ShoalError } from '../errors.ts'
import { sizes } from '../limits.ts'
import type { Cid } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { type BlobChannel, brokenTransfer } from './blob-channel.ts'

export class BlobReceiver {
  readonly #blobs: BlobStore
  readonly #turns = new Map<Cid, Promise<unknown>>()

  constructor(blobs: BlobStore) {
    this.#blobs = blobs
  }

  /** Only one transfer at a time writes a blob; the next one finds it there, or goes on where the first broke. */
  async alone<T>(cid: Cid, work: () => Promise<T>): Promise<T> {
    const before = this.#turns.get(cid) ?? Promise.resolve()
    const turn = before.then(work, work)
    this.#turns.set(cid, turn)
    try {
      return await turn
    } finally {
      if (this.#turns.get(cid) === turn) this.#turns.delete(cid)
    }
  }

  /**
   * Takes the chunks from `offset` to `size`, each written before the next is asked for, and ends the transfer.
   * @throws ShoalError SHOAL_BLOB_CORRUPT when the whole does not match; what was there is dropped.
   */
  async receive(channel: BlobChannel, cid: Cid, range: { offset: number; size: number }): Promise<void> {
    let { offset } = range
    while (offset < range.size) {
      const bytes = await channel.chunk()
      if (bytes.byteLength > Math.min(sizes.blobChunkBytesMax, range.size - offset)) {
        throw brokenTransfer('more bytes than the blob has')
      }
      await this.#blobs.writePartial(cid, offset, bytes)
      offset += bytes.byteLength
      if (offset < range.size) channel.send({ type: 'more' })
    }
    if (range.size === 0) await this.#receiveEmpty(cid)
    else await this.#blobs.finishPartial(cid)
  }

  /** Nothing was transferred, so there is no unfinished transfer to end. */
  async #receiveEmpty(cid: Cid): Promise<void> {
    if ((await this.#blobs.put(new Uint8Array(0))) === cid) return
    throw new ShoalError('SHOAL_BLOB_CORRUPT', `blob ${cid} is not empty, but a hub says so`, {
      next: 'fetch it from another hub',
    })
  }
}
