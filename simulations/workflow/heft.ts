/** HEFT (Topcuoglu, Hariri, Wu 2002): upward rank, then insertion where a node ends first. Full knowledge, but of speeds only. */
import { type Dag, topological } from './dag.ts'
import { transfer, type WorkflowWorld } from './world.ts'

/** A node on a slot of a machine. */
export interface Place {
  readonly node: number
  readonly machine: number
  readonly slot: number
  readonly start: number
  readonly end: number
}

/** What already happened when a plan is made in the middle of a run. */
export interface HeftState {
  readonly now: number
  /** Per node: where and when it ended or will end; undefined for nodes to be planned. */
  readonly fixed: readonly (Pick<Place, 'machine' | 'end'> | undefined)[]
  /** Per machine and slot, when it falls free; null for machines that are gone. */
  readonly free: readonly (readonly number[] | null)[]
}

interface Gap {
  start: number
  end: number
}

/** Expected seconds from the start of each node to the end of the workflow, on a machine of mean speed. */
export function upwardRanks(world: WorkflowWorld, dag: Dag): Float64Array {
  const { machines } = world
  const slowness = machines.reduce((sum, { speed }) => sum + 1 / speed, 0) / machines.length
  const perByte = world.edgeScale / meanBandwidth(world)
  const ranks = new Float64Array(dag.work.length)
  for (const node of topological(dag).reverse()) {
    const behind = (dag.children[node] ?? []).map(
      (edge) => world.latency + edge.bytes * perByte + (ranks[edge.node] ?? 0),
    )
    ranks[node] = (dag.work[node] ?? 0) * slowness + Math.max(0, ...behind)
  }
  return ranks
}

export function freshState(world: WorkflowWorld, dag: Dag): HeftState {
  return {
    now: 0,
    fixed: dag.work.map(() => undefined),
    free: world.machines.map(({ slots }) => Array.from({ length: slots }, () => 0)),
  }
}

/** The places of all nodes that are not fixed, in the order in which they were planned. */
export function heftPlan(world: WorkflowWorld, dag: Dag, ranks: Float64Array, state: HeftState): Place[] {
  const order = byRank(dag, ranks).filter((node) => state.fixed[node] === undefined)
  const gaps = state.free.map((slots) =>
    (slots ?? []).map((free): Gap[] => [{ start: Math.max(state.now, free), end: Number.POSITIVE_INFINITY }]),
  )
  const planned: (Pick<Place, 'machine' | 'end'> | undefined)[] = [...state.fixed]
  return order.map((node) => {
    let best: (Place & { gap: number }) | null = null
    for (const [machine, slots] of gaps.entries()) {
      const arrival = arrivalAt(world, dag, node, machine, planned, state.now)
      const work = (dag.work[node] ?? 0) / (world.machines[machine]?.speed ?? 1)
      for (const [slot, open] of slots.entries()) {
        const gap = open.findIndex(({ start, end }) => Math.max(start, arrival) + work <= end)
        if (gap < 0) continue
        const start = Math.max(open[gap]?.start ?? 0, arrival)
        if (best === null || start + work < best.end) best = { node, machine, slot, start, end: start + work, gap }
      }
    }
    if (best === null) throw new Error('no machine is left')
    take(gaps[best.machine]?.[best.slot] ?? [], best.gap, best.start, best.end)
    planned[node] = best
    const { gap: _gap, ...place } = best
    return place
  })
}

/** Highest rank first; parents always come before their children. */
export function byRank(dag: Dag, ranks: Float64Array): number[] {
  const position = new Int32Array(dag.work.length)
  for (const [at, node] of topological(dag).entries()) position[node] = at
  return [...position.keys()].sort(
    (a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0) || (position[a] ?? 0) - (position[b] ?? 0),
  )
}

function arrivalAt(
  world: WorkflowWorld,
  dag: Dag,
  node: number,
  machine: number,
  planned: readonly (Pick<Place, 'machine' | 'end'> | undefined)[],
  now: number,
): number {
  let arrival = now
  for (const edge of dag.parents[node] ?? []) {
    const parent = planned[edge.node]
    if (parent === undefined) throw new Error(`node ${edge.node} is not planned before its child ${node}`)
    arrival = Math.max(arrival, parent.end + transfer(world, parent.machine, machine, edge.bytes))
  }
  return arrival
}

function take(open: Gap[], at: number, start: number, end: number): void {
  const gap = open[at]
  if (gap === undefined) return
  const left = [
    { start: gap.start, end: start },
    { start: end, end: gap.end },
  ]
  open.splice(at, 1, ...left.filter((part) => part.end - part.start > 1e-9))
}

function meanBandwidth({ bandwidth }: WorkflowWorld): number {
  let sum = 0
  let count = 0
  for (const [from, row] of bandwidth.entries()) {
    for (const [to, bytes] of row.entries()) {
      if (from === to) continue
      sum += bytes
      count++
    }
  }
  return count === 0 ? 125e6 : sum / count
}
