/** A simulated LAN: hubs, links, jobs, and the verbs that break and mend them. */
import type { RunEnd } from '../../src/execute/slots.ts'
import type { Effect, RunPlan, RunShard } from '../../src/hub/effect.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import { RuleCounts } from '../rules.ts'
import { noLoad } from '../workflow/curve.ts'
import { SimBlobs } from './blobs.ts'
import type { SimDisk } from './disk.ts'
import { EventQueue } from './events.ts'
import { History } from './history.ts'
import type { KillStep } from './kill-steps.ts'
import type { LedgerKind } from './ledger.ts'
import { SimLinks } from './links.ts'
import { SimLives } from './lives.ts'
import { type LinkModel, plainLink, SimNetwork } from './network.ts'
import { Random } from './random.ts'
import { Replica } from './replica.ts'
import { sharedReader } from './shared-reader.ts'
import type { MachineModel, SimHub } from './sim-hub.ts'
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
  /** How large results are that are blobs. */
  readonly blobBytesPerWorkMs?: number
  /** Shards of at least so much work take checkpoints. */
  readonly checkpointWorkMs?: number
  /** Whether it is written down what hubs do: without that nothing can be checked. True unless told otherwise. */
  readonly keepsHistory?: boolean
  /** Hubs take records by the batch, once in so many milliseconds; 0 takes each by itself. Needs links without jitter. */
  readonly tickMs?: number
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

/** Share of a liar's results that are wrong. */
const LIE_SHARE = 0.3

const plainMachine: MachineModel = {
  slots: 1,
  speed: 1,
  diskMs: 0.5,
  labels: {},
  clockRate: 1,
  clockOffsetMs: 0,
  wallOffsetMs: 0,
  claimedSpeed: null,
  load: noLoad,
  isLiar: false,
}

export class SimWorld {
  readonly events = new EventQueue()
  readonly jobs = new Map<string, SimJob>()
  readonly hubs: ReadonlyMap<string, SimHub>
  readonly executions: Execution[] = []
  readonly network: SimNetwork
  readonly links: SimLinks
  readonly traffic: SimTraffic
  readonly blobs: SimBlobs
  readonly lives: SimLives
  /** Wrong values that liars made. */
  readonly lies = new Map<string, string>()
  readonly history = new History()
  readonly rules = new RuleCounts()
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
  readonly #open = new Map<string, { shard: string; sinceMs: number; askedMs: number }>()

  /** Shards of at least so much work take checkpoints: far less than on a real hub, so that a short run meets many. */
  readonly checkpointWorkMs: number
  readonly keepsHistory: boolean

  constructor(options: WorldOptions) {
    this.checkpointWorkMs = options.checkpointWorkMs ?? 100
    this.keepsHistory = options.keepsHistory ?? true
    this.#options = options
    this.#random = new Random(options.seed, 'world')
    this.#luck = new Random(options.seed, 'slots')
    this.#clientIds = new Random(options.seed, 'client ids')
    this.slotCrash = options.slotCrash ?? 0
    const reader = sharedReader()
    this.lives = new SimLives(
      this,
      this.#random,
      (index) => this.#machine(index),
      (job) => (this.ledger === 'yjs' ? new YjsLedger(job, this.#clientIds, reader) : new Replica()),
    )
    this.hubs = this.lives.hubs
    const link = { ...plainLink, ...options.link }
    this.network = new SimNetwork(this.events, new Random(options.seed, 'network'), link)
    this.links = new SimLinks(this.events, new Random(options.seed, 'links'), this.network, this.lives)
    this.traffic = new SimTraffic(this.network, this.links, this.lives, {
      rules: this.rules,
      countBytes: options.countBytes === true,
      tickMs: options.tickMs ?? 0,
    })
    this.blobs = new SimBlobs(
      this,
      { share: options.blobResults ?? 0, bytesPerWorkMs: options.blobBytesPerWorkMs ?? 0 },
      options.seed,
    )
    for (let index = 0; index < options.hubs; index++) this.bounce(hubName(index))
  }

  /** What ledgers are made of. */
  get ledger(): LedgerKind {
    return this.#options.ledger ?? 'replica'
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

  /** Ends a machine at once; its disk stays, whole or damaged. */
  crash(index: number, damage: ((disk: SimDisk) => void) | null = null): void {
    this.lives.crash(this.hub(index), damage)
  }

  /** Starts a machine again from its disk. */
  bounce(name: string): void {
    this.lives.bounce(name)
  }

  freeze(index: number, withSlots = true): void {
    this.hub(index).freeze(withSlots)
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

  /** The value behind an entry of a ref, wherever it lies. */
  valueAt(ref: Ref, offset: number): string {
    return this.blobs.values(ref)[offset] ?? 'nothing'
  }

  /** Parts of a shard that its checkpoint spares. */
  resumedParts(plan: RunPlan, shard: RunShard): number {
    if (shard.restored === null) return 0
    return this.blobs.progressOf(shard.restored, `${plan.job}/${plan.family}:${shard.index}`)
  }

  family(job: string, key: string): SimFamily | null {
    return this.jobs.get(job)?.families.find((one) => one.spec.key === key) ?? null
  }

  goesDown(family: SimFamily, shard: number, parts: number): boolean {
    return family.poison.has(shard) || (this.slotCrash > 0 && this.#luck.chance(this.slotCrash / parts))
  }

  /** What a hub makes of a shard: a liar sometimes something else than the truth. */
  resultOf(hub: SimHub, family: SimFamily, shard: number): string {
    const value = simValue(family, shard)
    if (!hub.model.isLiar || !this.#luck.chance(LIE_SHARE)) return value
    const lie = `${value}?${hub.id}`
    this.lies.set(lie, hub.id)
    return lie
  }

  rootGoesDown(): boolean {
    return this.slotCrash > 0 && this.#luck.chance(this.slotCrash)
  }

  slotEnd(): RunEnd {
    return { kind: this.#luck.chance(0.5) ? 'crashed' : 'memory', detail: 'the slot went down' }
  }

  executed(hub: SimHub, job: string, family: string, shard: number): void {
    this.executions.push({ hub: hub.id, job, family, shard, atMs: this.events.nowMs })
    hub.note('execute', { job, family, lo: shard })
  }

  /** A fingerprint per shard of a result, wherever it lies. */
  valuePrints(ref: Ref, shards: number): string[] {
    const values = this.blobs.values(ref)
    return Array.from({ length: shards }, (_, index) => values[index] ?? 'nothing')
  }

  noted(hub: SimHub, effect: Extract<Effect, { type: 'accepted' | 'job-ended' | 'drained' }>): void {
    this.notes.push({ hub: hub.id, boot: hub.boot, effect, atMs: this.events.nowMs })
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

  /** I2, I3: what reaches a root is what the shard returns; a verdict stands only for shards that took down slots. */
  checkValue(job: SimJob, family: SimFamily, shard: number, value: string): void {
    const name = `${job.id}/${family.spec.key}:${shard}`
    // Whoever does not ask for a second opinion gets what a liar says.
    if (value === simValue(family, shard)) return
    if (this.lies.has(value) && job.manifest.options.verify === undefined) return
    if (value !== POISONED) return this.broken('I2', `${name} has the value ${value}`)
    const downs = this.history.events.filter(
      ({ kind, job: of, family: key, lo }) =>
        kind === 'slot-lost' && of === job.id && key === family.spec.key && lo === shard,
    )
    if (downs.length < 3) this.broken('E2', `${name} was called poison after ${downs.length} lost slots`)
  }

  #machine(index: number): MachineModel {
    const { machine, speeds, machines } = this.#options
    const speed = speeds?.[index] ?? machine?.speed ?? 1
    return { ...plainMachine, ...machine, speed, ...machines?.[index] }
  }
}

export function hubName(index: number): string {
  return `h${String(index).padStart(4, '0')}`
}
