/** Gossip between real hubs over loopback. */
import { afterEach, expect, test, vi } from 'vitest'
import { AdmittedRegistrar } from '../../src/live/admitted-registrar.ts'
import { connectedHubs, invited, newSwarm, startHub, stopAll, type TestHub, until } from './hubs.ts'

afterEach(async () => {
  vi.restoreAllMocks()
  await stopAll()
})

/** Publishes until everybody else heard it: the mesh forms a moment after the connections. */
async function untilHeard(from: TestHub, others: readonly TestHub[], first: number): Promise<void> {
  const timer = setInterval(() => from.network.publish(Uint8Array.of(first)), 50)
  try {
    await until(
      () => others.every((hub) => hub.gossip.some(({ bytes }) => bytes[0] === first)),
      `everybody hears hub ${first}`,
      15_000,
    )
  } finally {
    clearInterval(timer)
  }
}

test('what one hub publishes, all others hear, with its name on it', async () => {
  const hubs = await connectedHubs(3)
  for (const [i, hub] of hubs.entries()) {
    const others = hubs.filter((other) => other !== hub)
    await untilHeard(hub, others, i)
    for (const other of others) {
      expect(other.gossip.filter(({ bytes }) => bytes[0] === i).every(({ from }) => from === hub.hub)).toBe(true)
    }
  }
})

test('a hub does not hear itself, and hears each message once', async () => {
  const hubs = await connectedHubs(3)
  const [a, b, c] = hubs
  if (a === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  await untilHeard(a, [b, c], 0)
  for (let i = 1; i <= 20; i++) a.network.publish(Uint8Array.of(100, i))
  const count = (hub: TestHub) => hub.gossip.filter(({ bytes }) => bytes[0] === 100).length
  await until(() => count(b) === 20 && count(c) === 20, 'all messages')
  expect([count(a), count(b), count(c)]).toEqual([0, 20, 20])
})

test('sixteen hubs on one address hear each other: the default scoring would silence all of them', async () => {
  const founder = await newSwarm()
  const center = await startHub(founder)
  const others: TestHub[] = []
  for (let i = 0; i < 16; i++) {
    others.push(await startHub({ ...(await invited(founder)), peers: [center.address()] }))
  }
  await until(() => center.connected.size === 16, 'all connected to the center', 15_000)
  await untilHeard(center, others, 7)
  const [edge] = others
  if (edge === undefined) throw new Error('an edge')
  await untilHeard(edge, [center, ...others.slice(1)], 8)
}, 40_000)

test('gossip goes on after the connection broke and came back', async () => {
  const hubs = await connectedHubs(2)
  const [a, b] = hubs
  if (a === undefined || b === undefined) throw new Error('two hubs')
  await untilHeard(a, [b], 1)
  const before = b.events.length
  await b.network.stop()
  const again = await startHub({ ...b, peers: [a.address()] })
  await until(() => again.connected.has(a.hub) && a.connected.has(b.hub), 'connected again')
  await untilHeard(a, [again], 2)
  await untilHeard(again, [a], 3)
  expect(b.events.length).toBeGreaterThan(before)
})

test.each(['the founder', 'the joiner'])(
  'what %s missed of the other at first is asked for again: it is not deaf for good',
  async (who) => {
    const founder = await newSwarm()
    const member = await invited(founder)
    const gate = AdmittedRegistrar.prototype.gate
    let lost = 0
    // The first stream of gossip that comes in is never read: with it goes the subscription.
    vi.spyOn(AdmittedRegistrar.prototype, 'gate').mockImplementation(function (this: AdmittedRegistrar, registrar) {
      const gated = gate.call(this, registrar)
      return {
        ...gated,
        handle: (protocol, handler, options) =>
          gated.handle(
            protocol,
            (stream, connection) => (lost++ === 0 ? undefined : handler(stream, connection)),
            options,
          ),
      }
    })
    const a = await startHub(who === 'the founder' ? founder : member)
    vi.restoreAllMocks()
    const b = await startHub(who === 'the founder' ? member : founder)
    b.network.dial(a.address())
    await until(() => a.connected.size === 1 && lost > 0, 'connected, and a stream is lost')
    await untilHeard(a, [b], 1)
    await untilHeard(b, [a], 2)
    expect(lost).toBeGreaterThan(1)
  },
)
