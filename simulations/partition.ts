/** What a partition does to a job: who got how far, what was done twice, how fast the sides agreed again. */
import { jobReport, type Report } from '../src/hub/job-report.ts'
import { type FamilyPlan, simJob } from './kernel/workload.ts'
import { hubName, SimWorld } from './kernel/world.ts'

export interface PartitionOptions {
  readonly seed: number
  /** Sizes of the sides; together all hubs. */
  readonly sides: readonly number[]
  readonly atMs: number
  readonly healMs: number
  readonly shardMs: number
  /** Families of a known job, in the order of its root; without them one family that fills the time is made up. */
  readonly families?: readonly FamilyPlan[]
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
  return runPartition(options).report
}

/** The same, with the world in which it happened: its history tells the rest. */
export function runPartition(options: PartitionOptions): { report: PartitionReport; world: SimWorld } {
  const { sides, atMs, healMs } = options
  const hubs = sides.reduce((sum, side) => sum + side, 0)
  const families = options.families ?? [madeUpFamily(options, hubs)]
  const shards = families.reduce((sum, family) => sum + family.shards, 0)
  const world = new SimWorld({ seed: options.seed, hubs, blobResults: 0.2 })
  world.runFor(BEGIN_MS)
  world.submit(simJob(JOB, hubName(0), families), 0)
  const groups = groupsOf(sides)
  const told = groups.map((group) => group.join()).join('|')
  world.events.after(atMs, () => {
    betweenAll(groups, (a, b) => world.partition(a, b))
    world.history.note(world.events.nowMs, 'h----', 'fault', { detail: `partition ${told}` })
  })
  let convergedMs = 0
  world.events.after(healMs, () => {
    betweenAll(groups, (a, b) => world.heal(a, b))
    world.history.note(world.events.nowMs, 'h----', 'fault', { detail: `heal ${told}` })
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
  const partitionReport: PartitionReport = {
    schema: 1,
    completed,
    wallMs: Math.round(world.events.nowMs - BEGIN_MS),
    idealMs: Math.round(families.reduce((sum, family) => sum + workOf(family), 0) / hubs),
    completedBy: Object.fromEntries(report.byHub.map(({ hub, shards: count }) => [hub, count])),
    duplicatedWork: again / shards,
    convergedMs: Math.round(convergedMs),
    receipt: report.receipt,
  }
  return { report: partitionReport, world }
}

/** Enough equal shards to keep all hubs busy until well after the healing. */
function madeUpFamily({ healMs, shardMs }: PartitionOptions, hubs: number): FamilyPlan {
  return { shards: Math.max(hubs, Math.ceil(((healMs + 10_000) * hubs) / shardMs)), workMs: () => shardMs }
}

function workOf(family: FamilyPlan): number {
  let workMs = 0
  for (let shard = 0; shard < family.shards; shard++) workMs += family.workMs(shard)
  return workMs
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
  return world.hubs.get(hub)?.disk.ledgers.get(JOB)?.held() ?? new Map()
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
