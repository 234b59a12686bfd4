/** The HTML report tells the run: lanes, absences, splits, repeated work, what broke; and carries nothing from outside. */
import { expect, test } from 'vitest'
import { gantt } from '../../simulations/report/gantt.ts'
import { htmlReport } from '../../simulations/report/html.ts'
import { knowledgeOver } from '../../simulations/report/knowledge.ts'
import { lanesOf } from '../../simulations/report/lanes.ts'
import { timeScale } from '../../simulations/report/scale.ts'
import { workflowHtml } from '../../simulations/report/workflow.ts'
import { parseDag } from '../../simulations/workflow/dag.ts'
import { seededWorld } from '../../simulations/workflow/seeded-world.ts'
import { simulateWorkflow } from '../../simulations/workflow/simulate.ts'
import { type HistoryKind, historyEvent, type Told } from '../../src/history/event.ts'

const event = (atMs: number, hub: string, kind: HistoryKind, told: Told = {}) =>
  historyEvent(atMs, hub, kind, { job: 'j', ...told })
const take = (atMs: number, hub: string, lo: number) =>
  event(atMs, hub, 'take', { family: 'f1', lo, epoch: 0, more: { by: 'h0000' } })

const events = [
  event(0, 'h0000', 'boot'),
  event(0, 'h0001', 'boot'),
  event(10, 'h0000', 'claim', { family: 'f1', lo: 0, hi: 2, detail: 'plan' }),
  event(10, 'h0000', 'start', { family: 'f1', lo: 0, hi: 2 }),
  event(30, 'h0000', 'execute', { family: 'f1', lo: 0 }),
  take(30, 'h0000', 0),
  event(35, 'h----', 'fault', { detail: 'partition 0|1' }),
  event(50, 'h0000', 'execute', { family: 'f1', lo: 1 }),
  take(50, 'h0000', 1),
  event(60, 'h0001', 'claim', { family: 'f1', lo: 1, hi: 2, epoch: 1, detail: 'recover' }),
  event(60, 'h0001', 'start', { family: 'f1', lo: 1, hi: 2, epoch: 1 }),
  event(70, 'h0001', 'execute', { family: 'f1', lo: 1 }),
  event(75, 'h----', 'fault', { detail: 'heal 0|1' }),
  take(76, 'h0001', 0),
  take(76, 'h0001', 1),
  event(80, 'h0000', 'fault', { detail: 'crash' }),
  event(90, 'h0000', 'boot'),
]
const input = {
  title: 'a <b> & c',
  summary: 'It broke.',
  events,
  endMs: 100,
  zeroName: 'the start',
  figures: { wallMs: '100' },
  violations: [],
}

test('a shard runs from its start, or from the one before it, to its end', () => {
  const [first, second] = lanesOf(events, 100).lanes
  expect(first?.bars.map(({ fromMs, toMs }) => [fromMs, toMs])).toEqual([
    [10, 30],
    [30, 50],
  ])
  expect(second?.bars).toMatchObject([{ fromMs: 60, toMs: 70, style: 'recover', isStriped: true }])
  expect(second?.bars[0]?.title).toBe('j/f1:1 @1, recover, 10 ms, run again')
})

test('absences and splits last until they end, and each lane has its side', () => {
  const { lanes, bands } = lanesOf(events, 100)
  expect(lanes[0]?.away).toEqual([{ fromMs: 80, toMs: 90, why: 'crash' }])
  expect(bands).toMatchObject([{ fromMs: 35, toMs: 75, label: 'split 1 / 1' }])
  expect(bands[0]?.sides).toEqual(
    new Map([
      ['h0000', 0],
      ['h0001', 1],
    ]),
  )
})

test('convergence: what exists, and what every hub that is there knows', () => {
  const points = knowledgeOver(events, 100)
  const at = (ms: number) => points.findLast(({ atMs }) => atMs <= ms)
  expect([at(5), at(40), at(60), at(78)].map((point) => [point?.low, point?.high])).toEqual([
    [0, 0],
    [0, 1],
    [0, 2],
    [2, 2],
  ])
})

test('the report is one file, text in it is text, and all of it can be read without the picture', () => {
  const html = htmlReport({
    ...input,
    receipt: [{ shard: 'f1:1', hubs: ['h0000', 'h0001'], kept: 'h0000' }],
    completedBy: { h0000: 2 },
  })
  expect(html).toContain('a &#60;b&#62; &#38; c')
  expect(html).toContain('Every invariant held.')
  expect(html).toContain('<td>f1:1</td><td>h0000, h0001</td><td>h0000</td>')
  expect(html).toContain('role="img" aria-label="2 hubs over')
  expect(html).not.toMatch(/(?:src|href)=|<script|@import|https?:/)
})

test('what broke stands at the top, with its story', () => {
  const html = htmlReport({ ...input, violations: [{ invariant: 'I1', message: 'j/f1:1 has two results' }] })
  expect(html).toContain('Broken: I1.')
  expect(html).toMatch(/I1: j\/f1:1 has two results<\/h2><pre[^>]*>[^<]*execute +j\/f1:1/)
})

test('a picture opens however many shards there are', () => {
  const bars = Array.from({ length: 50_000 }, (_, index) => ({
    fromMs: index,
    toMs: index + 1,
    style: 'plan',
    isStriped: false,
    title: `f1:${index}`,
  }))
  const { svg } = gantt([{ label: 'h0000', bars, away: [], marks: [] }], [], timeScale(50_000), 20)
  expect(svg.length).toBeLessThan(200_000)
})

test('a workflow shows each machine with its load and what it had forecast', () => {
  const dag = parseDag(
    {
      schema: 'shoal-dag/1',
      tasks: [4, 2, 3, 1, 5, 2].map((runtime_s, id) => ({ id, runtime_s, output_bytes: 0 })),
      edges: [[0, 2, 1e6]],
    },
    'small',
  )
  const world = seededWorld(
    dag,
    { hubs: 3, seed: 3, latency: 0.001, ccr: 0.1, noise: 0.3, changingLoad: true, stragglers: 0, deaths: 0 },
    1,
  )
  const wants = { policy: 'shoal', seed: 3, forecast: true, migration: true, speculation: true } as const
  const { report, executions } = simulateWorkflow(dag, world, wants, () => 0)
  const html = workflowHtml({ name: dag.name, world, report, executions })
  expect(html.match(/class="bar /g)?.length).toBe(executions.length)
  expect(html).toContain('class="load"')
  expect(html).toContain('class="forecast"')
  expect(html).not.toMatch(/NaN|undefined|(?:src|href)=/)
})
