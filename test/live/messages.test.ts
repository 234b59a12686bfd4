/** Control messages between real hubs over loopback. */
import { afterEach, expect, test } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { at, connectedHubs, patternBytes, stopAll, until } from './hubs.ts'

afterEach(stopAll)

test('messages arrive whole and in order, in both directions', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  for (let i = 0; i < 500; i++) {
    expect(a.network.send(b.hub, Uint8Array.of(i >> 8, i & 255))).toBe(true)
    expect(b.network.send(a.hub, Uint8Array.of(i >> 8, i & 255))).toBe(true)
  }
  await until(() => a.messages.length === 500 && b.messages.length === 500, 'all messages')
  for (const { messages } of [a, b]) {
    expect(messages.map(({ bytes }) => (at([...bytes], 0) << 8) | at([...bytes], 1))).toEqual([...Array(500).keys()])
  }
})

test('a message of 300 kB is one message, not the chunks it travelled in', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const sent = [patternBytes(300_000, 1), patternBytes(3, 2), patternBytes(3_900_000, 3), patternBytes(0, 4)]
  for (const bytes of sent) expect(a.network.send(b.hub, bytes)).toBe(true)
  await until(() => b.messages.length === sent.length, 'four messages')
  sent.forEach((bytes, i) => {
    expect(Buffer.compare(at(b.messages, i).bytes, bytes)).toBe(0)
  })
})

test('what is sent is what was given, even when the buffer changes right after', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const buffer = Uint8Array.of(1, 2, 3)
  a.network.send(b.hub, buffer)
  buffer.fill(9)
  await until(() => b.messages.length === 1, 'the message')
  expect([...at(b.messages, 0).bytes]).toEqual([1, 2, 3])
})

test('a full queue says no instead of growing, and takes messages again once it drained', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const megabyte = patternBytes(1024 * 1024)
  let accepted = 0
  while (a.network.send(b.hub, megabyte)) accepted++
  expect(accepted).toBeLessThanOrEqual(liveLimits.controlQueueBytesMax / megabyte.byteLength)
  await until(() => b.messages.length === accepted, 'everything accepted')
  expect(a.network.send(b.hub, megabyte)).toBe(true)
})

test('a handler that throws loses only that message and leaves a line in the log', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  b.onMessage = (_from, bytes) => {
    if (bytes[0] === 1) throw new Error('a handler failed on purpose')
  }
  for (const first of [0, 1, 2]) a.network.send(b.hub, Uint8Array.of(first))
  await until(() => b.messages.length === 3, 'all three')
  expect(b.connected.has(a.hub)).toBe(true)
  expect(b.log.lines.filter((line) => line.startsWith('error')).join()).toContain('failed on purpose')
})

test('messages queued right before stop still arrive', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  for (let i = 0; i < 20; i++) a.network.send(b.hub, patternBytes(10_000, i))
  await a.network.stop()
  await until(() => b.messages.length === 20, 'all messages')
  await until(() => !b.connected.has(a.hub), 'the disconnect')
})

test('sending to a hub that is not connected is refused', async () => {
  const [a] = await connectedHubs(1)
  if (a === undefined) throw new Error('one hub')
  expect(a.network.send('12D3KooWnobody', Uint8Array.of(1))).toBe(false)
})

test('the round trip of a peer becomes known', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  await until(() => a.network.peers()[0]?.rttMs != null, 'a round trip')
  expect(at(a.network.peers(), 0).hub).toBe(b.hub)
  expect(at(a.network.peers(), 0).rttMs).toBeGreaterThan(0)
})
