/** `shoal simulate`: the same hubs on a virtual clock, under faults, cut in two, or in great numbers. */
import type { ScaleReport } from '../../simulations/scale.ts'
import { simulateScales } from '../../simulations/scale-thread.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { nearest } from '../nearest.ts'
import { HUBS_MAX, SHARDS_MAX } from '../simulate/bounds.ts'
import { chaosOptions, simulateChaos } from '../simulate/chaos.ts'
import { oneSeedReport } from '../simulate/one-seed.ts'
import {
  isScenarioName,
  scenarioNames,
  scenarioOptions,
  simulatePartition,
  simulateScenario,
} from '../simulate/scenario.ts'
import { jsonOption, type Verb } from '../verb.ts'
import { simulateWorkflowCommand, workflowOptions } from './simulate-workflow.ts'

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Run the hubs of this version on a virtual clock: chaos, partition, a scenario, scale, or a job of yours.',
  positionals: [
    {
      name: 'what',
      description: 'chaos, partition, scenario, scale, workflow, the name of a scenario; or a module to partition',
      required: true,
    },
    {
      name: 'file',
      description: 'partition and scenarios: a module or workflow to run; scenario: its name or file',
      required: false,
    },
    { name: 'job', description: 'after `scenario NAME`: a module or workflow to run', required: false },
  ],
  options: {
    seed: { type: 'text', value: 'n', description: 'first seed (default: 1)' },
    hubs: { type: 'text', value: 'n', description: 'machines in the swarm' },
    shards: { type: 'text', value: 'n', description: 'shards of the work' },
    ...chaosOptions,
    ...scenarioOptions,
    html: { type: 'text', value: 'file', description: 'draw the run: one HTML file that needs nothing else' },
    ...workflowOptions,
    json: jsonOption,
  },
  async run(args) {
    const what = args.required('what')
    const [file, job] = [args.text('file'), args.text('job')]
    const unexpected = what === 'scenario' ? undefined : isAlone(what) ? file : job
    if (unexpected !== undefined) throw usage(`unexpected argument ${JSON.stringify(unexpected)}`, 'leave it out')
    const code = await simulated(args, what, file, job)
    for (const name of args.unread()) process.stderr.write(`note: --${name} means nothing to simulate ${what}\n`)
    return code
  },
}

function simulated(args: Arguments, what: string, file: string | undefined, job: string | undefined): Promise<number> {
  if (what === 'workflow') return simulateWorkflowCommand(args)
  if (what === 'chaos') return simulateChaos(args)
  // Splits in words of their own (sizes, several, one way); the scenario of the same name is for a quick look.
  if (what === 'partition') return simulatePartition(args, file)
  if (what === 'scale') return scale(args)
  if (what === 'scenario') return simulateScenario(args, file, job)
  if (isScenarioName(what)) return simulateScenario(args, what, file)
  if (isFile(what)) return simulatePartition(args, what)
  const near = nearest(what, [...KINDS, ...scenarioNames()])
  throw usage(
    `there is no simulation ${JSON.stringify(what)}`,
    near === null ? `${KINDS.join(', ')}, or a scenario: shoal simulate scenario` : `did you mean ${near}?`,
  )
}

function isFile(what: string): boolean {
  return /\.([cm]?[jt]s|json)$/.test(what)
}

/** What is simulated without a job of the user's, or is one. */
function isAlone(what: string): boolean {
  return what === 'chaos' || what === 'scale' || isFile(what)
}

const KINDS = ['workflow', 'chaos', 'partition', 'scenario', 'scale']

/** Smaller swarms first: growth says more than one number. */
async function scale(args: Arguments): Promise<number> {
  const hubs = args.whole('hubs', 2, HUBS_MAX) ?? 100
  const shards = args.whole('shards', 1, SHARDS_MAX) ?? 1_000
  const seed = args.whole('seed', 1, 2 ** 31) ?? 1
  const counts = [...[10, 100].filter((count) => count < hubs), hubs]
  const beganMs = performance.now()
  const reports = await simulateScales(
    counts.map((count) => ({ seed, hubs: count, shards: Math.ceil((shards * count) / hubs), shardMs: 1_000 })),
  )
  const report = reports.at(-1)
  if (report === undefined) throw new Error('a simulation without a report')
  const growth = reports.slice(0, -1)
  if (args.flag('json')) {
    const { covered, completed } = report
    const violations = completed ? [] : [{ invariant: 'L1', message: 'the job did not end in time' }]
    const events = reports.reduce((sum, one) => sum + one.events, 0)
    const sweep = oneSeedReport({ seed, violations, faults: {}, covered, events, tookMs: performance.now() - beganMs })
    process.stdout.write(`${JSON.stringify({ ...report, ...sweep, growth, exponents: exponents(reports) })}\n`)
  } else {
    for (const one of reports) {
      process.stdout.write(
        `${one.hubs} hubs, ${one.shards} shards: ${one.makespanToIdeal}x the ideal time; per hub ` +
          `${one.messagesPerHubPerSecond} messages/s, ${one.bytesPerHubPerSecond} bytes/s\n`,
      )
    }
  }
  return report.completed ? exitCodes.done : exitCodes.failed
}

const grownFigures = ['messagesPerHubPerSecond', 'bytesPerHubPerSecond', 'heapBytesPerHub'] as const

/** By which power of the number of hubs each figure grows, from the second largest swarm to the largest: 0 stays, 1 is linear. */
function exponents(reports: readonly ScaleReport[]): Record<string, number | null> {
  const [before, after] = reports.slice(-2)
  const grown = (figure: (typeof grownFigures)[number]): number | null => {
    if (before === undefined || after === undefined) return null
    const times = Math.max(1, after[figure]) / Math.max(1, before[figure])
    return Math.round((100 * Math.log(times)) / Math.log(after.hubs / before.hubs)) / 100
  }
  return Object.fromEntries(grownFigures.map((figure) => [figure, grown(figure)]))
}

function usage(message: string, next: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', message, { next })
}
