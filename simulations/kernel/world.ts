/** A simulated LAN: hubs, links, jobs, and the verbs that break and mend them. */
import type { RunEnd } from '../../src/execute/slots.ts'
import type { Effect, RunPlan, RunShard, StoryEvent } from '../../src/hub/effect.ts'
import type { DoneRecord } from '../../src/ledger/record.ts'
import { shellLimits } from '../../src/limits.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import { SimBlobs } from './blobs.ts'
import { SimDisk } from './disk.ts'
import { EventQueue } from './events.ts'
import { History } from './history.ts'
import type { LedgerKind, SimLedger } from './ledger.ts'
import { SimLinks } from './links.ts'
import { type LinkModel, plainLink, SimNetwork } from './network.ts'
import { Random } from './random.ts'
import { Replica } from './replica.ts'
import { type KillStep, type MachineModel, SimHub } from './sim-hub.ts'
import { SimTraffic } from './traffic.ts'
import { POISONED, type SimFamily, type SimJob, simValue } from './workload.ts'
import { YjsLedger } from './yjs-ledger.ts'

export interface WorldOptions {
  readonly seed: number
  readonly hubs: number
  readonly machine?: Partial<MachineModel>
  /** Per hub, when machines differ. */
  readonly speeds?: readonly number[]
  readonly machines?: readonly Partial<MachineModel>[]
  readonly link?: Partial<LinkModel>
  /** Share of results that are blobs, and so need a second holder before they count. */
  readonly blobResults?: number
  /** Odds that a slot goes down in a shard that is not to blame. */
  readonly slotCrash?: number
  /** Whether the bytes of records are counted, which takes packing them. */
  readonly countBytes?: boolean
  /** What ledgers are made of; a fast replica if not given. */
  readonly ledger?: LedgerKind
}

/** One finished execution of a shard: what efficiency is judged by. */
export interface Execution {
  readonly hub: string
  readonly job: string
  readonly family: string
  readonly shard: number
  readonly atMs: number
}

/** An invariant that did not hold. */
export interface Violation {
  readonly invariant: string
  readonly message: string
}

const plainMachine: MachineModel = {
  slots: 1,
  speed: 1,
  diskMs: 0.5,
  labels: {},
  clockRate: 1,
  clockOffsetMs: 0,
  wallOffsetMs: 0,
}

export class SimWorld {
  readonly events = new EventQueue()
  readonly jobs = new Map<string, SimJob>()
  readonly hubs = new Map<string, SimHub>()
  readonly executions: Execution[] = []
  readonly network: SimNetwork
  readonly links: SimLinks
  readonly traffic: SimTraffic
  readonly history = new History()
  readonly notes: { hub: string; boot: string; effect: Effect; atMs: number }[] = []
  readonly violations: Violation[] = []
  /** Odds that a slot goes down in a shard that is not to blame; may change in the middle of a run. */
  slotCrash: number
  /** Called when a trap went off. */
  onTrap: (hub: SimHub, step: KillStep) => void = (hub) => this.crash(Number(hub.id.slice(1)))
  readonly #options: WorldOptions
  readonly #random: Random
  readonly #luck: Random
  readonly #clientIds: Random
  readonly #blobs: SimBlobs
  readonly #incarnations = new Map<string, number>()
  readonly #dropped = new Set<string>()
  readonly #open = new Map<string, { shard: string; sinceMs: number; askedMs: number }>()

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = new Random(options.seed, 'world')
    this.#luck = new Random(options.seed, 'slots')
    this.#clientIds = new Random(options.seed, 'client ids')
    this.slotCrash = options.slotCrash ?? 0
    const link = { ...plainLink, ...options.link }
    this.network = new SimNetwork(this.events, new Random(options.seed, 'network'), link)
    this.links = new SimLinks(this.events, new Random(options.seed, 'links'), this.network, this.hubs)
    this.traffic = new SimTraffic(this.network, this.links, this.hubs, options.countBytes === true)
    this.#blobs = new SimBlobs(this, options.blobResults ?? 0, new Random(options.seed, 'blobs'))
    for (let index = 0; index < options.hubs; index++) this.bounce(hubName(index))
  }

  hub(index: number): SimHub {
    const hub = this.hubs.get(hubName(index))
    if (hub === undefined) throw new Error(`no hub ${index}`)
    return hub
  }

  submit(job: SimJob, at: number): void {
    this.jobs.set(job.id, job)
    this.hub(at).submit(job)
  }

  /** Ends a machine at once; its disk stays, whole or torn. */
  crash(index: number, lost: (() => number) | null = null): void {
    const hub = this.hub(index)
    if (!hub.isAlive) return
    hub.isAlive = false
    hub.isUp = false
    if (lost !== null) hub.disk.tear(lost)
    this.links.ended(hub.id)
  }

  /** Starts a machine, for the first time or again from its disk. */
  bounce(name: string): void {
    const incarnation = (this.#incarnations.get(name) ?? 0) + 1
    this.#incarnations.set(name, incarnation)
    const index = Number(name.slice(1))
    const { machine, speeds, machines } = this.#options
    const speed = speeds?.[index] ?? machine?.speed ?? 1
    const model = { ...plainMachine, ...machine, speed, ...machines?.[index] }
    const disk = this.hubs.get(name)?.disk ?? new SimDisk((job) => this.#newLedger(job))
    const hub = new SimHub(this, name, { incarnation, disk, model })
    this.hubs.set(name, hub)
    this.events.after(this.#random.next() * 5, () => {
      hub.boots()
      if (hub.isUp) this.links.booted(name)
    })
  }

  /** Starts a machine with an empty disk under its old name. */
  amnesia(name: string): void {
    const { disk } = this.hub(Number(name.slice(1)))
    disk.ledgers.clear()
    disk.blobs.clear()
    for (const key of this.#dropped) if (key.startsWith(`${name}/`)) this.#dropped.delete(key)
    this.bounce(name)
  }

  freeze(index: number): void {
    this.hub(index).freeze()
    this.links.frozen(hubName(index))
  }

  thaw(index: number): void {
    this.hub(index).thaw()
    this.links.thawed(hubName(index))
  }

  /** Cuts all links between two groups of hubs, both ways. */
  partition(groupA: readonly number[], groupB: readonly number[]): void {
    for (const a of groupA) {
      for (const b of groupB) {
        this.network.cut(hubName(a), hubName(b))
        this.network.cut(hubName(b), hubName(a))
        this.links.cut(hubName(a), hubName(b))
      }
    }
  }

  heal(groupA: readonly number[], groupB: readonly number[]): void {
    for (const a of groupA) {
      for (const b of groupB) {
        this.network.repair(hubName(a), hubName(b))
        this.network.repair(hubName(b), hubName(a))
        this.links.mended(hubName(a), hubName(b))
      }
    }
  }

  /** `to` hears nothing of `from` any more. */
  partitionOneway(from: number, to: number): void {
    this.network.cut(hubName(from), hubName(to))
    this.links.cut(hubName(from), hubName(to))
  }

  repairOneway(from: number, to: number): void {
    this.network.repair(hubName(from), hubName(to))
    this.links.mended(hubName(from), hubName(to))
  }

  /** Runs until `isDone` or the deadline; returns whether it was done. */
  runUntil(isDone: () => boolean, deadlineMs: number): boolean {
    while (!isDone()) if (!this.events.step(deadlineMs)) return isDone()
    return true
  }

  runFor(durationMs: number): void {
    const untilMs = this.events.nowMs + durationMs
    while (this.events.step(untilMs));
  }

  /** Whether a hub's replica has the job's result. */
  isDoneAt(index: number, job: string): boolean {
    return this.hub(index).hub.state.jobs.get(job)?.view.families.get(ROOT_FAMILY)?.isDone(0) === true
  }

  fetch(hub: SimHub, cid: string, done: (isHere: boolean) => void): void {
    this.#blobs.fetch(hub, cid, done)
  }

  replicate(from: SimHub, cid: string, to: readonly string[]): void {
    this.#blobs.replicate(from, cid, to)
  }

  /** Packed values of consecutive shards, inline or as a blob on the hub's disk. */
  store(hub: SimHub, name: string, values: readonly string[]): Ref {
    return this.#blobs.store(hub, name, values)
  }

  storeCheckpoint(hub: SimHub, plan: RunPlan, shard: number, progress: number): Ref {
    return this.#blobs.storeCheckpoint(hub, `${plan.job}/${plan.family}:${shard}`, progress)
  }

  inline(values: readonly string[]): Ref {
    return this.#blobs.inline(values)
  }

  read(hub: SimHub, ref: Ref, done: (values: readonly string[] | null) => void): void {
    this.#blobs.read(hub, ref, done)
  }

  /** The value behind an entry of a ref, wherever it lies. */
  valueAt(ref: Ref, offset: number): string {
    return this.#blobs.values(ref)[offset] ?? 'nothing'
  }

  /** Parts of a shard that its checkpoint spares. */
  resumedParts(plan: RunPlan, shard: RunShard): number {
    if (shard.restored === null) return 0
    return this.#blobs.progressOf(shard.restored, `${plan.job}/${plan.family}:${shard.index}`)
  }

  family(job: string, key: string): SimFamily | null {
    return this.jobs.get(job)?.families.find((one) => one.spec.key === key) ?? null
  }

  goesDown(family: SimFamily, shard: number, parts: number): boolean {
    return family.poison.has(shard) || (this.slotCrash > 0 && this.#luck.chance(this.slotCrash / parts))
  }

  rootGoesDown(): boolean {
    return this.slotCrash > 0 && this.#luck.chance(this.slotCrash)
  }

  slotEnd(): RunEnd {
    return { kind: this.#luck.chance(0.5) ? 'crashed' : 'memory', detail: 'the slot went down' }
  }

  executed(hub: string, job: string, family: string, shard: number): void {
    this.executions.push({ hub, job, family, shard, atMs: this.events.nowMs })
    this.history.note(this.events.nowMs, hub, 'execute', { job, family, lo: shard })
  }

  /** Every hub hears of every claim and result; the history keeps what a hub says of itself. */
  told(hub: string, job: string | null, event: StoryEvent): void {
    if (event.type === 'hub') {
      this.history.note(this.events.nowMs, hub, 'member', { detail: `${event.hub} ${event.state}` })
      return
    }
    if (event.type === 'family') return
    if (event.hub !== hub) return
    const { family, lo, hi } = event
    const told = event.type === 'claim' ? { epoch: event.epoch, detail: event.reason } : {}
    this.history.note(this.events.nowMs, hub, event.type, { job: job ?? '', family, lo, hi, ...told })
  }

  noted(hub: SimHub, effect: Extract<Effect, { type: 'accepted' | 'job-ended' | 'drained' }>): void {
    this.notes.push({ hub: hub.id, boot: hub.boot, effect, atMs: this.events.nowMs })
    const kind = effect.type === 'job-ended' ? 'ended' : effect.type
    hub.note(kind, effect.type === 'drained' ? {} : { job: effect.job })
  }

  dropped(hub: SimHub, job: string): void {
    this.#dropped.add(`${hub.id}/${job}`)
    hub.disk.ledgers.delete(job)
    hub.note('drop', { job })
  }

  isDropped(hub: string, job: string): boolean {
    return this.#dropped.has(`${hub}/${job}`)
  }

  trapped(hub: SimHub, step: KillStep): void {
    hub.note('fault', { detail: `killed at ${step}` })
    this.onTrap(hub, step)
  }

  /** For how long a hub has been seen beside the same open shard, asked several times a second. */
  openSince(hub: string, shard: string): number {
    const known = this.#open.get(hub)
    const isSame = known?.shard === shard && this.events.nowMs - known.askedMs < 1_000
    const sinceMs = isSame ? known.sinceMs : this.events.nowMs
    this.#open.set(hub, { shard, sinceMs, askedMs: this.events.nowMs })
    return this.events.nowMs - sinceMs
  }

  broken(invariant: string, message: string): void {
    this.violations.push({ invariant, message })
  }

  /** I5: a blob that a result names has a second holder, unless nobody took it although it was offered often enough. */
  mustBeHeld(hub: SimHub, job: string, { ref, family, lo, holders }: DoneRecord): void {
    if (ref.kind === 'inline' || holders.length > 0) return
    const isAlone = !hub.hub.state.members.others().some(({ connected }) => connected)
    if (isAlone || this.#blobs.offered(hub, ref.cid) >= shellLimits.replicaTriesMax) return
    this.broken('I5', `${job}/${family}:${lo} is recorded by ${hub.id} with one holder of its blob`)
  }

  /** I7: a shard starts with the results of all shards it depends on. */
  mustBeReady(plan: RunPlan): void {
    const edges = this.family(plan.job, plan.family)?.spec.edges ?? []
    if (edges.length === 0) return
    for (const shard of plan.shards) {
      const needed = edges.filter((edge) => edge.to === shard.index).length
      if (shard.parents.length === needed) continue
      this.broken(
        'I7',
        `${plan.job}/${plan.family}:${shard.index} starts with ${shard.parents.length} of ${needed} inputs`,
      )
    }
  }

  /** I2, I3: what reaches a root is what the shard returns; a verdict stands only for shards that took down slots. */
  checkValue(job: SimJob, family: SimFamily, shard: number, value: string): void {
    const name = `${job.id}/${family.spec.key}:${shard}`
    if (value === simValue(family, shard)) return
    if (value !== POISONED) return this.broken('I2', `${name} has the value ${value}`)
    const downs = this.history.events.filter(
      ({ kind, job: of, family: key, lo }) =>
        kind === 'slot-lost' && of === job.id && key === family.spec.key && lo === shard,
    )
    if (downs.length < 3) this.broken('E2', `${name} was called poison after ${downs.length} lost slots`)
  }

  #newLedger(job: string): SimLedger {
    return this.#options.ledger === 'yjs' ? new YjsLedger(job, this.#clientIds) : new Replica()
  }
}

export function hubName(index: number): string {
  return `h${String(index).padStart(4, '0')}`
}
