/** A libp2p stream as an it-pipe duplex with real backpressure in both directions. */
import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

export type Bytes = Uint8Array | Uint8ArrayList

export interface BoundedDuplex {
  /** What the peer sends. Not reading it stops the peer, after `readAheadBytesMax` here and one stream window on the way. */
  readonly source: AsyncGenerator<Bytes, void, undefined>
  /** Sends all of `source`, waiting for the stream to drain; then closes the writing side. Rejects when the stream breaks. */
  readonly sink: (source: AsyncIterable<Bytes>) => Promise<void>
}

/**
 * Attaches to a stream. To be called in the same tick in which the stream appears: libp2p resets streams that gather 4 MiB
 * without a reader. libp2p's own adapters queue without bound, and its `onDrain()` works once per stream.
 */
export function boundedDuplex(stream: Stream, init: { readonly readAheadBytesMax: number }): BoundedDuplex {
  return {
    source: new StreamReader(stream, init.readAheadBytesMax).chunks(),
    sink: (source) => writeStream(stream, source),
  }
}

/** Waits until the stream takes more. Rejects when it closes instead. */
export async function streamDrained(stream: Stream): Promise<void> {
  if (stream.writeStatus !== 'writable') throw brokenStream()
  if (!stream.writableNeedsDrain && stream.writeBufferLength === 0) return
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      stream.removeEventListener('drain', onDrain)
      stream.removeEventListener('idle', onDrain)
      stream.removeEventListener('close', onClose)
    }
    const onDrain = () => {
      stop()
      resolve()
    }
    const onClose = (event: { error?: Error }) => {
      stop()
      reject(event.error ?? brokenStream())
    }
    stream.addEventListener('drain', onDrain)
    stream.addEventListener('idle', onDrain)
    stream.addEventListener('close', onClose)
  })
}

async function writeStream(stream: Stream, source: AsyncIterable<Bytes>): Promise<void> {
  for await (const chunk of source) {
    if (stream.writeStatus !== 'writable') throw brokenStream()
    if (!stream.send(chunk)) await streamDrained(stream)
  }
  if (stream.writeStatus === 'writable') await stream.close()
}

/** Gathers what arrives and pauses the stream when the reader falls behind. */
class StreamReader {
  readonly #stream: Stream
  readonly #readAheadBytesMax: number
  readonly #queue: Bytes[] = []
  #queuedBytes = 0
  #ended: boolean
  #failure: Error | null = null
  #wake: (() => void) | null = null

  constructor(stream: Stream, readAheadBytesMax: number) {
    this.#stream = stream
    this.#readAheadBytesMax = readAheadBytesMax
    this.#ended = stream.readableEnded
    stream.addEventListener('message', this.#onMessage)
    stream.addEventListener('end', this.#onEnd)
    stream.addEventListener('close', this.#onClose)
  }

  async *chunks(): AsyncGenerator<Bytes, void, undefined> {
    try {
      for (;;) {
        const chunk = this.#take()
        if (chunk !== null) {
          yield chunk
        } else if (this.#ended) {
          if (this.#failure !== null) throw this.#failure
          return
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
        }
      }
    } finally {
      this.#detach()
    }
  }

  #take(): Bytes | null {
    const chunk = this.#queue.shift()
    if (chunk === undefined) return null
    this.#queuedBytes -= chunk.byteLength
    // resume() throws on a closed stream, and from an event handler that would end the process
    const isBehind = this.#queuedBytes >= this.#readAheadBytesMax / 2
    if (!isBehind && this.#stream.readStatus === 'paused') this.#stream.resume()
    return chunk
  }

  readonly #onMessage = (event: StreamMessageEvent): void => {
    this.#queue.push(event.data)
    this.#queuedBytes += event.data.byteLength
    const isFull = this.#queuedBytes >= this.#readAheadBytesMax
    if (isFull && this.#stream.readStatus === 'readable') this.#stream.pause()
    this.#awaken()
  }

  readonly #onEnd = (): void => {
    this.#ended = true
    this.#awaken()
  }

  /** A stream that closed while paused still has bytes to give; 'end' follows once they are read. */
  readonly #onClose = (event: { error?: Error }): void => {
    this.#failure ??= event.error ?? null
    if (this.#failure !== null || this.#stream.readBufferLength === 0) this.#ended = true
    this.#awaken()
  }

  #awaken(): void {
    this.#wake?.()
    this.#wake = null
  }

  #detach(): void {
    this.#stream.removeEventListener('message', this.#onMessage)
    this.#stream.removeEventListener('end', this.#onEnd)
    this.#stream.removeEventListener('close', this.#onClose)
  }
}

function brokenStream(): Error {
  return new Error('the stream is closed')
}
