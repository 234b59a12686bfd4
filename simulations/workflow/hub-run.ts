/** The policy `shoal`: a workflow on simulated machines whose every decision the real hub class takes. */

import { virtualPlan } from '../../src/hub/auction.ts'
import type { Beacon } from '../../src/hub/beacon.ts'
import type { Input } from '../../src/hub/input.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import type { FamilySpec } from '../../src/program/family.ts'
import type { Manifest } from '../../src/program/program.ts'
import type { Ref } from '../../src/program/ref.ts'
import { EventQueue } from '../kernel/events.ts'
import type { Execution } from './central.ts'
import type { Dag } from './dag.ts'
import { HubMachine } from './hub-machine.ts'
import { type Piece, Pieces, type SavedState } from './pieces.ts'
import type { WorkflowWorld } from './world.ts'

export interface HubRunWants {
  readonly forecast: boolean
  readonly migration: boolean
  readonly speculation: boolean
}

export interface HubRunReport {
  readonly makespan: number
  readonly executions: readonly Execution[]
  /** Of records; what went to one hub only counts as its share of one. */
  readonly broadcasts: number
  /** Heartbeats of all hubs: they go with time, whether there is work or not. */
  readonly beacons: number
  readonly conflicts: number
  readonly conflictingCommits: number
  /** Machine time that no result rests on, over that on which all do. */
  readonly wastedWork: number
  readonly migrations: number
  readonly planMsP50: number
}

const JOB = 'workflow'
/** Machines know each other before the work comes, as in a swarm that lives. */
const WARM_MS = 1_200
const SETTLE_MS = 5_000
const DEADLINE_MS = 2_000_000
const PLANS_TIMED_MAX = 400
const INPUTS_BETWEEN_TIMED_PLANS = 97

export class HubRun {
  readonly events = new EventQueue()
  readonly world: WorkflowWorld
  readonly dag: Dag
  readonly wants: HubRunWants
  readonly spec: FamilySpec
  readonly machines: readonly HubMachine[]
  readonly pieces: Pieces
  /** Where the first result of each node was made. */
  readonly producers: (number | undefined)[]
  broadcasts = 0
  beacons = 0
  messages = 0
  readonly #byName = new Map<string, HubMachine>()
  readonly #claims = new Map<string, Set<number>>()
  readonly #clock: () => number
  readonly #planMs: number[] = []
  #inputs = 0
  #left: number
  #lastMs = 0
  #migrations = 0
  /** Behind the checkpoints taken, by number. */
  readonly #saved: SavedState[] = []

  /** @param clock milliseconds, for the time a plan takes; nothing else depends on it. */
  constructor(world: WorkflowWorld, dag: Dag, wants: HubRunWants, clock: () => number) {
    this.world = world
    this.dag = dag
    this.wants = wants
    this.#clock = clock
    this.#left = dag.work.length
    this.pieces = new Pieces(world, dag)
    this.producers = dag.work.map(() => undefined)
    this.spec = familyOf(world, dag)
    this.machines = world.machines.map((machine, index) => new HubMachine(this, index, hubName(index), machine))
    for (const machine of this.machines) this.#byName.set(machine.name, machine)
  }

  get worldSeconds(): number {
    return this.secondsAt(this.events.nowMs)
  }

  secondsAt(ms: number): number {
    return Math.max(0, ms - WARM_MS) / 1000
  }

  run(): HubRunReport {
    this.#meet()
    this.events.at(WARM_MS, () => this.#submit())
    for (const machine of this.machines) {
      const { diesAt } = this.world.machines[machine.index] ?? {}
      if (diesAt != null) this.events.at(WARM_MS + diesAt * 1000, () => this.#die(machine))
    }
    while (this.#left > 0) if (!this.events.step(DEADLINE_MS)) throw new Error('the workflow came to a halt')
    const makespan = this.secondsAt(this.#lastMs)
    const { broadcasts, beacons, messages } = this
    const untilMs = this.events.nowMs + SETTLE_MS
    while (this.events.step(untilMs));
    return {
      makespan,
      executions: this.pieces.executions,
      wastedWork: this.pieces.wasted(),
      broadcasts: broadcasts + messages / Math.max(1, this.machines.length - 1),
      beacons,
      conflicts: [...this.#claims.values()].filter((hubs) => hubs.size > 1).length,
      conflictingCommits: this.#conflictingCommits(),
      migrations: this.#migrations,
      planMsP50: median(this.#planMs),
    }
  }

  /** Times a whole plan now and then: on the state it would be made on, and without effect. */
  beforeInput({ hub }: HubMachine): void {
    if (++this.#inputs % INPUTS_BETWEEN_TIMED_PLANS !== 0 || this.#planMs.length >= PLANS_TIMED_MAX) return
    const started = this.#clock()
    const plan = virtualPlan(hub.state, { ownMax: Number.POSITIVE_INFINITY, othersMax: 0 })
    if (plan.assignments.length > 0) this.#planMs.push(this.#clock() - started)
  }

  gossip(from: HubMachine, beacon: Beacon): void {
    if (this.events.nowMs >= WARM_MS) this.beacons++
    this.#toOthers(from, () => ({ type: 'beacon', beacon }))
  }

  broadcast(from: HubMachine, records: readonly LedgerRecord[]): void {
    this.broadcasts++
    const author = from.hub.state.author
    const entries = records.map((record) => ({ author, record }))
    const slotFreeInMs = from.hub.slotFreeInMs()
    this.#toOthers(from, () => ({ type: 'records', job: JOB, entries, senders: [{ hub: from.name, slotFreeInMs }] }))
  }

  to(name: string, input: Input): void {
    const machine = this.#byName.get(name)
    if (machine !== undefined) this.events.after(this.world.latency * 1000, () => machine.input(input))
  }

  written(by: HubMachine, records: readonly LedgerRecord[]): void {
    for (const record of records) {
      if (record.kind !== 'claim' || record.family !== this.spec.key) continue
      if (record.state === 'claimed' && record.reason === 'migrate') this.#migrations++
      if (record.state !== 'claimed') continue
      for (let shard = record.lo; shard < record.hi; shard++) {
        const key = `${shard}@${record.epoch}`
        const hubs = this.#claims.get(key) ?? new Set()
        hubs.add(by.index)
        this.#claims.set(key, hubs)
      }
    }
  }

  executed(piece: Piece, isWhole: boolean): void {
    const { node, machine } = piece
    const isFirst = isWhole && this.producers[node] === undefined
    this.pieces.end(piece, this.worldSeconds, isFirst)
    if (!isFirst) return
    this.producers[node] = machine
    this.#left--
    this.#lastMs = this.events.nowMs
  }

  /** Small enough to travel inside its record. */
  save(state: SavedState): Ref {
    const number = this.#saved.push(state) - 1
    return { kind: 'inline', bytes: new Uint8Array(new Float64Array([number]).buffer) }
  }

  saved(ref: Ref): SavedState | null {
    if (ref.kind !== 'inline') return null
    return this.#saved[new Float64Array(ref.bytes.slice().buffer)[0] ?? -1] ?? null
  }

  /** All hubs have met, and know their links as their shells would have measured them. */
  #meet(): void {
    for (const machine of this.machines) {
      for (const other of this.machines) {
        if (other === machine) continue
        const bytesPerMs = (this.world.bandwidth[other.index]?.[machine.index] ?? 125e6) / 1000
        machine.hub.state.links.set(other.name, { bytesPerMs, latencyMs: this.world.latency * 1000 })
        machine.hub.state.members.connected(other.name, 0)
      }
      machine.hub.state.speculates = this.wants.speculation
      machine.hub.state.migrates = this.wants.migration
      this.events.after(machine.index % 50, () => {
        machine.monitor()
        machine.input({ type: 'started' })
      })
    }
  }

  #submit(): void {
    const [first] = this.machines
    if (first === undefined) return
    const manifest = manifestOf(first.name)
    const job = { type: 'job', job: JOB, manifest, bytes: new Uint8Array() } as const
    for (const machine of this.machines) {
      const mine = machine === first
      this.events.after(mine ? 0 : this.world.latency * 1000, () => machine.input({ ...job, mine }))
    }
  }

  /** As when a process is killed: its sockets are reset, and the others hear of that. */
  #die(machine: HubMachine): void {
    machine.die()
    this.#toOthers(machine, () => ({ type: 'disconnected', hub: machine.name }))
  }

  #toOthers(from: HubMachine, input: () => Input): void {
    this.events.after(this.world.latency * 1000, () => {
      for (const other of this.machines) if (other !== from) other.input(input())
    })
  }

  /** Shards about whose result two living hubs disagree for good. */
  #conflictingCommits(): number {
    let conflicts = 0
    const views = this.machines
      .filter(({ isAlive }) => isAlive)
      .map(({ hub }) => hub.state.jobs.get(JOB)?.view.families.get(this.spec.key))
    for (let node = 0; node < this.dag.work.length; node++) {
      const winners = new Set(views.map((view) => view?.done(node)?.hub))
      if (winners.size > 1) conflicts++
    }
    return conflicts
  }
}

function hubName(index: number): string {
  return `h${String(index).padStart(4, '0')}`
}

function familyOf(world: WorkflowWorld, dag: Dag): FamilySpec {
  const key = 'f1'
  return {
    key,
    sequence: 1,
    spot: 1,
    cut: { items: dag.work.length, starts: dag.work.map((_work, node) => node) },
    shared: null,
    slices: [],
    edges: dag.edges.map(([from, to, bytes]) => ({
      family: key,
      from,
      to,
      bytes: Math.round(bytes * world.edgeScale),
    })),
    workMs: dag.work.map((seconds) => seconds * 1000),
  }
}

function manifestOf(submitter: string): Manifest {
  return {
    version: 1,
    name: JOB,
    program: { kind: 'inline', bytes: new Uint8Array() },
    input: { kind: 'generated', scale: 1 },
    options: { chunks: null, deadlineMs: null, audit: false },
    seed: 1,
    createdMs: 0,
    expiresMs: Number.MAX_SAFE_INTEGER,
    nonce: JOB,
    submitter,
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}
