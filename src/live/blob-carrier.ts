/** Moves one blob between this hub and one other. A faster side channel can take the place of libp2p's streams behind it. */
import type { Stream } from '@libp2p/interface'
import { ShoalError } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import type { Cid, HubId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { BlobChannel, brokenTransfer } from './blob-channel.ts'
import type { BlobReceiver } from './blob-receiver.ts'
import { Gate } from './gate.ts'
import { errorFields, type Log } from './log.ts'

export interface BlobCarrier {
  /**
   * Fetches a blob into the local store, from where a broken transfer ended. False when the peer does not have it.
   * @throws ShoalError SHOAL_BLOB_CORRUPT when the whole does not match, SHOAL_HUB_UNREACHABLE when the transfer breaks.
   */
  fetch(cid: Cid, from: HubId, signal: AbortSignal): Promise<boolean>
  /** Sends a blob of the local store; resolves once the peer has it durably. */
  push(cid: Cid, to: HubId, signal: AbortSignal): Promise<void>
  /** Drops what is kept open for a peer. */
  forget(hub: HubId): void
}

export interface StreamCarrierInit {
  readonly blobs: BlobStore
  readonly receiver: BlobReceiver
  /** Opens a blob stream to an admitted hub. */
  readonly open: (hub: HubId, signal: AbortSignal) => Promise<Stream>
  readonly log: Log
}

/** Blobs over libp2p streams, several requests per stream, chunks only as far ahead as the receiver's disk allows. */
export class StreamCarrier implements BlobCarrier {
  readonly #init: StreamCarrierInit
  readonly #idle = new Map<HubId, BlobChannel[]>()
  readonly #serving = new Gate(liveLimits.blobServesMax)

  constructor(init: StreamCarrierInit) {
    this.#init = init
  }

  async fetch(cid: Cid, from: HubId, signal: AbortSignal): Promise<boolean> {
    return this.#exchange(from, signal, async (channel) => {
      const offset = await this.#init.blobs.partialSize(cid)
      channel.send({ type: 'get', cid, offset })
      const reply = await channel.frame()
      if (reply?.type === 'missing') return false
      if (reply?.type !== 'size') throw brokenTransfer(reasonOf(reply))
      await this.#init.receiver.receive(channel, cid, { offset, size: reply.size })
      return true
    })
  }

  async push(cid: Cid, to: HubId, signal: AbortSignal): Promise<void> {
    const size = await this.#init.blobs.size(cid)
    if (size === null) throw missing(cid)
    await this.#exchange(to, signal, async (channel) => {
      channel.send({ type: 'put', cid, size })
      const reply = await channel.frame()
      if (reply?.type === 'stored') return
      if (reply?.type !== 'accept') throw brokenTransfer(reasonOf(reply))
      await this.#sendChunks(channel, cid, { offset: reply.offset, size })
      const end = await channel.frame()
      if (end?.type === 'corrupt') throw corrupt(cid)
      if (end?.type !== 'stored') throw brokenTransfer(reasonOf(end))
    })
  }

  forget(hub: HubId): void {
    for (const channel of this.#idle.get(hub) ?? []) channel.close()
    this.#idle.delete(hub)
  }

  /** Answers the requests on a stream an admitted hub opened, until it ends. */
  async serve(stream: Stream, signal: AbortSignal): Promise<void> {
    const channel = new BlobChannel(stream)
    const stop = () => channel.abort(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      for (;;) {
        const request = await channel.frame({ patient: true })
        if (request === null) break
        await this.#serving.through(signal, async () => {
          if (request.type === 'get') await this.#serveGet(channel, request)
          else if (request.type === 'put') await this.#servePut(channel, request)
          else throw brokenTransfer(`${request.type} is no request`)
        })
      }
      channel.close()
    } catch (error) {
      this.#init.log.debug(errorFields(error), 'a blob stream ended early')
      channel.abort(error)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async #serveGet(channel: BlobChannel, request: { cid: Cid; offset: number }): Promise<void> {
    const size = await this.#init.blobs.size(request.cid)
    if (size === null) return channel.send({ type: 'missing' })
    channel.send({ type: 'size', size })
    await this.#sendChunks(channel, request.cid, { offset: Math.min(request.offset, size), size })
  }

  async #servePut(channel: BlobChannel, request: { cid: Cid; size: number }): Promise<void> {
    await this.#init.receiver.alone(request.cid, async () => {
      const { cid, size } = request
      if ((await this.#init.blobs.size(cid)) !== null) return channel.send({ type: 'stored' })
      const offset = await this.#init.blobs.partialSize(cid)
      channel.send({ type: 'accept', offset })
      try {
        await this.#init.receiver.receive(channel, cid, { offset, size })
        channel.send({ type: 'stored' })
      } catch (error) {
        if (!(error instanceof ShoalError) || error.code === 'SHOAL_HUB_UNREACHABLE') throw error
        if (error.code === 'SHOAL_BLOB_CORRUPT') channel.send({ type: 'corrupt' })
        else channel.send({ type: 'refused', reason: error.code })
      }
    })
  }

  /** Never more chunks under way than the receiver asked for. */
  async #sendChunks(channel: BlobChannel, cid: Cid, range: { offset: number; size: number }): Promise<void> {
    let sent = 0
    let written = 0
    for (let offset = range.offset; offset < range.size; sent++) {
      for (; sent - written >= liveLimits.blobChunksAheadMax; written++) await expectMore(channel)
      const bytes = await this.#init.blobs.read(cid, offset, Math.min(sizes.blobChunkBytesMax, range.size - offset))
      if (bytes.byteLength === 0) throw missing(cid)
      channel.sendChunk(bytes)
      offset += bytes.byteLength
    }
    // the receiver acknowledges every chunk but the last; what is left unread here would answer the next request
    for (; written < sent - 1; written++) await expectMore(channel)
  }

  /** Runs one request on an idle stream of the peer, or on a new one; the stream is kept when all went well. */
  async #exchange<T>(hub: HubId, signal: AbortSignal, run: (channel: BlobChannel) => Promise<T>): Promise<T> {
    const channel = await this.#acquire(hub, signal)
    const stop = () => channel.abort(signal.reason)
    signal.addEventListener('abort', stop)
    try {
      const result = await run(channel)
      this.#release(hub, channel)
      return result
    } catch (error) {
      channel.abort(error)
      signal.throwIfAborted()
      throw error instanceof ShoalError ? error : brokenTransfer('the stream failed', error)
    } finally {
      signal.removeEventListener('abort', stop)
    }
  }

  async #acquire(hub: HubId, signal: AbortSignal): Promise<BlobChannel> {
    const idle = this.#idle.get(hub) ?? []
    for (let channel = idle.pop(); channel !== undefined; channel = idle.pop()) {
      if (channel.isOpen) return channel
      channel.abort(brokenTransfer('the idle stream ended'))
    }
    try {
      return new BlobChannel(await this.#init.open(hub, signal))
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ShoalError ? error : brokenTransfer('no stream to the hub', error)
    }
  }

  #release(hub: HubId, channel: BlobChannel): void {
    const idle = this.#idle.get(hub) ?? []
    if (!channel.isOpen || idle.length >= liveLimits.blobIdleStreamsMax) return channel.close()
    idle.push(channel)
    this.#idle.set(hub, idle)
  }
}

async function expectMore(channel: BlobChannel): Promise<void> {
  const reply = await channel.frame()
  if (reply?.type !== 'more') throw brokenTransfer(reasonOf(reply))
}

function reasonOf(frame: { type: string; reason?: string } | null): string {
  if (frame === null) return 'the peer ended the stream'
  return frame.type === 'refused' ? `the peer refused: ${frame.reason}` : `an unexpected answer: ${frame.type}`
}

function missing(cid: Cid): ShoalError {
  return new ShoalError('SHOAL_BLOB_MISSING', `blob ${cid} is not here`, { next: 'fetch it from a hub that has it' })
}

function corrupt(cid: Cid): ShoalError {
  return new ShoalError('SHOAL_BLOB_CORRUPT', `blob ${cid} does not match its hash`, {
    next: 'check the disk of the hub that sent it',
  })
}
