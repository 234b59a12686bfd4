/** A hostile process: `flooder.ts KIND HUB-ADDRESS [TOKEN]`; prints `begun`, and `done` when it has sent what a flood takes, but goes on. */
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { multiaddr } from '@multiformats/multiaddr'
import { encode } from 'dns-packet'
import { createIdentity } from '../../src/live/admission/identity.ts'
import { openToken } from '../../src/live/admission/token.ts'
import { announcementAnswers } from '../../src/live/mdns-packet.ts'
import { gossipingPeer } from '../live/gossiping-peer.ts'

const PEERS = 10_000
const TOPICS = 10_000
const STREAMS = 2_000
const BATCH = 100
const SOCKETS = 400
const GARBAGE = 500_000
const CONNECTIONS = 3_000
const ROUNDS = 20
const [kind = '', address = '', token = ''] = process.argv.slice(2)
const port = Number(/\/tcp\/(\d+)/.exec(address)?.[1])
const host = /\/ip4\/([\d.]+)/.exec(address)?.[1] ?? ''

/** Hubs that are not there, of this swarm, of others, and such that ask to join. */
async function mdns(): Promise<void> {
  const socket = createSocket({ type: 'udp4', reuseAddr: true })
  await new Promise<void>((resolve) => socket.bind(0, host, resolve))
  socket.setMulticastInterface(host)
  const swarm = token === '' ? 'abcdefgh' : openToken(token, Date.now()).swarm.prefix
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'
  for (let n = 0; ; n++) {
    if (n === PEERS) process.stdout.write('done\n')
    const hub = `12D3KooW${Array.from(randomBytes(44), (byte) => alphabet[byte % alphabet.length]).join('')}`
    const named = [swarm, 'pairing', 'otherone'][n % 3] ?? swarm
    const answers = announcementAnswers({ hub, swarm: named, port: 1 + (n % 60_000), addresses: [host], gone: false })
    socket.send(encode({ type: 'response', answers }), 5353, '224.0.0.251')
    if (n % BATCH === 0) await delay(10)
  }
}

/** Strangers: connections that say nothing, a byte now and then, or garbage with a great length in front. */
function halfOpen(): void {
  let tried = 0
  const words = [Buffer.alloc(0), Buffer.from([0x13]), Buffer.alloc(GARBAGE, 0xff), Buffer.from('/multistream/1.0.0\n')]
  const open = (n: number): void => {
    const socket = connect(port, host)
    const trickle = setInterval(() => socket.write(Buffer.from([n & 0xff])), 1_000)
    socket.on('error', () => undefined)
    socket.on('connect', () => socket.write(words[n % words.length] ?? ''))
    socket.on('close', () => {
      if (++tried === CONNECTIONS) process.stdout.write('done\n')
      clearInterval(trickle)
      setTimeout(() => open(n), 200)
    })
  }
  for (let n = 0; n < SOCKETS; n++) open(n)
}

/** A member gone bad: thousands of streams, great frames, topics without end, each as fast as it can. */
async function member(flood: 'streams' | 'topics'): Promise<void> {
  const { swarm, statementsFor } = openToken(token, Date.now())
  // the hub with the lower id opens the control stream: this one must, to be let in
  const victim = /\/p2p\/(\w+)/.exec(address)?.[1] ?? ''
  let identity = await createIdentity()
  while (identity.hub > victim) identity = await createIdentity()
  const peer = await gossipingPeer(swarm.secret(), identity)
  const chain = statementsFor(identity.hub, Date.now()).certificates
  const names = { hub: identity.hub, swarm: swarm.id, boot: 'flood', known: '' }
  const hello = Buffer.from(JSON.stringify({ versions: { min: 1, max: 1 }, ...names, chain, addresses: [] }))
  if (flood === 'topics') for (let n = 0; n < TOPICS; n++) peer.services.gossip.subscribe(`topic-${n}`)
  for (let round = 0; ; round++) {
    if (round === ROUNDS) process.stdout.write('done\n')
    const connection = await peer.dial(multiaddr(address), { signal: soon() }).catch(() => null)
    if (connection === null) {
      await delay(100)
      continue
    }
    const control = await connection.newStream('/shoal/ctl/1', { signal: soon() }).catch(() => null)
    if (control?.status === 'open') control.send(Buffer.concat([frame(0, hello), frame(1, Buffer.alloc(0))]))
    // every fourth time the flood comes after it was let in
    if (flood === 'streams' && round % 4 === 0) await delay(500)
    for (let n = 0; flood === 'streams' && n < STREAMS / ROUNDS; n++) {
      const protocol = ['/shoal/ctl/1', '/shoal/blob/1', '/meshsub/1.1.0'][n % 3] ?? ''
      const options = { maxOutboundStreams: STREAMS, signal: soon() }
      const stream = await connection.newStream(protocol, options).catch(() => null)
      if (stream?.status === 'open') stream.send(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, n & 0xff))
      if (connection.status !== 'open') break
    }
    await delay(flood === 'topics' ? 200 : 20)
    if (flood === 'streams') connection.abort(new Error('again'))
  }
}

/** The victim may hang up at any moment, and libp2p would wait. */
function soon(): AbortSignal {
  return AbortSignal.timeout(500)
}

function frame(code: number, body: Uint8Array): Uint8Array {
  const length = body.byteLength + 1
  const prefix = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  return Buffer.concat([Uint8Array.from([...prefix, code]), body])
}

process.on('uncaughtException', () => undefined)
process.stdout.write('begun\n')
if (kind === 'mdns') await mdns()
if (kind === 'half-open') halfOpen()
if (kind === 'streams' || kind === 'topics') await member(kind)
