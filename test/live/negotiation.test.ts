/** Setting up connections and streams: lengths without end and talk without a name are cut off, at once. */
import { connect } from 'node:net'
import type { Stream, StreamMuxer, StreamMuxerFactory } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import fc from 'fast-check'
import { createLibp2p } from 'libp2p'
import { encode } from 'uint8-varint'
import { afterEach, expect, test } from 'vitest'
import { strictLength, strictMuxer } from '../../src/live/negotiation.ts'
import { newSwarm, startHub, stopAll, until } from './hubs.ts'

afterEach(stopAll)

test('lengths of up to two bytes are read, cut off ones ask for more, longer ones are refused', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 14 - 1), (length) => {
      const bytes = encode(length)
      expect(strictLength(bytes)).toBe(length)
      if (bytes.byteLength > 1) expect(() => strictLength(bytes.subarray(0, 1))).toThrow(RangeError)
    }),
  )
  expect(() => strictLength(new Uint8Array(2).fill(0xff))).toThrow('a length without end')
})

test.each([
  ['at once', Buffer.alloc(0)],
  ['after the greeting', Buffer.from('\x13/multistream/1.0.0\n')],
])('a stranger that announces a length without end %s is cut off before it is read to its end', async (_, greeting) => {
  const { swarm } = await newSwarm()
  const hub = await startHub({ swarm })
  const socket = connect(Number(/\/tcp\/(\d+)/.exec(hub.address())?.[1]), '127.0.0.1')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => undefined)
  socket.write(Buffer.concat([greeting, Buffer.alloc(2_000_000, 0xff)]))
  const before = process.cpuUsage()
  await closed
  const { user } = process.cpuUsage(before)
  // Reading all of it would take ten seconds and more.
  expect(user).toBeLessThan(2_000_000)
})

/** A stream or muxer that does what a test tells it. */
class Scripted extends EventTarget {
  protocol = ''
  /** Somebody reads it. */
  readonly listenerCount = () => 1
  aborted: Error | null = null
  abort(error: Error): void {
    this.aborted = error
  }
  bring(bytes: number): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: new Uint8Array(bytes) }))
  }
}

function openStream(): { stream: Scripted; heard: number[] } {
  const inner = new Scripted()
  const factory: StreamMuxerFactory = { protocol: '/test', createStreamMuxer: () => inner as unknown as StreamMuxer }
  const muxer: EventTarget = strictMuxer(factory).createStreamMuxer(new Scripted() as never)
  const heard: number[] = []
  muxer.addEventListener('stream', (event) => {
    const { detail } = event as CustomEvent<Scripted>
    detail.addEventListener('message', (message) =>
      heard.push((message as CustomEvent & { data: Uint8Array }).data.length),
    )
  })
  const stream = new Scripted()
  inner.dispatchEvent(new CustomEvent('stream', { detail: stream }))
  return { stream, heard }
}

test('a stream that brings too much before a protocol is agreed on ends, and nobody reads it', () => {
  const { stream, heard } = openStream()
  stream.bring(60)
  stream.bring(100_000)
  expect(stream.aborted?.message).toContain('a protocol was to be named')
  expect(heard).toEqual([60])
})

test('afterwards a stream brings what it likes', () => {
  const { stream, heard } = openStream()
  stream.bring(60)
  stream.protocol = '/shoal/ctl/1'
  stream.bring(1_000_000)
  stream.bring(1_000_000)
  expect(stream.aborted).toBe(null)
  expect(heard).toEqual([60, 1_000_000, 1_000_000])
})

test('what comes on a stream that nobody reads yet waits for its reader, whole and in order', async () => {
  const init = (listen: string[]) => ({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [() => strictMuxer(yamux()())],
  })
  const [to, from] = [await createLibp2p(init(['/ip4/127.0.0.1/tcp/0'])), await createLibp2p(init([]))]
  try {
    const waiting: Stream[] = []
    await to.handle('/late/1', (stream) => void waiting.push(stream))
    const stream = await from.dialProtocol(to.getMultiaddrs(), '/late/1')
    for (const byte of [1, 2, 3]) stream.send(Uint8Array.of(byte))
    await until(() => waiting[0]?.readBufferLength === 3, 'the bytes wait')
    const heard: number[] = []
    waiting[0]?.addEventListener('message', ({ data }) => heard.push(...data.subarray()))
    stream.send(Uint8Array.of(4))
    await until(() => heard.length === 4, 'all bytes')
    expect(heard).toEqual([1, 2, 3, 4])
  } finally {
    await Promise.all([to.stop(), from.stop()])
  }
})
