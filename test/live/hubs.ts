/** Real networks in one process over loopback TCP, without discovery, for tests. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { createIdentity, type Identity } from '../../src/live/admission/identity.ts'
import { Membership } from '../../src/live/admission/membership.ts'
import { foundSwarm, Swarm } from '../../src/live/admission/swarm.ts'
import { createToken, openToken } from '../../src/live/admission/token.ts'
import { Libp2pNetwork } from '../../src/live/libp2p-network.ts'
import type { Log } from '../../src/live/log.ts'
import type { HubId } from '../../src/program/ref.ts'
import { TestBlobStore } from './memory-store.ts'

/** Keeps every line, to be searched for secrets and complaints. */
export class TestLog implements Log {
  readonly lines: string[] = []
  readonly debug = this.#writer('debug')
  readonly info = this.#writer('info')
  readonly warn = this.#writer('warn')
  readonly error = this.#writer('error')

  #writer(level: string) {
    return (fields: Readonly<Record<string, unknown>>, message: string) =>
      void this.lines.push(`${level} ${message} ${JSON.stringify(fields)}`)
  }
}

export interface TestHub {
  readonly hub: HubId
  readonly identity: Identity
  readonly swarm: Swarm
  readonly membership: Membership
  readonly network: Libp2pNetwork
  readonly blobs: TestBlobStore
  readonly log: TestLog
  readonly connected: Set<HubId>
  /** Every `connected` and `disconnected`, in order. */
  readonly events: string[]
  readonly messages: { from: HubId; bytes: Uint8Array }[]
  readonly gossip: { from: HubId; bytes: Uint8Array }[]
  /** Quiet hubs that answered. */
  readonly answers: HubId[]
  onMessage: (from: HubId, bytes: Uint8Array) => void
  address(): string
}

export interface HubInit {
  readonly identity?: Identity
  readonly membership?: Membership
  readonly swarm: Swarm
  readonly port?: number
  readonly peers?: readonly string[]
  readonly rememberedFile?: string
  readonly blobs?: TestBlobStore
  readonly twin?: () => void
}

const started: TestHub[] = []
const folders: string[] = []

export async function startHub(init: HubInit): Promise<TestHub> {
  const log = new TestLog()
  const identity = init.identity ?? (await createIdentity())
  const swarm = init.swarm
  const membership = init.membership ?? memberOf(swarm, identity, log)
  const blobs = init.blobs ?? new TestBlobStore()
  const network = new Libp2pNetwork(
    { identity, swarm, membership, blobs, log },
    {
      port: init.port ?? 0,
      listen: ['127.0.0.1'],
      peers: init.peers ?? [],
      rememberedFile: init.rememberedFile ?? join(await tempFolder(), 'remembered.json'),
      mdns: false,
      twin: () => init.twin?.(),
    },
  )
  const hub = watch({ identity, swarm, membership, network, blobs, log })
  await network.start({
    connected: (peer) => {
      hub.connected.add(peer)
      hub.events.push(`connected ${peer}`)
    },
    disconnected: (peer) => {
      hub.connected.delete(peer)
      hub.events.push(`disconnected ${peer}`)
    },
    heard: (peer) => void hub.answers.push(peer),
    message: (from, bytes) => {
      hub.messages.push({ from, bytes })
      hub.onMessage(from, bytes)
    },
    gossip: (from, bytes) => void hub.gossip.push({ from, bytes }),
  })
  started.push(hub)
  return hub
}

type Parts = Pick<TestHub, 'identity' | 'swarm' | 'membership' | 'network' | 'blobs' | 'log'>

function watch(parts: Parts): TestHub {
  return {
    ...parts,
    hub: parts.identity.hub,
    connected: new Set(),
    events: [],
    messages: [],
    gossip: [],
    answers: [],
    onMessage: () => undefined,
    address: () => parts.network.addresses().find((address) => address.includes('127.0.0.1')) ?? '',
  }
}

/** A membership in which only the founder and this hub's own certificate are known. */
export function memberOf(swarm: Swarm, identity: Identity, log: Log = new TestLog()): Membership {
  return new Membership({ identity, swarm, log }, { file: null, nowMs: Date.now })
}

/** A new swarm with its founder's identity and membership. */
export async function newSwarm() {
  const identity = await createIdentity()
  const swarm = foundSwarm(identity.hub, 'test')
  return { identity, swarm, membership: memberOf(swarm, identity) }
}

export type Founder = Awaited<ReturnType<typeof newSwarm>>

/** What a hub has after joining with a token of the founder. */
export async function invited(founder: Founder, uses = 1): Promise<Founder> {
  const text = await createToken({ ...founder, nowMs: Date.now }, { expiresMs: 60_000, uses, addresses: [] })
  return joined(text)
}

export async function joined(token: string): Promise<Founder> {
  const identity = await createIdentity()
  const { swarm, statementsFor } = openToken(token, Date.now())
  const membership = memberOf(swarm, identity)
  membership.merge(statementsFor(identity.hub, Date.now()))
  return { identity, swarm, membership }
}

/** `count` hubs of one swarm, the founder first, each told the addresses of those before it, all connected. */
export async function connectedHubs(count: number): Promise<TestHub[]> {
  const founder = await newSwarm()
  const hubs = [await startHub(founder)]
  for (let i = 1; i < count; i++) {
    hubs.push(await startHub({ ...(await invited(founder)), peers: hubs.map((hub) => hub.address()) }))
  }
  await until(() => hubs.every((hub) => hub.connected.size === count - 1), `${count} hubs are connected`, 15_000)
  return hubs
}

/** The same swarm with another secret, as a stranger would guess it. */
export function withSecret(swarm: Swarm, secret: Uint8Array): Swarm {
  return new Swarm({ founder: swarm.founder, name: swarm.name, secret })
}

export async function stopAll(): Promise<void> {
  await Promise.all(started.splice(0).map((hub) => hub.network.stop()))
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))
}

export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-live-'))
  folders.push(folder)
  return folder
}

/** Waits for a condition, polling; fails with what it waited for. */
export async function until(condition: () => boolean, what: string, deadlineMs = 5_000): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`)
    await delay(5)
  }
}

/** At index i of a repeatable sequence. */
export function patternBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length)
  let state = seed
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    bytes[i] = state >>> 16
  }
  return bytes
}

export function at<T>(list: readonly T[], index: number): T {
  const value = list[index]
  if (value === undefined) throw new Error(`nothing at ${index} of ${list.length}`)
  return value
}
