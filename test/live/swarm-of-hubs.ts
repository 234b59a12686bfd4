/** Whole live hubs in one process: real network, disk, slots and ledgers, with a runtime that needs no user code. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { ProcessSlotPool } from '../../src/execute/pool.ts'
import { verify } from '../../src/live/admission/identity.ts'
import { Libp2pNetwork } from '../../src/live/libp2p-network.ts'
import { LiveHub } from '../../src/live/live-hub.ts'
import { LocalSurface } from '../../src/live/local-surface.ts'
import { realDisk } from '../../src/store/disk.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { LedgerStore } from '../../src/store/ledger-store.ts'
import { type Founder, invited, newSwarm, TestLog, tempFolder } from './hubs.ts'

export interface WholeHub {
  readonly live: LiveHub
  readonly surface: LocalSurface
  readonly member: Founder
  readonly home: string
  readonly log: TestLog
  address(): string
}

const running = new Set<WholeHub>()
let incarnation = 1

/** Starts a hub in a home; a second start of the same home is a restart. */
export async function startWhole(init: { member: Founder; home?: string; peers?: string[] }): Promise<WholeHub> {
  const { member } = init
  const home = init.home ?? (await tempFolder())
  const log = new TestLog()
  const blobs = await FileBlobStore.open(realDisk, join(home, 'blobs'))
  const network = new Libp2pNetwork(
    { ...member, blobs, log },
    { port: 0, listen: ['127.0.0.1'], peers: init.peers ?? [], rememberedFile: join(home, 'peers.json'), mdns: false },
  )
  const runtimeUrl = new URL('../fixtures/family-runtime.ts', import.meta.url).href
  const live = new LiveHub(
    {
      network,
      blobs,
      ledgerStore: new LedgerStore(realDisk, join(home, 'ledgers')),
      slots: new ProcessSlotPool({ size: 1, log: () => undefined, runtimeUrl }),
      crypto: { verify, sha256: (bytes) => createHash('sha256').update(bytes).digest() },
      sign: (bytes) => member.identity.sign(bytes),
      swarm: member.swarm.id,
      roles: (hub) => member.membership.roles(hub),
      admits: (hub, isRelayed) => member.membership.mayHaveWritten(hub, isRelayed),
      log,
    },
    {
      hub: member.identity.hub,
      boot: randomBytes(8).toString('hex'),
      incarnation: incarnation++,
      slots: 1,
      cores: 1,
      speed: 1,
      compute: true,
      labels: {},
      wallOffsetMs: Date.now() - performance.now(),
    },
  )
  const place = {
    info: () => ({ hub: member.identity.hub, swarm: '', addresses: [], slots: 1, isolation: 'L0', version: '' }),
    doctor: () => Promise.reject(new Error('not here')),
    createToken: () => Promise.reject(new Error('not here')),
    acceptHub: () => Promise.reject(new Error('not here')),
    removeHub: () => Promise.reject(new Error('not here')),
    maySubmit: () => true,
  }
  const surface = new LocalSurface(live, place, { waitsForDisk: true })
  await live.start()
  const address = () => network.addresses().find((one) => one.includes('127.0.0.1')) ?? ''
  const whole = { live, surface, member, home, log, address }
  running.add(whole)
  return whole
}

/** `count` connected hubs of one swarm. */
export async function startSwarm(count: number): Promise<WholeHub[]> {
  const founder = await newSwarm()
  const hubs = [await startWhole({ member: founder })]
  for (let index = 1; index < count; index++) {
    hubs.push(await startWhole({ member: await invited(founder), peers: hubs.map((hub) => hub.address()) }))
  }
  return hubs
}

export async function stopWhole(hub: WholeHub): Promise<void> {
  running.delete(hub)
  await hub.live.stop()
}

export async function stopSwarm(): Promise<void> {
  await Promise.all([...running].map(stopWhole))
}

/** A job for `family-runtime`. */
export function familyJob(
  families: readonly number[],
  options: { shardMs?: number; bytes?: number; throwsAt?: number; logs?: boolean } = {},
) {
  const program = {
    families,
    shardMs: options.shardMs ?? 0,
    bytes: options.bytes ?? 1,
    throwsAt: options.throwsAt ?? -1,
    logs: options.logs ?? false,
  }
  return {
    name: 'families',
    program: Buffer.from(JSON.stringify(program)),
    input: { kind: 'generated' as const, scale: 1 },
    options: { chunks: null, deadlineMs: null, audit: false },
  }
}
