/** `shoal simulate workflow`: a recorded workflow on machines that do not exist, placed by this version's hubs or by another rule. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Execution } from '../../simulations/workflow/central.ts'
import { type Dag, parseDag } from '../../simulations/workflow/dag.ts'
import { runHeft } from '../../simulations/workflow/policies.ts'
import { seededWorld, type WorldWants } from '../../simulations/workflow/seeded-world.ts'
import { type Policy, policies, simulateWorkflow, type WorkflowReport } from '../../simulations/workflow/simulate.ts'
import type { WorkflowWorld } from '../../simulations/workflow/world.ts'
import { parseWorld } from '../../simulations/workflow/world-file.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { usageOf } from '../simulate/bounds.ts'
import { writeHtml } from '../simulate/html.ts'
import type { Option } from '../verb.ts'

const usage = usageOf('simulate workflow')

const HUBS_MAX = 1_024
const LATENCY_MS_MAX = 60_000

export const workflowOptions: Readonly<Record<string, Option>> = {
  world: { type: 'text', value: 'file', description: 'workflow: machines, links and luck (default: from the seed)' },
  policy: { type: 'text', value: 'name', description: `workflow: ${policies.join(', ')} (default: shoal)` },
  forecast: { type: 'flag', description: 'workflow: let bids look at forecast load (default: yes)' },
  migration: { type: 'flag', description: 'workflow: let running shards move (default: yes)' },
  speculation: { type: 'flag', description: 'workflow: let late shards run twice (default: yes)' },
  'latency-ms': { type: 'text', value: 'ms', description: 'workflow: delay of a message (default: 1)' },
  ccr: { type: 'text', value: 'x', description: 'workflow: transfer over compute time (default: 0.1)' },
  noise: { type: 'text', value: 'x', description: 'workflow: variation of the true work (default: 0)' },
  load: { type: 'text', value: 'kind', description: 'workflow: none or changing (default: none)' },
  stragglers: { type: 'text', value: 'share', description: 'workflow: executions that take four times as long' },
  deaths: { type: 'text', value: 'share', description: 'workflow: machines that die on the way' },
  trace: { type: 'text', value: 'file', description: 'workflow: write one JSON line per execution' },
}

export async function simulateWorkflowCommand(args: Arguments): Promise<number> {
  const file = args.text('file')
  if (file === undefined) throw usage('FILE is missing', 'shoal simulate workflow FILE')
  const dag = parseDag(await json(file), basename(file))
  const policy = policyOf(args.text('policy') ?? 'shoal')
  const wants = {
    policy,
    seed: args.whole('seed', 0, 2 ** 31) ?? 1,
    forecast: !args.isOff('forecast'),
    migration: !args.isOff('migration'),
    speculation: !args.isOff('speculation'),
  }
  const world = await worldOf(args, dag)
  const { report, executions } = simulateWorkflow(dag, world, wants, () => performance.now())
  const trace = args.text('trace')
  if (trace !== undefined) await writeTrace(trace, executions)
  const html = args.text('html')
  if (html !== undefined) {
    const { workflowHtml } = await import('../../simulations/report/workflow.ts')
    await writeHtml(html, workflowHtml({ name: dag.name, world, report, executions }))
  }
  process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : reportText(report))
  return exitCodes.done
}

async function worldOf(args: Arguments, dag: Dag): Promise<WorkflowWorld> {
  const ccr = share(args, 'ccr', 1_000) ?? 0.1
  const file = args.text('world')
  if (file !== undefined) return parseWorld(await json(file), dag, ccr, file)
  const load = args.text('load') ?? 'none'
  if (load !== 'none' && load !== 'changing') throw usage(`--load ${JSON.stringify(load)}`, '--load none or changing')
  const wants: WorldWants = {
    hubs: args.whole('hubs', 1, HUBS_MAX) ?? 16,
    seed: args.whole('seed', 0, 2 ** 31) ?? 1,
    latency: (share(args, 'latency-ms', LATENCY_MS_MAX) ?? 1) / 1000,
    ccr,
    noise: share(args, 'noise', 10) ?? 0,
    changingLoad: load === 'changing',
    stragglers: share(args, 'stragglers', 1) ?? 0,
    deaths: share(args, 'deaths', 1) ?? 0,
  }
  const living = seededWorld(dag, { ...wants, deaths: 0 }, 1)
  return wants.deaths === 0 ? living : seededWorld(dag, wants, runHeft(living, dag).makespan)
}

async function writeTrace(file: string, executions: readonly Execution[]): Promise<void> {
  try {
    await writeFile(file, executions.map((line) => `${JSON.stringify(line)}\n`).join(''))
  } catch (cause) {
    const next = 'name another file with --trace'
    throw new ShoalError('SHOAL_USAGE', `simulate workflow: the trace cannot be written to ${file}`, { next, cause })
  }
}

function share(args: Arguments, name: string, max: number): number | undefined {
  const value = args.number(name)
  if (value !== undefined && !(value >= 0 && value <= max)) throw usage(`--${name} ${value}`, `from 0 to ${max}`)
  return value
}

function policyOf(name: string): Policy {
  const known = policies.find((policy) => policy === name)
  if (known === undefined) throw usage(`there is no policy ${JSON.stringify(name)}`, `one of ${policies.join(', ')}`)
  return known
}

async function json(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ShoalError('SHOAL_USAGE', `${file} cannot be read: ${why}`, { next: 'check the path', cause })
  }
}

function reportText(report: WorkflowReport): string {
  const { policy, makespan, heft, lowerBound } = report
  return (
    `${policy}: ${makespan.toFixed(2)} s, ${(makespan / heft).toFixed(3)} of HEFT's ${heft.toFixed(2)} s; no schedule ends before ${lowerBound.toFixed(2)} s\n` +
    `${report.broadcastsPerShard.toFixed(1)} broadcasts per shard, ${report.conflicts} conflicting claims, ` +
    `${report.conflictingCommits} conflicting commits, ${(100 * report.wastedWork).toFixed(1)} % wasted, ${report.migrations} migrations\n`
  )
}
