/** What a partition does to a job: who got how far, what was done twice, how fast the sides agreed again. */
import { jobReport, type Report } from '../src/hub/job-report.ts'
import { simJob } from './kernel/workload.ts'
import { hubName, SimWorld } from './kernel/world.ts'

export interface PartitionOptions {
  readonly seed: number
  /** Sizes of the sides; together all hubs. */
  readonly sides: readonly number[]
  readonly atMs: number
  readonly healMs: number
  readonly shardMs: number
}

/** The shape of `shoal simulate partition --json`. */
export interface PartitionReport {
  readonly schema: 1
  readonly completed: boolean
  readonly wallMs: number
  readonly idealMs: number
  /** Results that count, by the hub that made them. */
  readonly completedBy: Readonly<Record<string, number>>
  /** Executions beyond the first of each shard, as a share of all shards. */
  readonly duplicatedWork: number
  /** From the healing until every hub had every record that existed then. */
  readonly convergedMs: number
  readonly receipt: Report['receipt']
}

const JOB = 'job-1'
const BEGIN_MS = 1_000
const END_MS = 3_600_000

export function simulatePartition(options: PartitionOptions): PartitionReport {
  const { sides, atMs, healMs, shardMs } = options
  const hubs = sides.reduce((sum, side) => sum + side, 0)
  const shards = Math.max(hubs, Math.ceil(((healMs + 10_000) * hubs) / shardMs))
  const world = new SimWorld({ seed: options.seed, hubs, blobResults: 0.2 })
  world.runFor(BEGIN_MS)
  world.submit(simJob(JOB, hubName(0), [{ shards, workMs: () => shardMs }]), 0)
  const groups = groupsOf(sides)
  world.events.after(atMs, () => betweenAll(groups, (a, b) => world.partition(a, b)))
  let convergedMs = 0
  world.events.after(healMs, () => {
    betweenAll(groups, (a, b) => world.heal(a, b))
    convergedMs = -1
  })
  world.runFor(healMs + 1)
  const known = unionOf(world)
  const isConverged = () => [...world.hubs.values()].every((hub) => covers(vectorOf(world, hub.id), known))
  if (world.runUntil(isConverged, END_MS)) convergedMs = world.events.nowMs - BEGIN_MS - healMs
  const isDone = () => [...world.hubs.keys()].every((_, index) => world.isDoneAt(index, JOB))
  const completed = world.runUntil(isDone, END_MS)
  const { state } = world.hub(0).hub
  const report = jobReport(state, state.job(JOB))
  const again =
    world.executions.length - new Set(world.executions.map(({ family, shard }) => `${family}:${shard}`)).size
  return {
    schema: 1,
    completed,
    wallMs: Math.round(world.events.nowMs - BEGIN_MS),
    idealMs: Math.round((shards * shardMs) / hubs),
    completedBy: Object.fromEntries(report.byHub.map(({ hub, shards: count }) => [hub, count])),
    duplicatedWork: again / shards,
    convergedMs: Math.round(convergedMs),
    receipt: report.receipt,
  }
}

function groupsOf(sides: readonly number[]): number[][] {
  let next = 0
  return sides.map((size) => Array.from({ length: size }, () => next++))
}

function betweenAll(groups: readonly number[][], act: (a: number[], b: number[]) => void): void {
  groups.forEach((a, index) => {
    for (const b of groups.slice(index + 1)) act(a, b)
  })
}

function vectorOf(world: SimWorld, hub: string): ReadonlyMap<string, number> {
  return world.hubs.get(hub)?.disk.ledgers.get(JOB)?.vector() ?? new Map()
}

function unionOf(world: SimWorld): Map<string, number> {
  const union = new Map<string, number>()
  for (const hub of world.hubs.keys()) {
    for (const [log, length] of vectorOf(world, hub)) union.set(log, Math.max(length, union.get(log) ?? 0))
  }
  return union
}

function covers(vector: ReadonlyMap<string, number>, known: ReadonlyMap<string, number>): boolean {
  return [...known].every(([log, length]) => (vector.get(log) ?? 0) >= length)
}
