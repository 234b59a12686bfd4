/** `shoal simulate NAME` and `shoal simulate partition`: named things go wrong, to a made-up job or to yours. */
import type { FamilyPlan } from '../../simulations/kernel/workload.ts'
import { scenarioPlans, sized } from '../../simulations/scenarios/catalogue.ts'
import { BEGIN_MS, runScenario, type ScenarioRun } from '../../simulations/scenarios/run-scenario.ts'
import type { Scenario, ScenarioPlan, Size } from '../../simulations/scenarios/scenario.ts'
import { scenarioFigures } from '../../simulations/scenarios/scenario-figures.ts'
import { parseScenario } from '../../simulations/scenarios/scenario-file.ts'
import { scenarioText } from '../../simulations/scenarios/scenario-text.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { readJson } from '../read-json.ts'
import type { Option } from '../verb.ts'
import { HUBS_MAX, SHARDS_MAX, usageOf } from './bounds.ts'
import { MessageWatch, writeReport } from './html.ts'
import { simulatedJob } from './job.ts'
import { countsOf, oneSeedReport } from './one-seed.ts'
import { partitionActs, splitsOf } from './splits.ts'

const usage = usageOf('simulate')

export const scenarioOptions: Readonly<Record<string, Option>> = {
  split: { type: 'text', value: 'a/b', description: 'partition: sizes of the sides (default: halves)' },
  oneway: { type: 'flag', description: 'partition: the first side is still heard by the others' },
  at: { type: 'text', value: 'time', description: 'scenarios: when it begins to go wrong (partition: 10s)' },
  heal: { type: 'text', value: 'time', description: 'partition: when the network heals (default: 40s)' },
  for: { type: 'text', value: 'time', description: 'scenarios: how long it goes wrong, or each machine is away' },
  partition: {
    type: 'text',
    value: 'a/b@t..u',
    description: 'sides and times at once, as 4/4@10s..40s; several times for several splits',
    repeated: true,
  },
  input: { type: 'text', value: 'json', description: 'for a module: its input, as for run' },
  scale: { type: 'text', value: 'n', description: 'for a module: let it make its input' },
  chunks: { type: 'text', value: 'n', description: 'for a module: force every family into n shards' },
  'work-scale': { type: 'text', value: 'x', description: 'for a module or workflow: its work takes x times as long' },
}

/** `shoal simulate scenario [NAME|FILE] [JOB]`, and the same without the word. */
export async function simulateScenario(args: Arguments, name: string | undefined, job: string | undefined) {
  if (name === undefined) return listScenarios(args)
  const plan = scenarioPlans.find((one) => one.name === name)
  if (plan !== undefined) return tell(args, await ofPlan(args, plan, job))
  if (!name.endsWith('.json'))
    throw usage(`there is no scenario ${JSON.stringify(name)}`, `one of ${scenarioNames().join(', ')}; or FILE.json`)
  const scenario = parseScenario(await readJson(name), name)
  return tell(args, job === undefined ? scenario : { ...scenario, ...(await simulatedJob(args, job, scenario.hubs)) })
}

/** `shoal simulate partition [FILE]`, and `shoal simulate FILE --partition ...`. */
export async function simulatePartition(args: Arguments, job: string | undefined): Promise<number> {
  const splits = splitsOf(args)
  const { hubs } = splits
  const acts = partitionActs(splits)
  const lastHealMs = Math.max(...splits.splits.map(({ healMs }) => healMs))
  const sides = splits.splits.map(({ told }) => told).join(', ')
  const work = job === undefined ? { families: [madeUp(args, hubs, lastHealMs)] } : await simulatedJob(args, job, hubs)
  return tell(args, { name: 'partition', summary: `The network splits ${sides}.`, hubs, acts, ...work })
}

async function ofPlan(args: Arguments, plan: ScenarioPlan, job: string | undefined): Promise<Scenario> {
  const wanted: { -readonly [Name in keyof Size]?: Size[Name] | undefined } = {
    hubs: args.whole('hubs', 2, HUBS_MAX),
    shards: args.whole('shards', 1, SHARDS_MAX),
    atMs: args.durationMs('at'),
    forMs: args.durationMs('for'),
  }
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined))
  const scenario = sized(plan, given)
  if (job === undefined) return scenario
  const { bounds: _, ...unbounded } = scenario
  return { ...unbounded, ...(await simulatedJob(args, job, scenario.hubs)) }
}

/** Enough equal shards to keep all hubs busy until well after the healing, unless told otherwise. */
function madeUp(args: Arguments, hubs: number, healMs: number): FamilyPlan {
  const enough = Math.max(hubs, Math.ceil(((healMs + BUSY_AFTER_MS) * hubs) / SHARD_MS))
  return { shards: args.whole('shards', 1, SHARDS_MAX) ?? Math.min(enough, SHARDS_MAX), workMs: () => SHARD_MS }
}

const SHARD_MS = 100
const BUSY_AFTER_MS = 10_000

async function tell(args: Arguments, scenario: Scenario): Promise<number> {
  const messages = new MessageWatch()
  const html = args.text('html')
  const seed = args.whole('seed', 1, 2 ** 31) ?? 1
  const beganMs = performance.now()
  const run = runScenario(scenario, seed, html === undefined ? undefined : messages.watch)
  const tookMs = performance.now() - beganMs
  if (html !== undefined) await writePicture(html, scenario, run, messages)
  if (args.flag('json'))
    process.stdout.write(`${JSON.stringify({ ...run.report, ...sweepPart(run, scenario, tookMs) })}\n`)
  else process.stdout.write(scenarioText(run.report, scenario))
  return isGood(run) ? exitCodes.done : exitCodes.failed
}

function sweepPart({ report, world }: ScenarioRun, { acts }: Scenario, tookMs: number) {
  const { seed, violations } = report
  const covered = Object.fromEntries(world.rules.counts)
  return oneSeedReport({
    seed,
    violations,
    faults: countsOf(acts.map(({ type }) => type)),
    covered,
    events: world.events.count,
    tookMs,
  })
}

async function writePicture(file: string, scenario: Scenario, run: ScenarioRun, { points }: MessageWatch) {
  const { report, world } = run
  await writeReport(file, world, {
    title: scenario.name,
    summary: scenario.summary,
    zeroMs: BEGIN_MS,
    zeroName: 'the submission',
    figures: scenarioFigures(report),
    violations: report.violations,
    messages: points,
    completedBy: report.completedBy,
    receipt: report.receipt,
  })
}

function isGood({ report }: ScenarioRun): boolean {
  return report.completed && report.violations.length === 0
}

function listScenarios(args: Arguments): number {
  const listed = scenarioPlans.map(({ name, summary, size }) => ({ name, summary, ...size }))
  const width = Math.max(...listed.map(({ name }) => name.length))
  const lines = listed.map(({ name, summary }) => `${name.padEnd(width)}  ${summary}\n`)
  process.stdout.write(args.flag('json') ? `${JSON.stringify(listed)}\n` : lines.join(''))
  return exitCodes.done
}

export function isScenarioName(name: string): boolean {
  return scenarioPlans.some((plan) => plan.name === name)
}

export function scenarioNames(): string[] {
  return scenarioPlans.map(({ name }) => name)
}
