/** Gets a blob from whoever has it: holders in turn, resumed where one broke off, a bad copy never taken for the blob. */
import { ShoalError } from '../errors.ts'
import { liveLimits } from '../limits.ts'
import type { Cid, HubId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import type { BlobCarrier } from './blob-carrier.ts'
import type { BlobReceiver } from './blob-receiver.ts'
import { Gate } from './gate.ts'
import { errorFields, type Log } from './log.ts'

export interface BlobTransferParts {
  readonly blobs: BlobStore
  readonly receiver: BlobReceiver
  readonly carrier: BlobCarrier
  readonly isConnected: (hub: HubId) => boolean
  readonly log: Log
}

/** How an attempt with one holder ended. */
type Attempt = 'got' | 'missing' | 'corrupt' | 'broken'

const ROUNDS_MAX = 2

export class BlobTransfer {
  readonly #parts: BlobTransferParts
  readonly #fetching = new Gate(liveLimits.blobTransfersMax)
  readonly #pushing = new Gate(liveLimits.blobTransfersMax)

  constructor(parts: BlobTransferParts) {
    this.#parts = parts
  }

  /** See {@link ./network.ts}. */
  async fetch(cid: Cid, from: readonly HubId[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if ((await this.#parts.blobs.size(cid)) !== null) return
    const fetching = this.#parts.receiver.alone(cid, async () => {
      signal.throwIfAborted()
      if ((await this.#parts.blobs.size(cid)) !== null) return
      await this.#fetching.through(signal, () => this.#fetchFromAny(cid, from, signal))
    })
    await unlessAborted(signal, fetching)
  }

  /** See {@link ./network.ts}. */
  async push(cid: Cid, to: HubId, signal: AbortSignal): Promise<void> {
    await this.#pushing.through(signal, () => this.#parts.carrier.push(cid, to, signal))
  }

  async #fetchFromAny(cid: Cid, from: readonly HubId[], signal: AbortSignal): Promise<void> {
    let holders = from.filter((hub) => this.#parts.isConnected(hub))
    let sawCorrupt = false
    for (let round = 0; round < ROUNDS_MAX && holders.length > 0; round++) {
      const again: HubId[] = []
      for (const hub of holders) {
        const attempt = await this.#fetchFrom(cid, hub, signal)
        if (attempt === 'got') return
        if (attempt === 'corrupt') sawCorrupt = true
        if (attempt === 'broken') again.push(hub)
      }
      holders = again.filter((hub) => this.#parts.isConnected(hub))
    }
    throw sawCorrupt ? corrupt(cid) : missing(cid, from.length)
  }

  async #fetchFrom(cid: Cid, hub: HubId, signal: AbortSignal): Promise<Attempt> {
    const resumed = (await this.#parts.blobs.partialSize(cid)) > 0
    const attempt = await this.#attempt(cid, hub, signal)
    // the bad bytes may have come from an earlier holder: this one gets a clean start
    return attempt === 'corrupt' && resumed ? this.#attempt(cid, hub, signal) : attempt
  }

  async #attempt(cid: Cid, hub: HubId, signal: AbortSignal): Promise<Attempt> {
    try {
      return (await this.#parts.carrier.fetch(cid, hub, signal)) ? 'got' : 'missing'
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof ShoalError)) throw error
      this.#parts.log.debug({ cid, hub, ...errorFields(error) }, 'a blob did not come through')
      if (error.code === 'SHOAL_BLOB_CORRUPT') return 'corrupt'
      if (error.code === 'SHOAL_HUB_UNREACHABLE' || error.code === 'SHOAL_FRAME_INVALID') return 'broken'
      throw error // the local store failed: no other holder helps
    }
  }
}

/** Does not wait for a turn that nobody needs any more. */
async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener('abort', giveUp, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp))
  })
}

function missing(cid: Cid, asked: number): ShoalError {
  return new ShoalError('SHOAL_BLOB_MISSING', `none of ${asked} hubs could give blob ${cid}`, {
    next: 'wait for a hub that holds it, or let it be computed again',
  })
}

function corrupt(cid: Cid): ShoalError {
  return new ShoalError('SHOAL_BLOB_CORRUPT', `every copy of blob ${cid} that arrived was damaged`, {
    next: 'check the disks of the hubs that hold it, or let it be computed again',
  })
}
