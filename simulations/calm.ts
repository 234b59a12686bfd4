/** What a swarm is given to end its jobs once nothing breaks any more, and what must hold meanwhile. */
import { checkIdle, hasSettled, isQuiet } from './check.ts'
import type { SimFamily } from './kernel/workload.ts'
import type { SimWorld } from './kernel/world.ts'
import type { Aftermath } from './scenarios/perform.ts'

/** Time a calm swarm is given beyond the work itself: suspicion, anti-entropy rounds, rests after failures. */
const CALM_MS = 20_000
/** And beyond that, once a holder of results is gone for good: until it counts as dead, and what it had is made again. */
const GONE_MS = 30_000
/** And so many times the work of all jobs on all machines. */
const CALM_WORK_SHARES = 3
/** After the last job ended: a round of anti-entropy with everybody, and then some. */
const SETTLE_MS = 2_000
const LOOK_MS = 250

/** Liveness: with everything mended, all jobs end, all drains are told, all replicas agree. */
export function calmDown(world: SimWorld, after: Aftermath): void {
  const deadlineMs =
    world.events.nowMs +
    CALM_MS +
    CALM_WORK_SHARES * Math.max(idealMs(world), longestChainMs(world)) +
    (after.gone.size > 0 ? GONE_MS : 0)
  let isCalm = false
  while (!isCalm && world.events.nowMs < deadlineMs) {
    world.runFor(LOOK_MS)
    restartDrained(world, after)
    checkIdle(world)
    isCalm = isQuiet(world)
  }
  settle(world)
  restartDrained(world, after)
  for (const boot of after.draining) world.broken('L3', `${boot} never finished its drain`)
}

/** Gives anti-entropy time for a round with everybody; once all agree, only a little more, in which they must stay so. */
function settle(world: SimWorld): void {
  const untilMs = world.events.nowMs + SETTLE_MS * world.hubs.size
  while (!hasSettled(world) && world.events.nowMs < untilMs) world.runFor(LOOK_MS)
  world.runFor(SETTLE_MS)
}

/** All work of all jobs, evenly on all machines. */
export function idealMs(world: SimWorld): number {
  let workMs = 0
  for (const { families } of world.jobs.values()) {
    for (const { spec, workMs: ofShard } of families) {
      for (let shard = 0; shard < spec.cut.starts.length; shard++) workMs += ofShard(shard)
    }
  }
  const speed = [...world.hubs.values()].reduce((sum, { model }) => sum + model.speed * model.slots, 0)
  return workMs / speed
}

/** Of a root's own code and shards that depend on each other, on a machine of speed 1. */
function longestChainMs(world: SimWorld): number {
  const chains = [...world.jobs.values()].map(
    ({ rootMs, families }) => rootMs + families.reduce((sum, family) => sum + chainMs(family), 0),
  )
  return Math.max(0, ...chains)
}

function chainMs({ spec, workMs }: SimFamily): number {
  if (spec.edges.length === 0) return 0
  const children = Map.groupBy(spec.edges, (edge) => edge.from)
  const missing = new Map<number, number>()
  for (const { to } of spec.edges) missing.set(to, (missing.get(to) ?? 0) + 1)
  const ends = Array.from(spec.cut.starts, (_, shard) => workMs(shard))
  const ready = [...ends.keys()].filter((shard) => !missing.has(shard))
  for (const shard of ready) {
    for (const { to } of children.get(shard) ?? []) {
      ends[to] = Math.max(ends[to] ?? 0, (ends[shard] ?? 0) + workMs(to))
      const left = (missing.get(to) ?? 0) - 1
      missing.set(to, left)
      if (left === 0) ready.push(to)
    }
  }
  return ends.reduce((most, end) => Math.max(most, end), 0)
}

/** A drained machine is switched off and on again. */
function restartDrained(world: SimWorld, after: Aftermath): void {
  for (const hub of world.hubs.values()) {
    if (!after.draining.has(hub.boot)) continue
    const isTold = world.notes.some((note) => note.boot === hub.boot && note.effect.type === 'drained')
    if (!hub.isAlive || isTold) after.draining.delete(hub.boot)
    if (!hub.isAlive || !isTold) continue
    world.crash(Number(hub.id.slice(1)))
    world.bounce(hub.id)
  }
  // A hub that crashed while it drained has started anew: its drain is over.
  const boots = new Set([...world.hubs.values()].map((hub) => hub.boot))
  for (const boot of after.draining) if (!boots.has(boot)) after.draining.delete(boot)
}
