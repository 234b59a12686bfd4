/** The rules shoal is compared with. They are our models of published rules, not the products. */
import { Random } from '../kernel/random.ts'
import { Central, type CentralPolicy, type CentralRun } from './central.ts'
import { levelAt } from './curve.ts'
import type { Dag } from './dag.ts'
import { freshState, heftPlan, upwardRanks } from './heft.ts'
import { machineOf, transfer, type WorkflowWorld } from './world.ts'

/** A static plan, carried out in its order; replanned at once and for free when a machine dies. */
export function runHeft(world: WorkflowWorld, dag: Dag): CentralRun {
  const ranks = upwardRanks(world, dag)
  const lay = (central: Central, plan: ReturnType<typeof heftPlan>) => {
    for (const queue of central.queues) queue.length = 0
    for (const { node, machine } of [...plan].sort((a, b) => a.start - b.start)) {
      central.queues[machine]?.push({ node, since: 0 })
    }
  }
  let isLaid = false
  const policy: CentralPolicy = {
    inOrder: true,
    ready(central) {
      if (!isLaid) lay(central, heftPlan(world, dag, ranks, freshState(world, dag)))
      isLaid = true
    },
    died(central) {
      // Who dies before the first plan is no part of it.
      isLaid = true
      const fixed = central.done.map((one) => one && { machine: one.machine, end: one.end })
      const free = world.machines.map(({ slots }, machine) => {
        if (central.dead.has(machine)) return null
        const ends = (central.running[machine] ?? []).map(({ node, expectedEnd }) => {
          const end = Math.max(central.now, expectedEnd)
          fixed[node] = { machine, end }
          return end
        })
        return [...ends, ...Array.from({ length: slots - ends.length }, () => central.now)]
      })
      lay(central, heftPlan(world, dag, ranks, { now: central.now, fixed, free }))
    },
  }
  return new Central(world, dag, policy).run()
}

/** HEFT's rule when a node becomes ready, with the load of the moment. */
export function runOnlineHeft(world: WorkflowWorld, dag: Dag): CentralRun {
  const ranks = upwardRanks(world, dag)
  const policy: CentralPolicy = {
    inOrder: false,
    ready(central, nodes) {
      for (const node of [...nodes].sort((a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0))) {
        let best = { machine: -1, end: Number.POSITIVE_INFINITY }
        for (const machine of central.alive) {
          const start = Math.max(freeAt(central, machine), central.arrival(node, machine, central.now))
          const end = start + (dag.work[node] ?? 0) / rate(central, machine)
          if (end < best.end) best = { machine, end }
        }
        central.give(node, best.machine)
      }
    },
  }
  return new Central(world, dag, policy).run()
}

/** Where it starts first by measured durations: a worker's occupancy plus the transfer; idle workers steal what moves cheaply. */
export function runDask(world: WorkflowWorld, dag: Dag): CentralRun {
  const held: number[] = []
  const policy: CentralPolicy = {
    inOrder: false,
    ready(central, nodes) {
      for (const node of nodes) {
        const isRootish = (dag.parents[node] ?? []).length === 0
        if (isRootish) held.push(node)
        else central.give(node, leastOccupied(central, node))
      }
      for (const machine of central.alive) {
        const { slots } = machineOf(world, machine)
        const busy = () => (central.running[machine]?.length ?? 0) + (central.queues[machine]?.length ?? 0)
        while (held.length > 0 && busy() < slots) central.give(held.shift() ?? 0, machine)
      }
    },
    idle(central, machine) {
      const waiting = held.shift()
      if (waiting !== undefined) central.give(waiting, machine)
      else steal(central, machine)
    },
  }
  return new Central(world, dag, policy).run()
}

export function runRandom(world: WorkflowWorld, dag: Dag, seed: number): CentralRun {
  const random = new Random(seed, 'random policy')
  const policy: CentralPolicy = {
    inOrder: false,
    ready(central, nodes) {
      const { alive } = central
      for (const node of nodes) central.give(node, alive[random.below(alive.length)] ?? 0)
    },
  }
  return new Central(world, dag, policy).run()
}

function rate(central: Central, machine: number): number {
  const { speed, load } = machineOf(central.world, machine)
  return speed * (1 - Math.min(0.98, levelAt(load, central.now)))
}

function freeAt(central: Central, machine: number): number {
  const { slots } = machineOf(central.world, machine)
  const speed = rate(central, machine)
  const ends = (central.running[machine] ?? []).map(({ expectedEnd }) => Math.max(central.now, expectedEnd))
  while (ends.length < slots) ends.push(central.now)
  for (const { node } of central.queues[machine] ?? []) {
    ends.sort((a, b) => a - b)
    ends[0] = (ends[0] ?? central.now) + (central.dag.work[node] ?? 0) / speed
  }
  return Math.min(...ends)
}

function occupancy(central: Central, machine: number): number {
  const nodes = [...(central.running[machine] ?? []), ...(central.queues[machine] ?? [])]
  const work = nodes.reduce((sum, { node }) => sum + (central.dag.work[node] ?? 0), 0)
  return work / machineOf(central.world, machine).slots
}

function moveTime(central: Central, node: number, machine: number): number {
  return (central.dag.parents[node] ?? []).reduce((sum, edge) => {
    const from = central.done[edge.node]?.machine ?? machine
    return sum + transfer(central.world, from, machine, edge.bytes)
  }, 0)
}

function leastOccupied(central: Central, node: number): number {
  const costs = central.alive.map((machine) => ({
    machine,
    cost: occupancy(central, machine) + moveTime(central, node, machine),
  }))
  return costs.reduce((best, one) => (one.cost < best.cost ? one : best)).machine
}

/** From the most occupied, if moving costs less than running. */
function steal(central: Central, thief: number): void {
  const victims = central.alive
    .filter((machine) => machine !== thief && (central.queues[machine]?.length ?? 0) > 0)
    .filter((machine) => (central.running[machine]?.length ?? 0) >= machineOf(central.world, machine).slots)
    .sort((a, b) => occupancy(central, b) - occupancy(central, a) || a - b)
  for (const victim of victims) {
    const found = central.queues[victim]?.findLast(
      ({ node }) => moveTime(central, node, thief) < (central.dag.work[node] ?? 0),
    )
    if (found === undefined) continue
    central.take(found.node, victim)
    central.give(found.node, thief)
    return
  }
}
