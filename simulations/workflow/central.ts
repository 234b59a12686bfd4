/** Schedulers with a centre, in the same world as the hubs: a rule decides, this carries it out. */
import { EventQueue } from '../kernel/events.ts'
import type { Dag } from './dag.ts'
import { executionEnd, machineOf, transfer, trueWork, type WorkflowWorld } from './world.ts'

/** One execution, for the trace. */
export interface Execution {
  readonly task: number
  readonly hub: number
  readonly start: number
  readonly end: number
  readonly committed: boolean
  /** Share of the work that a checkpoint spared it; absent when none. */
  readonly from?: number
}

export interface CentralRun {
  readonly makespan: number
  readonly executions: readonly Execution[]
  /** Nodes moved to another machine after they had been given one. */
  readonly moves: number
}

/** A node given to a machine and not yet started. */
export interface Queued {
  readonly node: number
  readonly arrivesAt: number
}

export interface CentralPolicy {
  /** Nodes became ready. */
  ready(central: Central, nodes: readonly number[]): void
  /** A machine has a slot and nothing queued that could use it. */
  idle?(central: Central, machine: number): void
  /** A machine is gone; what it had not ended is nobody's. */
  died?(central: Central, machine: number, lost: readonly number[]): void
  /** Whether a queue is worked off strictly in order, as a plan wants it. */
  readonly inOrder: boolean
}

/** The state of a run that a rule may look at. */
export class Central {
  readonly world: WorkflowWorld
  readonly dag: Dag
  readonly events = new EventQueue()
  readonly done: ({ machine: number; end: number } | undefined)[]
  readonly queues: { node: number; since: number }[][]
  readonly running: { node: number; start: number; expectedEnd: number }[][]
  readonly dead = new Set<number>()
  readonly executions: Execution[] = []
  moves = 0
  readonly #policy: CentralPolicy
  readonly #missing: number[]
  readonly #wakes = new Map<number, number>()
  #left: number

  constructor(world: WorkflowWorld, dag: Dag, policy: CentralPolicy) {
    this.world = world
    this.dag = dag
    this.#policy = policy
    this.done = dag.work.map(() => undefined)
    this.queues = world.machines.map(() => [])
    this.running = world.machines.map(() => [])
    this.#missing = dag.parents.map((edges) => edges.length)
    this.#left = dag.work.length
  }

  get now(): number {
    return this.events.nowMs
  }

  get alive(): number[] {
    return this.world.machines.flatMap((_machine, index) => (this.dead.has(index) ? [] : [index]))
  }

  isReady(node: number): boolean {
    return this.#missing[node] === 0
  }

  give(node: number, machine: number): void {
    this.queues[machine]?.push({ node, since: this.now })
  }

  /** Takes a node from a queue: the rule gives it to somebody else. */
  take(node: number, machine: number): void {
    const queue = this.queues[machine] ?? []
    const at = queue.findIndex((one) => one.node === node)
    if (at >= 0) queue.splice(at, 1)
    this.moves++
  }

  /** When the inputs of a ready node are at a machine, were they sent for at `since` at the latest. */
  arrival(node: number, machine: number, since: number): number {
    let arrival = since
    for (const edge of this.dag.parents[node] ?? []) {
      const parent = this.done[edge.node]
      if (parent === undefined) return Number.POSITIVE_INFINITY
      const sent = Math.max(parent.end, since)
      arrival = Math.max(arrival, sent + transfer(this.world, parent.machine, machine, edge.bytes))
    }
    return arrival
  }

  run(): CentralRun {
    for (const [machine, { diesAt }] of this.world.machines.entries()) {
      if (diesAt !== null) this.events.at(diesAt, () => this.#die(machine))
    }
    const roots = this.#missing.flatMap((count, node) => (count === 0 ? [node] : []))
    this.events.at(0, () => this.#tell(roots))
    while (this.#left > 0)
      if (!this.events.step(Number.POSITIVE_INFINITY)) throw new Error('the schedule came to a halt')
    return { makespan: this.now, executions: this.executions, moves: this.moves }
  }

  #tell(nodes: readonly number[]): void {
    if (nodes.length > 0) this.#policy.ready(this, nodes)
    for (const machine of this.alive) this.#fill(machine)
  }

  #fill(machine: number): void {
    if (this.dead.has(machine)) return
    const { slots } = machineOf(this.world, machine)
    while ((this.running[machine]?.length ?? 0) < slots) {
      const next = this.#startable(machine)
      if (next !== null) {
        this.#start(next, machine)
        continue
      }
      if (this.#policy.idle === undefined || this.queues[machine]?.length !== 0) return
      this.#policy.idle(this, machine)
      if (this.queues[machine]?.length === 0) return
    }
  }

  /** The first of the queue whose inputs are there, or only the very first where order is kept. */
  #startable(machine: number): number | null {
    let soonest = Number.POSITIVE_INFINITY
    for (const { node, since } of this.queues[machine] ?? []) {
      const arrival = this.arrival(node, machine, since)
      if (arrival <= this.now + 1e-9) return node
      soonest = Math.min(soonest, arrival)
      if (this.#policy.inOrder) break
    }
    if (Number.isFinite(soonest) && soonest !== this.#wakes.get(machine)) {
      this.#wakes.set(machine, soonest)
      this.events.at(soonest, () => this.#fill(machine))
    }
    return null
  }

  #start(node: number, machine: number): void {
    const queue = this.queues[machine] ?? []
    queue.splice(
      queue.findIndex((one) => one.node === node),
      1,
    )
    const start = this.now
    const end = executionEnd(this.world, machine, start, trueWork(this.world, this.dag, node, machine))
    const expected = (this.dag.work[node] ?? 0) / machineOf(this.world, machine).speed
    const run = { node, start, expectedEnd: start + expected }
    this.running[machine]?.push(run)
    this.events.at(end, () => {
      if (!this.running[machine]?.includes(run)) return
      this.running[machine]?.splice(this.running[machine].indexOf(run), 1)
      this.executions.push({ task: node, hub: machine, start, end, committed: true })
      this.#finished(node, machine)
    })
  }

  #finished(node: number, machine: number): void {
    this.done[node] = { machine, end: this.now }
    this.#left--
    const ready: number[] = []
    for (const child of this.dag.children[node] ?? []) {
      const left = (this.#missing[child.node] ?? 0) - 1
      this.#missing[child.node] = left
      if (left === 0) ready.push(child.node)
    }
    if (this.#left > 0) this.#tell(ready)
  }

  #die(machine: number): void {
    this.dead.add(machine)
    const running = this.running[machine]?.splice(0) ?? []
    for (const { node, start } of running) {
      this.executions.push({ task: node, hub: machine, start, end: this.now, committed: false })
    }
    const lost = [...running, ...(this.queues[machine]?.splice(0) ?? [])].map(({ node }) => node)
    if (this.#policy.died === undefined) this.#policy.ready(this, lost)
    else this.#policy.died(this, machine, lost)
    for (const other of this.alive) this.#fill(other)
  }
}
