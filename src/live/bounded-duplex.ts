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
    source: readStream(stream, init.readAheadBytesMax),
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

function readStream(stream: Stream, readAheadBytesMax: number): AsyncGenerator<Bytes, void, undefined> {
  const queue: Bytes[] = []
  let queuedBytes = 0
  let ended = stream.readableEnded
  let failure: Error | null = null
  let wake: (() => void) | null = null

  const awaken = () => {
    wake?.()
    wake = null
  }
  const onMessage = (event: StreamMessageEvent) => {
    queue.push(event.data)
    queuedBytes += event.data.byteLength
    if (queuedBytes >= readAheadBytesMax && stream.readStatus === 'readable') stream.pause()
    awaken()
  }
  const onEnd = () => {
    ended = true
    awaken()
  }
  const onClose = (event: { error?: Error }) => {
    failure ??= event.error ?? null
    if (failure !== null || stream.readBufferLength === 0) ended = true
    awaken()
  }
  stream.addEventListener('message', onMessage)
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onClose)

  // resume() throws on a closed stream, and from an event handler that would end the process
  const resume = () => {
    if (queuedBytes < readAheadBytesMax / 2 && stream.readStatus === 'paused') stream.resume()
  }
  const detach = () => {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('end', onEnd)
    stream.removeEventListener('close', onClose)
  }

  return (async function* () {
    try {
      for (;;) {
        const chunk = queue.shift()
        if (chunk !== undefined) {
          queuedBytes -= chunk.byteLength
          resume()
          yield chunk
        } else if (ended) {
          if (failure !== null) throw failure
          return
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve
          })
        }
      }
    } finally {
      detach()
    }
  })()
}

function brokenStream(): Error {
  return new Error('the stream is closed')
}
