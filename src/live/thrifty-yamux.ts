/** Yamux that lets a peer send on when half of its window is used: libp2p's own answers every single message with a frame. */
import type { StreamMuxerFactory } from '@libp2p/interface'
import { type YamuxMuxerInit, yamux } from '@libp2p/yamux'

/** What of @libp2p/yamux this rests on. Should a later version have none of it, its streams are left as they are. */
interface StreamMaker {
  _newStream?: (...args: unknown[]) => unknown
}

interface Stream {
  readonly state: number
  readonly recvWindow: number
  readonly recvWindowCapacity: number
  sendWindowUpdate(): void
}

/** `StreamState.Established`: in all other states an update also opens, accepts or resumes the stream. */
const ESTABLISHED = 3

export function thriftyYamux(init: YamuxMuxerInit): () => StreamMuxerFactory {
  const make = yamux(init)
  return () => {
    const factory = make()
    return {
      protocol: factory.protocol,
      createStreamMuxer(connection) {
        const muxer = factory.createStreamMuxer(connection)
        const maker = muxer as unknown as StreamMaker
        const create = maker._newStream?.bind(muxer)
        if (create !== undefined) maker._newStream = (...args) => thrifty(create(...args))
        return muxer
      },
    }
  }
}

function thrifty<S>(stream: S): S {
  if (!isKnown(stream)) return stream
  const send = stream.sendWindowUpdate.bind(stream)
  stream.sendWindowUpdate = () => {
    const isAmple = stream.recvWindowCapacity * 2 > stream.recvWindow
    if (stream.state !== ESTABLISHED || !isAmple) send()
  }
  return stream
}

function isKnown(stream: unknown): stream is Stream {
  const known = stream as Partial<Stream>
  const numbers = [known.state, known.recvWindow, known.recvWindowCapacity]
  return typeof known.sendWindowUpdate === 'function' && numbers.every((value) => typeof value === 'number')
}
