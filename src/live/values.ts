/** Bytes behind references on a live hub: inline, from the blob store, or fetched from peers, with a bounded memory of recent ones. */
import { ShoalError } from '../errors.ts'
import { shellLimits, sizes } from '../limits.ts'
import type { Cid, HubId, Ref } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { packList } from '../wire/pack.ts'
import type { Network } from './network.ts'

/** Where values live. */
export class Values {
  readonly #blobs: BlobStore
  readonly #network: Network
  readonly #recent = new Map<Cid, Uint8Array>()
  readonly #loading = new Map<Cid, Promise<Uint8Array>>()
  #recentBytes = 0

  constructor(blobs: BlobStore, network: Network) {
    this.#blobs = blobs
    this.#network = network
  }

  /** Turns bytes into a reference: inline when small, else a durable blob. */
  async store(bytes: Uint8Array): Promise<Ref> {
    if (bytes.byteLength <= sizes.inlineBytesMax) return { kind: 'inline', bytes }
    if (bytes.byteLength > sizes.blobBytesMax) {
      throw new ShoalError('SHOAL_VALUE_TOO_LARGE', `a value of ${bytes.byteLength} bytes is over the limit`, {
        next: `split it: at most ${sizes.blobBytesMax} bytes travel as one value`,
      })
    }
    const cid = await this.#blobs.put(bytes)
    this.#remember(cid, bytes)
    return { kind: 'blob', cid, size: bytes.byteLength }
  }

  /** The same for outcomes of consecutive shards: many small ones travel inline, too. */
  async storeOutcomes(outcomes: readonly Uint8Array[]): Promise<Ref> {
    const bytes = packList(outcomes)
    const inlineMax = Math.min(sizes.inlinePackBytesMax, outcomes.length * sizes.inlineOutcomeBytesMax)
    return bytes.byteLength <= inlineMax ? { kind: 'inline', bytes } : this.store(bytes)
  }

  /**
   * The bytes of a reference; a blob that is not here is fetched, from `holders` first, then from anybody.
   * @throws ShoalError SHOAL_BLOB_MISSING when nobody reachable has it.
   */
  async bytes(ref: Ref, holders: readonly HubId[], signal: AbortSignal): Promise<Uint8Array> {
    if (ref.kind === 'inline') return ref.bytes
    const recent = this.#recent.get(ref.cid)
    if (recent !== undefined) return recent
    const loading = this.#loading.get(ref.cid) ?? this.#load(ref.cid, holders, signal)
    this.#loading.set(ref.cid, loading)
    try {
      return await loading
    } finally {
      this.#loading.delete(ref.cid)
    }
  }

  /** Makes sure a blob is in the local store. */
  async hold(cid: Cid, holders: readonly HubId[], signal: AbortSignal): Promise<void> {
    if ((await this.#blobs.size(cid)) !== null) return
    await this.#network.fetchBlob(cid, this.#everybody(holders), { signal })
  }

  async #load(cid: Cid, holders: readonly HubId[], signal: AbortSignal): Promise<Uint8Array> {
    await this.hold(cid, holders, signal)
    const bytes = await this.#blobs.get(cid)
    this.#remember(cid, bytes)
    return bytes
  }

  #everybody(holders: readonly HubId[]): HubId[] {
    const connected = this.#network.peers().map((peer) => peer.hub)
    const preferred = holders.filter((hub) => connected.includes(hub))
    return [...new Set([...preferred, ...connected])]
  }

  #remember(cid: Cid, bytes: Uint8Array): void {
    if (bytes.byteLength > shellLimits.recentBytesMax / 4 || this.#recent.has(cid)) return
    this.#recent.set(cid, bytes)
    this.#recentBytes += bytes.byteLength
    for (const [oldest, old] of this.#recent) {
      if (this.#recentBytes <= shellLimits.recentBytesMax) return
      this.#recent.delete(oldest)
      this.#recentBytes -= old.byteLength
    }
  }
}
