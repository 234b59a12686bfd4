/** Runs a scenario on simulated hubs, lets the checker judge it, and reports what it cost. */
import type { Job } from '../../src/hub/job.ts'
import { jobReport, type Report } from '../../src/hub/job-report.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { calmDown, idealMs } from '../calm.ts'
import { checkEnd } from '../check.ts'
import { simJob } from '../kernel/workload.ts'
import { hubName, SimWorld, type Violation } from '../kernel/world.ts'
import { allHave, knownRecords } from './convergence.ts'
import { perform } from './perform.ts'
import { type Bounds, calmFromMs, type Scenario } from './scenario.ts'

/** What `shoal simulate NAME --json` prints, and `shoal simulate partition --json` too. */
export interface ScenarioReport {
  readonly schema: 1
  readonly scenario: string
  readonly seed: number
  readonly hubs: number
  readonly shards: number
  /** Whether hubs are up at the end, and each of them knows the job's end. */
  readonly completed: boolean
  /** Hubs that are up at the end. */
  readonly hubsLeft: number
  /** From the submission until the first hub had the result, until the end of the simulation if none had it. */
  readonly wallMs: number
  /** All work, evenly on all machines. */
  readonly idealMs: number
  /** Results of shards that count, by the hub that made them. */
  readonly completedBy: Readonly<Record<string, number>>
  /** Executions beyond the first of each shard, as a share of all shards. */
  readonly duplicatedWork: number
  /** From the last mending until every hub had every record that existed then. */
  readonly convergedMs: number
  readonly receipt: Report['receipt']
  readonly resumed: number
  readonly falseDeaths: number
  readonly messagesPerHubPerSecond: number
  /** Over the history: equal for equal runs. */
  readonly traceHash: string
  readonly violations: readonly Violation[]
}

export interface ScenarioRun {
  readonly report: ScenarioReport
  readonly world: SimWorld
}

const JOB = 'job-1'
/** The swarm finds itself before the job comes. */
export const BEGIN_MS = 1_000
const CONVERGE_MS_MAX = 600_000

/** `watch` is given the world before anything happens. */
export function runScenario(
  scenario: Scenario,
  seed: number,
  watch: (world: SimWorld) => void = () => undefined,
): ScenarioRun {
  const { acts, families, submitter = 0, rootMs = 0 } = scenario
  const world = new SimWorld({ seed, hubs: scenario.hubs, blobResults: 0.2 })
  watch(world)
  const after = perform(world, acts, seed, BEGIN_MS)
  world.runFor(BEGIN_MS)
  const messagesBefore = world.network.messages
  world.submit(simJob(JOB, hubName(submitter), families, { rootMs }), submitter)
  let convergedMs = 0
  try {
    world.runFor(calmFromMs(acts) + 1)
    convergedMs = converge(world)
    calmDown(world, after)
    checkEnd(world)
  } catch (error) {
    world.broken('H0', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  const messages = world.network.messages - messagesBefore
  const report = reportOf(scenario, seed, world, { convergedMs, messages })
  return { report: { ...report, violations: [...world.violations, ...boundsBroken(report, scenario.bounds)] }, world }
}

/** Time until all hubs have what any had at the start of it. */
function converge(world: SimWorld): number {
  const fromMs = world.events.nowMs
  const known = knownRecords(world, JOB)
  world.runUntil(() => allHave(world, JOB, known), fromMs + CONVERGE_MS_MAX)
  return Math.round(world.events.nowMs - fromMs)
}

function reportOf(
  scenario: Scenario,
  seed: number,
  world: SimWorld,
  measured: { readonly convergedMs: number; readonly messages: number },
): ScenarioReport {
  const { state } =
    [...world.hubs.values()].find((hub) => hub.isUp && hub.hub.state.jobs.has(JOB))?.hub ?? world.hub(0).hub
  const job = state.jobs.get(JOB)
  const told = job === undefined ? null : jobReport(state, job)
  const { events } = world.history
  const endedMs = events.find(({ kind }) => kind === 'ended')?.atMs
  const shards = scenario.families.reduce((sum, family) => sum + family.shards, 0)
  const seconds = (world.events.nowMs - BEGIN_MS) / 1000
  const left = [...world.hubs.values()].flatMap((hub, index) => (hub.isUp ? [index] : []))
  return {
    schema: 1,
    scenario: scenario.name,
    seed,
    hubs: scenario.hubs,
    shards,
    completed: left.length > 0 && left.every((index) => world.isDoneAt(index, JOB)),
    hubsLeft: left.length,
    wallMs: Math.round((endedMs ?? world.events.nowMs) - BEGIN_MS),
    idealMs: Math.round(idealMs(world) + (scenario.rootMs ?? 0)),
    completedBy: job === undefined ? {} : resultsByHub(job),
    duplicatedWork: executedAgain(world) / Math.max(1, shards),
    convergedMs: measured.convergedMs,
    receipt: told?.receipt ?? [],
    resumed: told?.shards.resumed ?? 0,
    falseDeaths: falseDeaths(world),
    messagesPerHubPerSecond: Math.round(measured.messages / scenario.hubs / seconds),
    traceHash: world.history.hash,
    violations: [],
  }
}

/** The root is no shard. */
function resultsByHub(job: Job): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const view of job.view.families.values()) {
    if (view.spec.key === ROOT_FAMILY) continue
    for (let shard = 0; shard < view.shards; shard++) {
      const hub = view.done(shard)?.hub
      if (hub !== undefined) counts[hub] = (counts[hub] ?? 0) + 1
    }
  }
  return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function executedAgain(world: SimWorld): number {
  return world.executions.length - new Set(world.executions.map(({ family, shard }) => `${family}:${shard}`)).size
}

/** How often a hub that ran called another one dead that ran and was not cut off. */
function falseDeaths(world: SimWorld): number {
  const down = new Set<string>()
  let isCut = false
  let deaths = 0
  for (const { kind, hub, detail } of world.history.events) {
    if (kind === 'boot') down.delete(hub)
    if (kind === 'fault' && /^(crash|power cut|gone|freeze|drain)/.test(detail)) down.add(hub)
    if (kind === 'fault' && detail === 'thaw') down.delete(hub)
    if (kind === 'fault' && /^partition/.test(detail)) isCut = true
    if (kind === 'fault' && /^heal/.test(detail)) isCut = false
    if (kind === 'member' && detail.endsWith(' dead') && !isCut && !down.has(hub) && !down.has(detail.slice(0, -5)))
      deaths++
  }
  return deaths
}

/** L1 and E1 beyond the invariants: what the scenario itself demands. */
function boundsBroken(report: ScenarioReport, bounds: Bounds = {}): Violation[] {
  // What never ended took longer than any bound allows.
  const wallMs = report.completed ? report.wallMs : Number.POSITIVE_INFINITY
  const measured: [invariant: string, name: string, value: number, max: number | undefined][] = [
    ['L1', 'wallMs / idealMs', wallMs / Math.max(1, report.idealMs), bounds.wallToIdealMax],
    ['E1', 'duplicatedWork', report.duplicatedWork, bounds.duplicatedWorkMax],
    ['L1', 'convergedMs', report.convergedMs, bounds.convergedMsMax],
    ['L1', 'falseDeaths', report.falseDeaths, bounds.falseDeathsMax],
  ]
  return measured.flatMap(([invariant, name, value, max]) =>
    max === undefined || value <= max
      ? []
      : [{ invariant, message: `${name} is ${round(value)}, at most ${max} is allowed` }],
  )
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000
}
