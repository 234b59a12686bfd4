/** A simulated LAN: hubs, links, jobs, and the verbs that break and mend them. */
import type { Beacon } from '../../src/hub/beacon.ts'
import type { Effect, StoryEvent } from '../../src/hub/effect.ts'
import type { HubMessage } from '../../src/hub/message.ts'
import { sizes } from '../../src/limits.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import { EventQueue } from './events.ts'
import { type LinkModel, SimNetwork } from './network.ts'
import { Random } from './random.ts'
import type { LogPart } from './replica.ts'
import { type MachineModel, SimHub } from './sim-hub.ts'
import type { SimJob } from './workload.ts'

export interface WorldOptions {
  readonly seed: number
  readonly hubs: number
  readonly machine?: Partial<MachineModel>
  /** Per hub, when machines differ. */
  readonly speeds?: readonly number[]
  readonly link?: Partial<LinkModel>
  /** Share of results that are blobs, and so need a second holder before they count. */
  readonly blobResults?: number
}

/** One finished execution of a shard: what efficiency is judged by. */
export interface Execution {
  readonly hub: string
  readonly job: string
  readonly family: string
  readonly shard: number
  readonly atMs: number
}

export class SimWorld {
  readonly events = new EventQueue()
  readonly jobs = new Map<string, SimJob>()
  readonly hubs = new Map<string, SimHub>()
  readonly executions: Execution[] = []
  readonly network: SimNetwork
  readonly stories: { hub: string; job: string | null; event: StoryEvent; atMs: number }[] = []
  readonly notes: { hub: string; effect: Effect; atMs: number }[] = []
  beacons = 0
  readonly #options: WorldOptions
  readonly #random: Random
  readonly #incarnations = new Map<string, number>()
  readonly #blobs = new Map<string, Set<string>>()

  constructor(options: WorldOptions) {
    this.#options = options
    this.#random = new Random(options.seed, 'world')
    const link = { latencyMs: 1, jitterMs: 0.5, gossipLoss: 0, ...options.link }
    this.network = new SimNetwork(this.events, new Random(options.seed, 'network'), link)
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

  /** Ends a machine at once; its disk stays. */
  crash(index: number): void {
    const hub = this.hub(index)
    hub.isAlive = false
    for (const other of this.#others(hub.id)) {
      this.events.after(1, () => other.whenAwake(() => other.input({ type: 'disconnected', hub: hub.id })))
    }
  }

  /** Starts a machine, for the first time or again from its disk. */
  bounce(name: string): void {
    const incarnation = (this.#incarnations.get(name) ?? 0) + 1
    this.#incarnations.set(name, incarnation)
    const index = Number(name.slice(1))
    const speed = this.#options.speeds?.[index] ?? 1
    const model = { slots: 1, diskMs: 0.5, ...this.#options.machine, speed }
    const hub = new SimHub(this, name, { incarnation, disk: this.hubs.get(name)?.disk ?? new Map(), model })
    this.hubs.set(name, hub)
    this.events.after(this.#random.next() * 5, () => {
      hub.boots()
      for (const other of this.#others(name)) this.#connect(name, other.id)
    })
  }

  /** Cuts all links between two groups of hubs, both ways. */
  partition(groupA: readonly number[], groupB: readonly number[]): void {
    this.#betweenGroups(groupA, groupB, (a, b) => {
      this.network.cut(a, b)
      this.network.cut(b, a)
      // TCP does not notice a cut; the ping of the connection monitor does, some seconds later.
      this.events.after(4_000, () => this.#noticeCut(a, b))
    })
  }

  heal(groupA: readonly number[], groupB: readonly number[]): void {
    this.#betweenGroups(groupA, groupB, (a, b) => {
      this.network.repair(a, b)
      this.network.repair(b, a)
      this.events.after(200, () => this.#connect(a, b))
    })
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

  broadcastBeacon(from: string, beacon: Beacon): void {
    for (const other of this.#others(from)) {
      this.beacons++
      this.network.gossip(from, other.id, () => other.input({ type: 'beacon', beacon }))
    }
  }

  broadcastRecords(from: string, job: string, part: LogPart): void {
    for (const other of this.#others(from)) this.network.stream(from, other.id, () => other.receive(job, [part], from))
  }

  send(from: string, to: string, message: HubMessage): void {
    const other = this.hubs.get(to)
    if (other !== undefined) this.network.stream(from, to, () => other.input({ type: 'message', from, message }))
  }

  /** Anti-entropy, both ways, as the shell does it: state vectors over, differences back. */
  sync(a: string, b: string): void {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const asker = this.hubs.get(from)
      const holder = this.hubs.get(to)
      if (asker === undefined || holder === undefined) continue
      this.network.stream(from, to, () =>
        holder.whenAwake(() => {
          for (const [job, replica] of holder.disk) {
            const parts = replica.diff(asker.disk.get(job)?.vector() ?? new Map())
            if (parts.length > 0) this.network.stream(to, from, () => asker.receive(job, parts, to))
          }
        }),
      )
    }
  }

  /** Some results are blobs with this hub as their first holder. */
  outcomeRef(hub: string, bytes: Uint8Array): Ref {
    if (!this.#random.chance(this.#options.blobResults ?? 0)) return { kind: 'inline', bytes }
    const cid = `blob-${hub}-${this.#blobs.size}`
    this.#blobs.set(cid, new Set([hub]))
    return { kind: 'blob', cid, size: sizes.inlineBytesMax + 1 }
  }

  replicate(from: string, cid: string, to: readonly string[]): void {
    const target = to[0]
    const source = this.hubs.get(from)
    const other = target === undefined ? undefined : this.hubs.get(target)
    if (source === undefined || other === undefined || target === undefined) return
    let isAnswered = false
    const answer = (holders: string[]) => {
      if (isAnswered) return
      isAnswered = true
      source.input({ type: 'replicated', cid, holders })
    }
    this.network.stream(from, target, () =>
      other.whenAwake(() => {
        this.#blobs.get(cid)?.add(target)
        this.network.stream(target, from, () => answer([target]))
      }),
    )
    this.events.after(2_000, () => answer([]))
  }

  shardWorkMs(job: string, family: string, shard: number): number {
    return (
      this.jobs
        .get(job)
        ?.families.find((one) => one.spec.key === family)
        ?.workMs(shard) ?? 1
    )
  }

  executed(hub: string, job: string, family: string, shard: number): void {
    this.executions.push({ hub, job, family, shard, atMs: this.events.nowMs })
  }

  told(hub: string, job: string | null, event: StoryEvent): void {
    this.stories.push({ hub, job, event, atMs: this.events.nowMs })
  }

  noted(hub: string, effect: Effect): void {
    this.notes.push({ hub, effect, atMs: this.events.nowMs })
  }

  #others(name: string): SimHub[] {
    return [...this.hubs.values()].filter((hub) => hub.id !== name && hub.isAlive)
  }

  #connect(a: string, b: string): void {
    const first = this.hubs.get(a)
    const second = this.hubs.get(b)
    if (first?.isAlive !== true || second?.isAlive !== true || !this.network.isConnected(a, b)) return
    first.input({ type: 'connected', hub: b })
    second.input({ type: 'connected', hub: a })
  }

  #noticeCut(a: string, b: string): void {
    if (this.network.isConnected(a, b)) return
    this.hubs.get(a)?.input({ type: 'disconnected', hub: b })
    this.hubs.get(b)?.input({ type: 'disconnected', hub: a })
  }

  #betweenGroups(groupA: readonly number[], groupB: readonly number[], act: (a: string, b: string) => void): void {
    for (const a of groupA) for (const b of groupB) act(hubName(a), hubName(b))
  }
}

export function hubName(index: number): string {
  return `h${String(index).padStart(4, '0')}`
}
