/** The world a workflow runs in: machines, their load and its forecast, links, luck. Times in seconds, from the submission on. */
import type { Curve } from './curve.ts'
import { finishAt } from './curve.ts'
import { criticalPath, type Dag } from './dag.ts'

export interface Machine {
  readonly speed: number
  readonly slots: number
  /** Share of the machine that others take. */
  readonly load: Curve
  /** What its monitor says about that. */
  readonly forecast: Curve
  /** Its outputs survive it: they have been replicated. */
  readonly diesAt: number | null
}

export interface WorkflowWorld {
  readonly machines: readonly Machine[]
  readonly latency: number
  /** Bytes per second, from, to. */
  readonly bandwidth: readonly (readonly number[])[]
  /** Per node: true work over expected work. */
  readonly workFactor: readonly number[]
  readonly edgeScale: number
  /** Straggling executions, by `straggleKey`. */
  readonly straggle: ReadonlyMap<string, number>
}

export function straggleKey(node: number, machine: number): string {
  return `${node}@${machine}`
}

/** What nobody in the world knows before the end: the work a node really is on a machine. */
export function trueWork(world: WorkflowWorld, dag: Dag, node: number, machine: number): number {
  const factor = world.straggle.get(straggleKey(node, machine)) ?? 1
  return (dag.work[node] ?? 0) * (world.workFactor[node] ?? 1) * factor
}

export function executionEnd(world: WorkflowWorld, machine: number, start: number, work: number): number {
  const { load, speed } = machineOf(world, machine)
  return finishAt(load, speed, start, work)
}

export function transfer(world: WorkflowWorld, from: number, to: number, bytes: number): number {
  if (from === to) return 0
  return world.latency + (bytes * world.edgeScale) / (world.bandwidth[from]?.[to] ?? 125e6)
}

export function machineOf(world: WorkflowWorld, index: number): Machine {
  const machine = world.machines[index]
  if (machine === undefined) throw new RangeError(`there is no machine ${index}`)
  return machine
}

/** No schedule ends earlier: the longest chain on the fastest machine, or all work on all machines, whichever is longer. */
export function lowerBound(world: WorkflowWorld, dag: Dag): number {
  const fastest = world.machines.reduce((most, { speed }) => Math.max(most, speed), 0)
  const capacity = world.machines.reduce((sum, { speed, slots }) => sum + speed * slots, 0)
  const real = (node: number): number => (dag.work[node] ?? 0) * (world.workFactor[node] ?? 1)
  const total = dag.work.reduce((sum, _work, node) => sum + real(node), 0)
  return Math.max(criticalPath(dag, real) / fastest, total / capacity)
}
