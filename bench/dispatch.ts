/**
 * How well hubs place the shards of recorded workflows in simulated worlds: makespan over that of HEFT's plan in the same world.
 * `node bench/dispatch.ts [--worlds plain,noise] [--seeds 5] [--first-seed 1] [--hubs 16] [--shapes] [--workflows FOLDER]`: one JSON line per world.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Dag, parseDag } from '../simulations/workflow/dag.ts'
import { runHeft } from '../simulations/workflow/policies.ts'
import { randomDags } from '../simulations/workflow/random-dag.ts'
import { seededWorld, type WorldWants } from '../simulations/workflow/seeded-world.ts'
import { type Policy, simulateWorkflow, type WorkflowReport } from '../simulations/workflow/simulate.ts'

const data = process.env.SHOAL_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
const { values } = parseArgs({
  options: {
    worlds: { type: 'string' },
    seeds: { type: 'string', default: '5' },
    'first-seed': { type: 'string', default: '1' },
    hubs: { type: 'string', default: '16' },
    shapes: { type: 'boolean', default: false },
    workflows: { type: 'string', default: join(data, 'workflows') },
    verbose: { type: 'boolean', default: false },
  },
})

interface Setting {
  readonly world: Partial<WorldWants>
  readonly wants?: { readonly forecast?: boolean; readonly migration?: boolean; readonly speculation?: boolean }
  readonly policy?: Policy
}

const changing = { changingLoad: true, noise: 0.2 }
const straggling = { stragglers: 0.05, noise: 0.2 }
const settings: Readonly<Record<string, Setting>> = {
  plain: { world: {} },
  latency: { world: { latency: 0.03 } },
  noise: { world: { noise: 0.5 } },
  'noise-stay': { world: { noise: 0.5 }, wants: { migration: false } },
  load: { world: changing },
  'load-stay': { world: changing, wants: { migration: false } },
  'load-blind': { world: changing, wants: { forecast: false } },
  'load-blind-stay': { world: changing, wants: { forecast: false, migration: false } },
  known: { world: { changingLoad: true } },
  'known-blind': { world: { changingLoad: true }, wants: { forecast: false } },
  'known-stay': { world: { changingLoad: true }, wants: { migration: false } },
  'known-blind-stay': { world: { changingLoad: true }, wants: { forecast: false, migration: false } },
  stragglers: { world: straggling },
  'stragglers-uncopied': { world: straggling, wants: { speculation: false } },
  'stragglers-stay': { world: straggling, wants: { migration: false } },
  'stragglers-neither': { world: straggling, wants: { speculation: false, migration: false } },
  deaths: { world: { deaths: 0.1 } },
  ccr: { world: { ccr: 1 } },
}

const hubs = Number(values.hubs)
const firstSeed = Number(values['first-seed'])
const dags = values.shapes ? randomDags(12, 1) : recorded(values.workflows)
const names = values.worlds?.split(',') ?? Object.keys(settings)
for (const name of names) {
  const setting = settings[name]
  if (setting === undefined) throw new Error(`no world ${name}; there are ${Object.keys(settings).join(', ')}`)
  const runs: { dag: string; seed: number; ratio: number; report: WorkflowReport }[] = []
  for (const dag of dags) {
    for (let seed = firstSeed; seed < firstSeed + Number(values.seeds); seed++) {
      const report = simulate(dag, setting, seed)
      const ratio = report.makespan / report.heft
      runs.push({ dag: dag.name, seed, ratio, report })
      if (values.verbose) process.stderr.write(`${name} ${dag.name} ${seed} ${ratio.toFixed(3)}\n`)
    }
  }
  process.stdout.write(`${JSON.stringify(summary(name, runs))}\n`)
}

function recorded(folder: string): Dag[] {
  if (!existsSync(folder)) throw new Error(`no workflows in ${folder}: set SHOAL_DATA, or use --shapes`)
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => parseDag(JSON.parse(readFileSync(join(folder, file), 'utf8')), file))
}

function simulate(dag: Dag, { world, wants, policy }: Setting, seed: number): WorkflowReport {
  const plain = { latency: 0.001, ccr: 0.1, noise: 0, changingLoad: false, stragglers: 0, deaths: 0 }
  const wanted: WorldWants = { hubs, seed, ...plain, ...world }
  const living = seededWorld(dag, { ...wanted, deaths: 0 }, 1)
  const drawn = wanted.deaths === 0 ? living : seededWorld(dag, wanted, runHeft(living, dag).makespan)
  const policies = { forecast: true, migration: true, speculation: true, ...wants }
  return simulateWorkflow(dag, drawn, { ...policies, policy: policy ?? 'shoal', seed }, () => performance.now()).report
}

function summary(world: string, runs: readonly { dag: string; seed: number; ratio: number; report: WorkflowReport }[]) {
  const ratios = runs.map(({ ratio }) => ratio)
  const worst = runs.reduce((most, run) => (run.ratio > most.ratio ? run : most))
  const mean = (of: (report: WorkflowReport) => number) =>
    round(runs.reduce((sum, { report }) => sum + of(report), 0) / runs.length)
  return {
    bench: 'dispatch',
    world,
    hubs,
    runs: runs.length,
    heftRatio: round(Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length)),
    worst: round(worst.ratio),
    worstOf: `${worst.dag} seed ${worst.seed}`,
    broadcasts: mean((report) => report.broadcastsPerShard),
    wasted: mean((report) => report.wastedWork),
    migrations: mean((report) => report.migrations),
    planMs: mean((report) => report.planMsP50),
    conflictingCommits: runs.reduce((sum, { report }) => sum + report.conflictingCommits, 0),
  }
}

function round(value: number): number {
  return Math.round(value * 1e4) / 1e4
}
