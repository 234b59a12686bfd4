/** The stream adapter under pressure, on a real connection. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Stream } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, expect, test } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { type Bytes, boundedDuplex } from '../../src/live/bounded-duplex.ts'
import { patternBytes, until } from './hubs.ts'

const peers: Libp2p[] = []

afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.stop()))
})

async function peer(): Promise<Libp2p> {
  const one = await createLibp2p({
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux({ streamOptions: { maxStreamWindowSize: liveLimits.streamWindowBytesMax } })],
    connectionGater: { denyDialMultiaddr: () => false },
  })
  peers.push(one)
  return one
}

/** Both ends of one stream. */
async function streamPair(): Promise<{
  near: Stream
  far: Promise<Stream>
  onFar: (take: (far: Stream) => void) => void
}> {
  const [a, b] = [await peer(), await peer()]
  let take: (far: Stream) => void = () => undefined
  const far = new Promise<Stream>((resolve) => {
    void b.handle('/test/1', (stream) => {
      take(stream)
      resolve(stream)
    })
  })
  await until(() => b.getProtocols().includes('/test/1'), 'the protocol')
  const near = await a.dialProtocol(b.getMultiaddrs(), '/test/1')
  return { near, far, onFar: (use) => (take = use) }
}

test('a slow reader slows the writer down: neither side gathers more than its bounds, nothing is lost', async () => {
  const readAheadBytesMax = 256 * 1024
  const [a, b] = [await peer(), await peer()]
  const sources: AsyncGenerator<Bytes>[] = []
  const fars: Stream[] = []
  await b.handle('/test/1', (stream) => {
    fars.push(stream)
    sources.push(boundedDuplex(stream, { readAheadBytesMax }).source)
  })
  const near = await a.dialProtocol(b.getMultiaddrs(), '/test/1')
  const chunk = patternBytes(128 * 1024)
  const total = 160
  let given = 0
  let mostWaiting = 0
  async function* chunks() {
    for (; given < total; given++) {
      mostWaiting = Math.max(mostWaiting, near.writeBufferLength)
      yield chunk
    }
  }
  const sending = boundedDuplex(near, { readAheadBytesMax }).sink(chunks())
  await until(() => sources.length === 1, 'the far end')
  await until(() => given >= 2, 'the writer starts')
  let before = -1
  for (; before !== given; await delay(150)) before = given
  expect(given).toBeLessThan(total / 2)
  expect(fars[0]?.status).toBe('open')
  let received = 0
  for await (const bytes of sources[0] ?? []) received += bytes.byteLength
  await sending
  expect(received).toBe(total * chunk.byteLength)
  expect(mostWaiting).toBeLessThanOrEqual(2 * chunk.byteLength)
})

test('what was sent before the writer closed is read to the end', async () => {
  const { near, far } = await streamPair()
  const reader = boundedDuplex(await far, { readAheadBytesMax: 64 * 1024 }).source
  const sink = boundedDuplex(near, { readAheadBytesMax: 1024 }).sink
  async function* chunks() {
    for (let i = 0; i < 40; i++) yield patternBytes(50_000, i)
  }
  const sending = sink(chunks())
  let received = 0
  for await (const bytes of reader) received += bytes.byteLength
  await sending
  expect(received).toBe(2_000_000)
})

test('a reset reaches reader and writer as an error, and nothing throws on the side', async () => {
  const { near, far } = await streamPair()
  const reader = boundedDuplex(await far, { readAheadBytesMax: 1024 }).source
  async function* endless() {
    for (;;) yield patternBytes(64 * 1024)
  }
  const sending = boundedDuplex(near, { readAheadBytesMax: 1024 }).sink(endless())
  const failed = expect(sending).rejects.toThrow()
  await reader.next()
  ;(await far).abort(new Error('reset on purpose'))
  await failed
  await expect(
    (async () => {
      for await (const _ of reader);
    })(),
  ).rejects.toThrow()
})
