/**
 * Bounds what a peer may say before a protocol is agreed on. libp2p reads lengths there byte by byte and goes on for as long as
 * bytes announce more of them: some hundred kilobytes of 0xff from a stranger hold the event loop for seconds.
 */
import type { Stream, StreamMessageEvent, StreamMuxerFactory, Transport, Upgrader } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'
import { liveLimits } from '../limits.ts'
import { invalidFrame } from './control-stream.ts'

/** Protocol names are shorter than a kilobyte: two bytes tell their length. */
const LENGTH_BYTES_MAX = 2
const CONTINUES = 0x80
/** How libp2p is told to wait, which it is after nearly every message: made once, for taking down a stack costs more than reading. */
const MORE_MUST_COME = new RangeError('more bytes of the length must come')

type Listening = (type: string, listener: (event: CustomEvent<Stream>) => void, ...rest: unknown[]) => void

/** A transport whose connections, both ways, read lengths strictly while they are being set up. */
export function strictTransport(transport: Transport): Transport {
  const createListener = transport.createListener.bind(transport)
  const dial = transport.dial.bind(transport)
  transport.createListener = (options) => createListener({ ...options, upgrader: strict(options.upgrader) })
  transport.dial = (address, options) => dial(address, { ...options, upgrader: strict(options.upgrader) })
  return transport
}

/** A muxer whose streams end when they bring more than a negotiation takes before it is over. */
export function strictMuxer(factory: StreamMuxerFactory): StreamMuxerFactory {
  return {
    protocol: factory.protocol,
    createStreamMuxer(connection) {
      const muxer = factory.createStreamMuxer(connection)
      const add: Listening = muxer.addEventListener.bind(muxer) as Listening
      const strictly: Listening = (type, listener, ...rest) => {
        const bounded = (event: CustomEvent<Stream>): void => {
          if (type === 'stream') boundNegotiation(event.detail)
          listener(event)
        }
        add(type, type === 'stream' ? bounded : listener, ...rest)
      }
      return Object.assign(muxer, { addEventListener: strictly })
    },
  }
}

/** The length of a message in a negotiation, to be read from as many bytes as have come. @throws RangeError while more must come. */
export function strictLength(bytes: Uint8Array | Uint8ArrayList): number {
  let length = 0
  for (let at = 0; at < bytes.byteLength; at++) {
    const byte = (bytes instanceof Uint8Array ? bytes[at] : bytes.get(at)) ?? 0
    length += (byte & (CONTINUES - 1)) * CONTINUES ** at
    if (byte < CONTINUES) return length
    if (at + 1 >= LENGTH_BYTES_MAX) throw invalidFrame('a length without end, where a protocol was to be named')
  }
  throw MORE_MUST_COME
}

/**
 * Registered first on the stream, so that what is too much reaches nobody else. Counting is no reading: libp2p keeps what comes
 * while nobody listens, and takes this for somebody. What only this has seen goes back, to wait for whoever reads the stream.
 */
function boundNegotiation(stream: Stream): void {
  let bytes = 0
  const count = (event: StreamMessageEvent): void => {
    const isOver = stream.protocol !== ''
    if (!isOver) bytes += event.data.byteLength
    if (bytes > liveLimits.negotiationBytesMax) {
      event.stopImmediatePropagation()
      return stream.abort(invalidFrame(`${bytes} bytes, where a protocol was to be named`))
    }
    if (isOver) stream.removeEventListener('message', count)
    if (isOver && stream.listenerCount('message') === 0 && isReadable(stream)) stream.unshift(event.data)
  }
  stream.addEventListener('message', count)
}

function isReadable({ readStatus }: Stream): boolean {
  return readStatus === 'readable' || readStatus === 'paused'
}

/** libp2p hands these options down to where it reads the lengths. */
function strict(upgrader: Upgrader): Upgrader {
  return {
    upgradeInbound: (connection, options) => upgrader.upgradeInbound(connection, strictly(options)),
    upgradeOutbound: (connection, options) => upgrader.upgradeOutbound(connection, strictly(options)),
    createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
  } as Upgrader
}

function strictly<Options extends object | undefined>(options: Options): Options {
  return { ...options, lengthDecoder: strictLength }
}
