/** The frames of one blob stream: requests and replies as small JSON, chunks as they are; every read has a deadline. */
import type { Stream } from '@libp2p/interface'
import { decode } from 'it-length-prefixed'
import type { Uint8ArrayList } from 'uint8arraylist'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import { boundedDuplex } from './bounded-duplex.ts'
import { OutgoingQueue } from './outgoing-queue.ts'

export const BLOB_PROTOCOL = '/shoal/blob/1'

const cidSchema = v.pipe(v.string(), v.regex(/^b[a-z2-7]{20,100}$/))
const sizeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(sizes.blobBytesMax))

/** `get` and `put` ask; the rest answers. `more` follows every written chunk but the last. */
const frameSchema = v.variant('type', [
  v.object({ type: v.literal('get'), cid: cidSchema, offset: sizeSchema }),
  v.object({ type: v.literal('put'), cid: cidSchema, size: sizeSchema }),
  v.object({ type: v.literal('size'), size: sizeSchema }),
  v.object({ type: v.literal('missing') }),
  v.object({ type: v.literal('accept'), offset: sizeSchema }),
  v.object({ type: v.literal('more') }),
  v.object({ type: v.literal('stored') }),
  v.object({ type: v.literal('corrupt') }),
  v.object({ type: v.literal('refused'), reason: v.pipe(v.string(), v.maxLength(256)) }),
])

export type BlobFrame = v.InferOutput<typeof frameSchema>

const FrameKind = { json: 0, chunk: 1 } as const
const FRAME_BYTES_MAX = sizes.blobChunkBytesMax + 1

export class BlobChannel {
  readonly #stream: Stream
  readonly #frames: AsyncGenerator<Uint8ArrayList, void, undefined>
  readonly #outgoing = new OutgoingQueue({
    queueBytesMax: (liveLimits.blobChunksAheadMax + 1) * FRAME_BYTES_MAX,
    batchBytesMax: liveLimits.controlBatchBytesMax,
  })
  #isBroken = false

  /** Attaches at once; must be called in the tick in which the stream appears. */
  constructor(stream: Stream) {
    this.#stream = stream
    const duplex = boundedDuplex(stream, { readAheadBytesMax: liveLimits.readAheadBytesMax })
    this.#frames = decode(duplex.source, { maxDataLength: FRAME_BYTES_MAX })
    duplex.sink(this.#outgoing.batches()).catch((error: unknown) => this.abort(error))
  }

  /** True while another request may use it. */
  get isOpen(): boolean {
    const { status, writeStatus, remoteWriteStatus } = this.#stream
    return !this.#isBroken && status === 'open' && writeStatus === 'writable' && remoteWriteStatus === 'writable'
  }

  send(frame: BlobFrame): void {
    this.#push(FrameKind.json, Buffer.from(JSON.stringify(frame), 'utf8'))
  }

  sendChunk(bytes: Uint8Array): void {
    this.#push(FrameKind.chunk, bytes)
  }

  /** The next frame, or null when the peer ended the stream. */
  async frame(options?: { readonly patient: boolean }): Promise<BlobFrame | null> {
    const next = await this.#next(options?.patient === true ? null : liveLimits.blobStallMs)
    if (next === null) return null
    if (next[0] !== FrameKind.json) throw invalidFrame('a chunk nobody asked for')
    const parsed = v.safeParse(frameSchema, parseJson(next.subarray(1)))
    if (!parsed.success) throw invalidFrame('a blob frame that does not read as one')
    return parsed.output
  }

  async chunk(): Promise<Uint8Array> {
    const next = await this.#next(liveLimits.blobStallMs)
    if (next === null) throw brokenTransfer('the peer ended the stream')
    if (next[0] !== FrameKind.chunk || next.byteLength < 2) throw invalidFrame('something else than a chunk')
    return next.subarray(1)
  }

  close(): void {
    this.#outgoing.end()
  }

  abort(cause: unknown): void {
    if (this.#isBroken) return
    this.#isBroken = true
    this.#outgoing.end()
    this.#stream.abort(cause instanceof Error ? cause : new Error(String(cause)))
  }

  #push(kind: number, bytes: Uint8Array): void {
    if (!this.#outgoing.push(Uint8Array.of(kind), bytes)) throw brokenTransfer('the stream takes no more')
  }

  /** Null as a deadline waits as long as the stream lives. */
  async #next(stallMs: number | null): Promise<Uint8Array | null> {
    let timer: NodeJS.Timeout | undefined
    if (stallMs !== null)
      timer = setTimeout(() => this.abort(brokenTransfer(`nothing came for ${stallMs} ms`)), stallMs)
    try {
      const { done, value } = await this.#frames.next()
      return done ? null : value.subarray()
    } finally {
      clearTimeout(timer)
    }
  }
}

export function brokenTransfer(what: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_HUB_UNREACHABLE', `a blob transfer broke: ${what}`, {
    next: 'nothing: it is tried again with another holder',
    cause,
  })
}

function invalidFrame(what: string): ShoalError {
  return new ShoalError('SHOAL_FRAME_INVALID', what, { next: 'run the same version of shoal on both hubs' })
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null // judged by the schema, which names what is wrong
  }
}
