/** Workflows on simulated hubs: the command's JSON, and that every rule does all the work, once, in an order that can be. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Curve, curveOf, finishAt, workBetween } from '../../simulations/workflow/curve.ts'
import { parseDag } from '../../simulations/workflow/dag.ts'
import { randomDags } from '../../simulations/workflow/random-dag.ts'
import { seededWorld } from '../../simulations/workflow/seeded-world.ts'
import { policies, simulateWorkflow } from '../../simulations/workflow/simulate.ts'
import { parseWorld } from '../../simulations/workflow/world-file.ts'
import { shoal } from './command-line.ts'

let folder: string
const runtimes = [4, 2, 3, 1, 5, 2, 2, 6]
const edges = [
  [0, 1, 1e6],
  [0, 2, 2e6],
  [1, 3, 1e6],
  [2, 3, 1e6],
  [3, 4, 5e5],
  [0, 5, 1e6],
  [5, 6, 1e6],
]
const json = {
  schema: 'shoal-dag/1',
  tasks: runtimes.map((runtime_s, id) => ({ id, runtime_s, output_bytes: 0 })),
  edges,
}
const dag = parseDag(json, 'small')
const plain = { hubs: 4, seed: 3, latency: 0.001, ccr: 0.1, noise: 0.3, changingLoad: true, stragglers: 0, deaths: 0 }
const wants = { forecast: true, migration: true, speculation: true, seed: 3 }

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-simulate-'))
  await writeFile(join(folder, 'dag.json'), JSON.stringify(json))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('the command prints all fields and traces one line per execution', async () => {
  const trace = join(folder, 'trace.jsonl')
  const words = ['simulate', 'workflow', join(folder, 'dag.json'), '--hubs', '3', '--trace', trace, '--json']
  const { code, stdout } = await shoal(words)
  expect(code).toBe(0)
  const report = JSON.parse(stdout)
  expect(report).toMatchObject({ schema: 1, conflictingCommits: 0 })
  for (const field of [
    'makespan',
    'lowerBound',
    'heft',
    'broadcastsPerShard',
    'conflicts',
    'wastedWork',
    'migrations',
  ]) {
    expect(report[field]).toBeTypeOf('number')
  }
  expect(report.makespan).toBeGreaterThanOrEqual(report.lowerBound)
  const lines = (await readFile(trace, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(Object.keys(lines[0])).toEqual(['task', 'hub', 'start', 'end', 'committed'])
})

test.each(policies)('%s does every task once, after its parents, and no faster than possible', (policy) => {
  const world = seededWorld(dag, plain, 10)
  const { report, executions } = simulateWorkflow(dag, world, { ...wants, policy }, () => 0)
  const committed = executions.filter((one) => one.committed)
  expect(committed.map(({ task }) => task).sort((a, b) => a - b)).toEqual(runtimes.map((_runtime, task) => task))
  const endOf = (node: number) => committed.find(({ task }) => task === node)?.end ?? Number.NaN
  for (const [from = 0, to = 0] of edges) {
    expect(committed.find(({ task }) => task === to)?.start).toBeGreaterThanOrEqual(endOf(from) - 1e-6)
  }
  expect(report.makespan).toBeGreaterThanOrEqual(report.lowerBound - 1e-6)
  expect(report.conflictingCommits).toBe(0)
})

test('a trace that cannot be written is a usage error that names the file', async () => {
  const trace = join(folder, 'no-such-folder', 'trace.jsonl')
  const words = ['simulate', 'workflow', join(folder, 'dag.json'), '--hubs', '2', '--trace', trace, '--json']
  const { code, stdout } = await shoal(words)
  expect(code).toBe(2)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'SHOAL_USAGE', message: expect.stringContaining(trace) })
})

test('the same seed gives the same run, another one another', () => {
  const run = (seed: number) =>
    simulateWorkflow(dag, seededWorld(dag, { ...plain, seed }, 10), { ...wants, policy: 'shoal' }, () => 0)
  expect(run(3)).toEqual(run(3))
  expect(run(3)).not.toEqual(run(4))
})

test('the death of any one hub leaves a whole result', () => {
  for (let dead = 0; dead < 3; dead++) {
    const hubs = [1, 1, 1].map((speed, index) => ({ speed, diesAt: index === dead ? 1 : null }))
    const world = parseWorld({ hubs }, dag, 0.1, 'world')
    const { report, executions } = simulateWorkflow(dag, world, { ...wants, policy: 'shoal' }, () => 0)
    expect(executions.filter(({ committed }) => committed)).toHaveLength(runtimes.length)
    expect(report.conflictingCommits).toBe(0)
  }
})

test.each(policies)('%s: a machine that is dead from the first moment on takes no part', (policy) => {
  for (let dead = 0; dead < 2; dead++) {
    const world = parseWorld(
      { hubs: [0, 1].map((hub) => ({ speed: 1, diesAt: hub === dead ? 0 : null })) },
      dag,
      0.1,
      'world',
    )
    const { executions } = simulateWorkflow(dag, world, { ...wants, policy }, () => 0)
    expect(executions.filter(({ committed }) => committed)).toHaveLength(runtimes.length)
  }
})

test('work under a step load ends when the area is full, repeated or not', () => {
  const curve: Curve = curveOf(
    [
      [0, 0],
      [10, 0.5],
      [20, 0],
    ],
    false,
  )
  expect(finishAt(curve, 1, 0, 12)).toBeCloseTo(14, 6)
  expect(finishAt(curve, 2, 5, 20)).toBeCloseTo(20, 6)
  const repeated = { ...curve, period: 20 }
  expect(workBetween(repeated, 1, 0, 40)).toBeCloseTo(30, 6)
  expect(finishAt(repeated, 1, 0, 30)).toBeCloseTo(40, 6)
})

test('a world that cannot be is refused by name', () => {
  expect(() => parseWorld({ hubs: [] }, dag, 0.1, 'w.json')).toThrow(/w\.json/)
  expect(() => parseWorld({ hubs: [{ speed: 1 }], workFactor: [1] }, dag, 0.1, 'w')).toThrow(/workFactor/)
  expect(() => parseWorld({ hubs: [{ speed: 1, diesAt: 3 }] }, dag, 0.1, 'w')).toThrow(/survives/)
  const two = [{ speed: 1 }, { speed: 1 }]
  const backwards = [
    {
      speed: 1,
      load: [
        [5, 0.5],
        [2, 0],
      ],
    },
  ]
  expect(() => parseWorld({ hubs: backwards }, dag, 0.1, 'w')).toThrow(/hubs\.0\.load: times/)
  expect(() =>
    parseWorld(
      {
        hubs: two,
        bandwidth: [
          [0, 1e6],
          [0, 0],
        ],
      },
      dag,
      0.1,
      'w',
    ),
  ).toThrow(/bandwidth/)
  expect(() => parseWorld({ hubs: two, straggle: [{ task: 0, hub: 2, factor: 4 }] }, dag, 0.1, 'w')).toThrow(/straggle/)
  expect(() => parseWorld({ hubs: two, straggle: [{ task: 99, hub: 0, factor: 4 }] }, dag, 0.1, 'w')).toThrow(
    /straggle/,
  )
})

test('a world with everything in it at once comes to its end, each result once', () => {
  const busy = {
    load: [
      [0, 0.8],
      [3, 0],
      [6, 0.8],
    ],
    forecast: [
      [0, 0.6],
      [3.5, 0],
      [6, 0.6],
    ],
    repeat: true,
  }
  const hubs = [
    { speed: 1, diesAt: 0 },
    { speed: 2, slots: 3, ...busy },
    { speed: 0.5, slots: 2 },
    { speed: 0.7, slots: 4, load: [[0, 1]], diesAt: 2.5 },
    { speed: 1.5, ...busy },
  ]
  const bandwidth = hubs.map((_hub, from) => hubs.map((_other, to) => (from === to ? 0 : 1e6 * (1 + from + 2 * to))))
  const straggle = [0, 1, 2, 3].map((task) => ({ task, hub: 1, factor: 5 }))
  const [chains] = randomDags(2, 3).slice(1)
  if (chains === undefined) throw new Error('there are two workflows')
  const world = parseWorld({ hubs, bandwidth, straggle, latencyMs: 40 }, chains, 0.3, 'world')
  const { report, executions } = simulateWorkflow(chains, world, { ...wants, policy: 'shoal' }, () => 0)
  const committed = executions.filter((one) => one.committed).map(({ task }) => task)
  expect(new Set(committed).size).toBe(chains.work.length)
  expect(committed).toHaveLength(chains.work.length)
  expect(report.conflictingCommits).toBe(0)
  expect(report.makespan).toBeGreaterThanOrEqual(report.lowerBound)
})
