/** Who is connected to whom: one link per pair, kept, healed, and closed to those who do not belong. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Connection } from '@libp2p/interface'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { afterEach, expect, test } from 'vitest'
import { withoutHub } from '../../src/live/address-book.ts'
import { createIdentity, type Identity } from '../../src/live/admission/identity.ts'
import { gossipingPeer } from './gossiping-peer.ts'
import {
  at,
  connectedHubs,
  type Founder,
  invited,
  memberOf,
  newSwarm,
  startHub,
  stopAll,
  type TestHub,
  tempFolder,
  until,
  withSecret,
} from './hubs.ts'

const strangers: Libp2p[] = []

afterEach(async () => {
  await Promise.all(strangers.splice(0).map((one) => one.stop()))
  await stopAll()
})

/** A libp2p peer that is no shoal hub, with a secret of its choice. */
async function stranger(prologueBytes?: Uint8Array, identity?: Identity): Promise<Libp2p> {
  const peer = await createLibp2p({
    ...(identity === undefined ? {} : { privateKey: identity.privateKey() }),
    transports: [tcp()],
    connectionEncrypters: [noise(prologueBytes === undefined ? {} : { prologueBytes })],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
  })
  strangers.push(peer)
  return peer
}

/** The same with gossip of its own. */
async function gossipingStranger(prologueBytes: Uint8Array, identity: Identity) {
  const peer = await gossipingPeer(prologueBytes, identity)
  strangers.push(peer)
  return peer
}

function reasons(hub: TestHub): string {
  return hub.network
    .diagnostics()
    .refused.map(({ reason }) => reason)
    .join('; ')
}

test('two hubs that dial each other at the same moment end with one link, told once', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const b = await startHub(await invited(founder))
  a.network.dial(b.address())
  b.network.dial(a.address())
  await until(() => a.connected.has(b.hub) && b.connected.has(a.hub), 'connected')
  a.network.send(b.hub, Uint8Array.of(1))
  b.network.send(a.hub, Uint8Array.of(2))
  await until(() => a.messages.length === 1 && b.messages.length === 1, 'messages both ways')
  expect(a.events).toEqual([`connected ${b.hub}`])
  expect(b.events).toEqual([`connected ${a.hub}`])
})

test('extra connections are dropped and the link lives on', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const [low, high] = a.hub < b.hub ? [a, b] : [b, a]
  const twin = await stranger(a.swarm.secret(), high.identity)
  const connection = await twin.dial(multiaddr(low.address()))
  await until(() => connection.status !== 'open', 'the duplicate is closed')
  low.network.send(high.hub, Uint8Array.of(1))
  await until(() => high.messages.length === 1, 'the message over the first link')
  expect(low.events).toEqual([`connected ${high.hub}`])
})

test('a hub that starts again with the same key is connected again at once', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const port = b.network.diagnostics().port
  await b.network.stop()
  await until(() => !a.connected.has(b.hub), 'the loss is noticed')
  const again = await startHub({ ...b, port })
  await until(() => a.connected.has(b.hub) && again.connected.has(a.hub), 'connected again')
  a.network.send(b.hub, Uint8Array.of(5))
  await until(() => again.messages.length === 1, 'a message')
})

test('addresses of members are remembered over a restart', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const rememberedFile = join(await tempFolder(), 'remembered.json')
  const b = await startHub({ ...(await invited(founder)), peers: [a.address()], rememberedFile })
  await until(() => b.connected.has(a.hub), 'connected')
  await b.network.stop()
  const again = await startHub({ ...b, rememberedFile })
  await until(() => again.connected.has(a.hub), 'connected without being told')
})

test('a stranger without the secret, or with another, fails in the handshake and is recorded', async () => {
  const a = await startHub(await newSwarm())
  for (const secret of [undefined, randomBytes(32)]) {
    const peer = await stranger(secret)
    await expect(peer.dial(multiaddr(a.address()))).rejects.toThrow()
  }
  await until(() => reasons(a).includes('handshake'), 'the refusal is recorded')
  expect(a.events).toEqual([])
})

test('a hub with another secret knows why it cannot connect', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const other = await invited(founder)
  const swarm = withSecret(other.swarm, randomBytes(32))
  const b = await startHub({ ...other, swarm, peers: [a.address()] })
  await until(() => reasons(b).includes('another swarm secret'), 'the reason')
  expect(b.events).toEqual([])
})

test('the secret alone opens nothing: no messages, no gossip, no blobs, and the connection ends', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const cid = await a.blobs.put(randomBytes(100))
  const outsider = await createIdentity()
  const b = await startHub({
    identity: outsider,
    swarm: founder.swarm,
    membership: memberOf(founder.swarm, outsider),
    peers: [a.address()],
  })
  await until(() => reasons(a).includes('no membership certificate'), 'the hub refuses', 10_000)
  await until(() => reasons(b).includes('it refused us'), 'the outsider hears why')
  b.network.publish(Uint8Array.of(1))
  a.network.publish(Uint8Array.of(2))
  expect(b.network.send(a.hub, Uint8Array.of(1))).toBe(false)
  await expect(b.network.fetchBlob(cid, [a.hub], { signal: AbortSignal.timeout(2_000) })).rejects.toMatchObject({
    code: 'SHOAL_BLOB_MISSING',
  })
  expect([a.events, b.events, a.gossip, b.gossip, a.messages]).toEqual([[], [], [], [], []])
})

test('a stranger with the secret gets neither blobs nor gossip through the hello window', async () => {
  const founder = await newSwarm()
  const guest = await invited(founder)
  founder.membership.merge(guest.membership.export())
  const a = await startHub(founder)
  const peer = await gossipingStranger(founder.swarm.secret(), await identityBelow(a.hub))
  const topic = `shoal/2/${founder.swarm.id}`
  const { gossip } = peer.services
  const heard: string[] = []
  gossip.addEventListener('message', ({ detail }) => heard.push(detail.topic))
  gossip.subscribe(topic)
  const connection = await peer.dial(multiaddr(a.address()))
  const blobs = await connection.newStream('/shoal/blob/1')
  await until(() => blobs.status !== 'open', 'the blob stream is refused at once', 2_000)
  const [member = ''] = a.membership.members().filter((hub) => hub !== a.hub)
  const sender = Buffer.concat([Uint8Array.of(member.length), Buffer.from(member)])
  while (connection.status === 'open') {
    await gossip.publish(topic, Buffer.concat([sender, randomBytes(12), Buffer.from('forged')]))
    a.network.publish(Uint8Array.of(1))
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  expect(heard).toEqual([])
  expect(a.gossip).toEqual([])
}, 15_000)

test('a removed hub is cut off everywhere and does not come back', async () => {
  const [a, b, c] = await connectedHubs(3)
  if (a === undefined || b === undefined || c === undefined) throw new Error('three hubs')
  a.membership.remove(c.hub)
  await until(() => !a.connected.has(c.hub) && !b.connected.has(c.hub) && c.connected.size === 0, 'c is alone')
  expect(b.membership.isRemoved(c.hub)).toBe(true)
  expect(reasons(c)).toContain('no member of the swarm any more')
  expect(a.connected.has(b.hub)).toBe(true)
  c.network.dial(b.address())
  await until(() => reasons(b).includes('removed'), 'the refusal is recorded', 10_000)
  expect(c.connected.size).toBe(0)
  expect(a.network.send(c.hub, Uint8Array.of(1))).toBe(false)
})

test('a hub that joined at one member is welcome at all, also when that member is gone', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const b = await startHub({ ...(await invited(founder)), peers: [a.address()] })
  const c = await startHub({ ...(await invited(founder)), peers: [a.address()] })
  await until(() => a.connected.size === 2, 'both at the founder')
  await until(() => c.membership.members().length === 3, 'c knows three members')
  await a.network.stop()
  c.network.dial(b.address())
  await until(() => c.connected.has(b.hub) && b.connected.has(c.hub), 'b and c without the founder')
})

test.each([
  ['an oversize frame', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f)],
  ['a broken hello', Uint8Array.of(4, 0, 1, 2, 3)],
  ['a message before the hello', Uint8Array.of(2, 3, 9)],
  ['an empty frame', Uint8Array.of(0)],
  ['a length without end', new Uint8Array(50).fill(0xff)],
])('garbage on the control stream ends that link only, with a reason: %s', async (_, garbage) => {
  const founder = await newSwarm()
  const [low, high] = await lowAndHigh(founder)
  const a = await startHub({ ...high })
  const bystander = await startHub({ ...(await invited(founder)), peers: [a.address()] })
  await until(() => a.connected.has(bystander.hub), 'a bystander')
  const peer = await stranger(founder.swarm.secret(), low.identity)
  const connection = await peer.dial(multiaddr(a.address()))
  const stream = await connection.newStream('/shoal/ctl/1')
  stream.send(garbage)
  await until(() => stream.status !== 'open' && connection.status !== 'open', 'the connection is reset')
  expect(reasons(a)).toContain('garbage')
  expect(a.connected.has(bystander.hub)).toBe(true)
  expect(a.events).toEqual([`connected ${bystander.hub}`])
})

test('control stream after control stream ends that connection, with a reason: each would be a neighbour that comes anew', async () => {
  const founder = await newSwarm()
  const [low, high] = await lowAndHigh(founder)
  const a = await startHub({ ...high })
  const peer = await stranger(founder.swarm.secret(), low.identity)
  const connection = await peer.dial(multiaddr(a.address()))
  for (let n = 0; n < 8 && connection.status === 'open'; n++) {
    await connection.newStream('/shoal/ctl/1').catch(() => undefined)
  }
  await until(() => connection.status !== 'open', 'the connection is closed')
  expect(reasons(a)).toContain('control stream after control stream')
  await peer.stop()
})

test('a hub on another protocol version is refused with the versions named', async () => {
  const founder = await newSwarm()
  const [low, high] = await lowAndHigh(founder)
  const a = await startHub({ ...high })
  const peer = await stranger(founder.swarm.secret(), low.identity)
  const connection = await peer.dial(multiaddr(a.address()))
  const stream = await connection.newStream('/shoal/ctl/1')
  const hello = {
    versions: { min: 7, max: 9 },
    hub: low.identity.hub,
    swarm: founder.swarm.id,
    boot: 'x',
    chain: low.membership.chain(low.identity.hub),
    known: '',
    addresses: [],
  }
  const body = Buffer.from(JSON.stringify(hello))
  const length = body.byteLength + 1
  stream.send(Buffer.concat([Uint8Array.of((length & 127) | 128, length >> 7, 0), body]))
  await until(() => reasons(a).includes('protocol 7 to 9'), 'the reason')
})

test('a hub that is told its own address leaves it alone; one that meets its own identity says so', async () => {
  const a = await startHub(await newSwarm())
  a.network.dial(a.address())
  const twin = await startHub({ ...a, peers: [withoutHub(a.address())] })
  await until(() => reasons(twin).includes('identity of this hub'), 'the twin is named')
  const { refused, dialFailures } = a.network.diagnostics()
  expect([refused, dialFailures]).toEqual([[], []])
})

test('a port that is taken is named', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const { port } = a.network.diagnostics()
  await expect(startHub({ ...(await invited(founder)), port })).rejects.toMatchObject({
    code: 'SHOAL_PORT_TAKEN',
    message: expect.stringContaining(String(port)),
  })
})

test('no secret and no key shows in logs or diagnostics', async () => {
  const [a, b] = await connectedHubs(2)
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const text = [...a.log.lines, ...b.log.lines, JSON.stringify([a.network.diagnostics(), a.swarm, a.identity])].join()
  for (const secret of [a.swarm.secret(), a.identity.seed(), b.identity.seed()]) {
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      expect(text).not.toContain(Buffer.from(secret).toString(encoding))
    }
  }
})

/** Nobody in particular, but with an id that leaves it to him to open the control stream. */
async function identityBelow(hub: string): Promise<Identity> {
  for (;;) {
    const identity = await createIdentity()
    if (identity.hub < hub) return identity
  }
}

/** Two members, the first with the lower id: it owns the link and opens the control stream. */
async function lowAndHigh(founder: Awaited<ReturnType<typeof newSwarm>>) {
  const two = [await invited(founder), await invited(founder)]
  two.sort((x, y) => (x.identity.hub < y.identity.hub ? -1 : 1))
  return [at(two, 0), at(two, 1)] as const
}

test.each(['lower', 'higher'])(
  'of two hubs with one key the first stays; the second stands back (%s id)',
  async (order) => {
    const founder = await newSwarm()
    const a = await startHub(founder)
    let member = await invited(founder)
    while (member.identity.hub < a.hub !== (order === 'lower')) member = await invited(founder)
    const b = await startHub({ ...member, peers: [a.address()] })
    await until(() => a.connected.has(b.hub), 'the first is connected')
    let told = 0
    const second = await startHub({ ...member, peers: [a.address()], twin: () => told++ })
    await until(() => told > 0, 'the second is told')
    expect(second.connected.size).toBe(0)
    expect(reasons(a)).toContain('another hub with this key')
    expect(a.events).toEqual([`connected ${b.hub}`])
  },
)

test('a member cannot gossip in the name of another: nobody hears it, and the honest word still arrives', async () => {
  const founder = await newSwarm()
  const a = await startHub(founder)
  const b = await startHub({ ...(await invited(founder)), peers: [a.address()] })
  await until(() => a.connected.has(b.hub), 'two hubs')
  let forger = await invited(founder)
  while (forger.identity.hub > a.hub) forger = await invited(founder)
  const peer = await gossipingStranger(founder.swarm.secret(), forger.identity)
  const topic = `shoal/2/${founder.swarm.id}`
  peer.services.gossip.subscribe(topic)
  const connection = await peer.dial(multiaddr(a.address()))
  await greet(connection, forger)
  await until(() => a.connected.has(forger.identity.hub), 'the forger is admitted')
  const forged = () => {
    const sender = Buffer.concat([Uint8Array.of(b.hub.length), Buffer.from(b.hub), randomBytes(12)])
    return Buffer.concat([sender, forger.identity.sign(sender), Buffer.from('forged')])
  }
  const own = () => {
    const { hub } = forger.identity
    const header = Buffer.concat([Uint8Array.of(hub.length), Buffer.from(hub), randomBytes(12)])
    const payload = Buffer.from('own')
    const signed = Buffer.concat([Buffer.from(`shoal gossip 1\0${topic}\0`), header, payload])
    return Buffer.concat([header, forger.identity.sign(signed), payload])
  }
  const heard = (text: string) => a.gossip.some(({ bytes }) => Buffer.from(bytes).toString() === text)
  while (!heard('own')) {
    await peer.services.gossip.publish(topic, own())
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  for (let n = 0; n < 3; n++) await peer.services.gossip.publish(topic, forged())
  await peer.services.gossip.publish(topic, own())
  b.network.publish(Buffer.from('honest'))
  await until(() => heard('honest'), 'the honest word')
  expect(heard('forged')).toBe(false)
}, 20_000)

/** The hello and welcome of a member, by hand. */
async function greet(connection: Connection, { identity, swarm, membership }: Founder): Promise<void> {
  const stream = await connection.newStream('/shoal/ctl/1')
  const hello = {
    versions: { min: 1, max: 1 },
    hub: identity.hub,
    swarm: swarm.id,
    boot: 'by-hand',
    chain: membership.chain(identity.hub),
    known: '',
    addresses: [],
  }
  const frame = (kind: number, body: Uint8Array) => {
    const length = body.byteLength + 1
    const prefix = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
    return Buffer.concat([Uint8Array.from([...prefix, kind]), body])
  }
  stream.send(Buffer.concat([frame(0, Buffer.from(JSON.stringify(hello))), frame(1, new Uint8Array())]))
}

/** A founder, and others that are told of it alone and begin at once. */
async function star(others: number): Promise<[TestHub, ...TestHub[]]> {
  const founder = await newSwarm()
  const center = await startHub(founder)
  const members = await Promise.all(Array.from({ length: others }, () => invited(founder)))
  const rest = await Promise.all(members.map((member) => startHub({ ...member, peers: [center.address()] })))
  return [center, ...rest]
}

test('hubs that were told of one and the same are all connected, stay so without it, and find each other again after a restart', async () => {
  const [center, ...rest] = await star(3)
  await until(() => rest.every((hub) => hub.connected.size === 3), 'everybody is connected to everybody', 20_000)
  await center.network.stop()
  await until(() => rest.every((hub) => hub.connected.size === 2), 'the others notice')
  const last = at(rest, 2)
  const rememberedFile = join(await tempFolder(), 'remembered.json')
  await last.network.stop()
  const again = await startHub({ ...last, rememberedFile, peers: [at(rest, 0).address()] })
  await until(() => again.connected.size === 2, 'connected to both from one address', 20_000)
  await again.network.stop()
  const remembering = await startHub({ ...last, rememberedFile })
  await until(() => remembering.connected.size === 2, 'connected to both from memory', 20_000)
}, 60_000)
