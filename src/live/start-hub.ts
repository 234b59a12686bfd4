/** Starts the hub of a home folder: identity, disk, slots, network, and the hub itself, wired together. */
import { createHash, randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { LocalHub } from '../client/local-hub.ts'
import { ShoalError } from '../errors.ts'
import { type Guard, openGuard, type Trust } from '../execute/isolation/guard.ts'
import { needsNode } from '../execute/isolation/needs-node.ts'
import { probeWalls } from '../execute/isolation/walls.ts'
import { ProcessSlotPool } from '../execute/pool.ts'
import { ISOLATION_LABEL, TRUST_LABEL } from '../program/isolation-level.ts'
import type { HubId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { fleetingDisk, realDisk } from '../store/disk.ts'
import { FileBlobStore } from '../store/file-blob-store.ts'
import { LedgerStore } from '../store/ledger-store.ts'
import { OverflowBlobStore } from '../store/overflow-blob-store.ts'
import { type OpenAdmission, openAdmission } from './admission/admission.ts'
import { verify } from './admission/identity.ts'
import type { PairOptions } from './admission/pairing/enter.ts'
import { HistoryFile } from './history-file.ts'
import { nextIncarnation } from './incarnation.ts'
import { Libp2pNetwork } from './libp2p-network.ts'
import { LiveHub } from './live-hub.ts'
import { LoadMonitor } from './load-monitor.ts'
import { LocalSurface } from './local-surface.ts'
import { errorFields, type Log } from './log.ts'
import { machineLabels } from './machine-labels.ts'
import { machineSpeed } from './machine-speed.ts'
import type { Refusal } from './refusals.ts'
import { SpotProfiles } from './spot-profiles.ts'
import { SwarmPlace } from './swarm-place.ts'

export type Role = 'compute' | 'submit' | 'observe'

export interface StartHubOptions {
  readonly home: string
  /** TCP port for other hubs; 0 takes any free one. */
  readonly port: number
  /** Shards at once. */
  readonly slots: number
  readonly labels: Readonly<Record<string, string>>
  readonly roles: readonly Role[]
  /** A join token. */
  readonly join: string | null
  /** Shows the code by which a member lets this hub in; null: without a token it founds a swarm, if it is in none. */
  readonly pair: PairOptions['show'] | null
  /** Multiaddrs of hubs to connect to. */
  readonly peers: readonly string[]
  /** Name of the swarm that the first hub founds. */
  readonly swarm: string | null
  readonly mdns: boolean
  /** Whether running shards may leave when this machine becomes slow. */
  readonly migration: boolean
  /** Whether slots give way to programs of other sessions on this machine, too. */
  readonly yields?: boolean
  /** Whose code runs without walls here. */
  readonly trust: Trust
  /** Whether to find out how fast this machine is; hubs that share one need not. */
  readonly measuresSpeed: boolean
  /** The home goes with the hub, so a job of it outlives neither: nothing waits for the medium, and a lone hub not for its disk to say that it has the job. */
  readonly isTransient?: boolean
  /** Folder for the hub's history; null: none is written. */
  readonly history: string | null
  readonly log: Log
}

export interface StartedHub {
  readonly hub: LocalHub
  /** Rejects with SHOAL_HUB_TWIN when another hub with this key was there first. */
  readonly twin: Promise<never>
  /** Resolves with the hub that orders this one to drain. */
  readonly ordered: Promise<HubId>
  /** Who was refused, or refused this hub, latest first; what is over is left out. */
  refusals(): readonly Refusal[]
  stop(): Promise<void>
}

const DEFAULT_SWARM = 'home'

/**
 * Brings a hub up; resolves when it listens.
 * @throws ShoalError SHOAL_HOME_UNUSABLE, SHOAL_PORT_TAKEN, SHOAL_TOKEN_INVALID, SHOAL_TOKEN_EXPIRED, SHOAL_PAIRING_FAILED, SHOAL_SLOT_START.
 */
export async function startHub(options: StartHubOptions): Promise<StartedHub> {
  const { home, log } = options
  const nowMs = () => Date.now()
  const name = options.swarm ?? DEFAULT_SWARM
  const admission = await openAdmission(home, { name, join: options.join, pair: pairOptions(options), nowMs, log })
  const disk = options.isTransient === true ? fleetingDisk : realDisk
  const blobs = new OverflowBlobStore(await FileBlobStore.open(disk, join(home, 'blobs')), (error) =>
    log.warn(errorFields(error), 'a blob stays in memory, for the disk refuses it'),
  )
  const profiles = await SpotProfiles.open(disk, join(home, 'spots'), log)
  const ledgerStore = new LedgerStore(disk, join(home, 'ledgers'))
  const walls = probeWalls()
  const guard = openGuard({ self: admission.identity.hub, trust: options.trust, launchers: walls.launchers, needsNode })
  const slots = new ProcessSlotPool({
    guard,
    yields: options.yields ?? false,
    size: Math.max(1, options.slots),
    log: (line) => log.info({ room: 'slots' }, line),
  })
  const twin = Promise.withResolvers<never>()
  twin.promise.catch(() => undefined)
  const network = openNetwork(options, admission, blobs, () => twin.reject(twinError()))
  const init = await hubInit(options, admission, guard)
  const history = openHistory(options, init)
  const live = new LiveHub(
    {
      network,
      blobs,
      ledgerStore,
      slots,
      profiles,
      crypto: { verify, sha256: (bytes) => createHash('sha256').update(bytes).digest() },
      sign: (bytes) => admission.identity.sign(bytes),
      swarm: admission.swarm.id,
      admits: (hub, isRelayed) => admission.membership.mayHaveWritten(hub, isRelayed),
      roles: (hub) => admission.membership.roles(hub),
      log,
      history,
    },
    init,
  )
  const place = new SwarmPlace({
    admission,
    network,
    slots,
    walls,
    trust: options.trust,
    roles: options.roles,
    slotCount: options.slots,
    sought: { mdns: options.mdns, named: options.peers.length },
    nowMs,
  })
  live.hub.state.migrates = options.migration
  const surface = new LocalSurface(live, place, { waitsForDisk: options.isTransient !== true })
  const monitor = new LoadMonitor({
    usage: () => slots.usage(),
    report: (report) => {
      live.input({ type: 'load', report })
      live.input({ type: 'links', links: linksOf(network) })
    },
    file: join(home, 'forecast.json'),
    log,
  })
  await startAll(live, monitor, log)
  if (options.measuresSpeed) tellSpeed(live, home, log)
  return {
    hub: surface,
    twin: twin.promise,
    ordered: surface.ordered,
    refusals: () => network.refusals(),
    stop: async () => {
      await monitor.stop()
      await live.stop()
      history?.close()
    },
  }
}

function pairOptions({ pair: show, port, mdns }: StartHubOptions): PairOptions | null {
  return show === null ? null : { show, port, mdns }
}

function openHistory(options: StartHubOptions, { hub, boot }: { hub: string; boot: string }): HistoryFile | null {
  if (options.history === null) return null
  const history = new HistoryFile(options.history, hub, (why) => options.log.warn({ why }, 'the history ends here'))
  history.note('boot', { more: { boot, roles: options.roles } })
  history.flush()
  return history
}

/** Half a round trip each way. */
function linksOf(network: Libp2pNetwork): { hub: string; latencyMs: number }[] {
  return network.peers().flatMap(({ hub, rttMs }) => (rttMs === null ? [] : [{ hub, latencyMs: rttMs / 2 }]))
}

function openNetwork(
  options: StartHubOptions,
  admission: OpenAdmission,
  blobs: BlobStore,
  twin: () => void,
): Libp2pNetwork {
  const { identity, swarm, membership, bootstrap } = admission
  return new Libp2pNetwork(
    { identity, swarm, membership, blobs, log: options.log },
    {
      port: options.port,
      peers: [...options.peers, ...bootstrap],
      rememberedFile: join(options.home, 'peers.json'),
      mdns: options.mdns,
      twin,
    },
  )
}

function twinError(): ShoalError {
  return new ShoalError('SHOAL_HUB_TWIN', 'another hub with the key of this home is alive: this one stands back', {
    next: 'give one of them a home of its own: shoal up --home NEW',
  })
}

async function hubInit(options: StartHubOptions, admission: OpenAdmission, guard: Guard) {
  const granted = admission.membership.roles(admission.identity.hub)
  return {
    hub: admission.identity.hub,
    boot: randomBytes(8).toString('hex'),
    incarnation: await nextIncarnation(options.home),
    slots: Math.max(1, options.slots),
    cores: availableParallelism(),
    speed: 1,
    compute: options.slots > 0 && options.roles.includes('compute') && granted.includes('compute'),
    labels: { ...machineLabels(), ...options.labels, [ISOLATION_LABEL]: guard.level, [TRUST_LABEL]: options.trust },
    wallOffsetMs: Date.now() - performance.now(),
  }
}

/** The hub counts as of ordinary speed until it is known. */
function tellSpeed(live: LiveHub, home: string, log: Log): void {
  machineSpeed(home)
    .then((speed) => speed !== null && live.input({ type: 'speed', speed }))
    .catch((error: unknown) => log.warn(errorFields(error), 'the speed of this machine could not be measured'))
}

async function startAll(live: LiveHub, monitor: LoadMonitor, log: Log): Promise<void> {
  try {
    await live.start()
    // It reports when it has recalled its earlier life; the hub need not wait for that, and it fails by itself only.
    void monitor.start()
  } catch (error) {
    await live
      .stop()
      .catch((second: unknown) => log.error(errorFields(second), 'a half-started hub did not stop cleanly'))
    throw error
  }
}
