/** `shoal check` on files as hubs leave them: whole, torn by a kill, and none of ours. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readHistories } from '../../node/read-histories.ts'
import { judge } from '../../simulations/checker/judge.ts'
import { scenarioPlans, sized } from '../../simulations/scenarios/catalogue.ts'
import { runScenario } from '../../simulations/scenarios/run-scenario.ts'
import { type HistoryEvent, historyLine } from '../../src/history/event.ts'
import { shoal } from './command-line.ts'

let folder: string
let events: readonly HistoryEvent[]

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-check-'))
  const plan = scenarioPlans.find(({ name }) => name === 'power-cut')
  if (plan === undefined) throw new Error('the scenario is gone')
  events = runScenario(sized(plan, { hubs: 3, shards: 60 }), 1).world.history.events
  for (const hub of ['h0000', 'h0001', 'h0002'])
    await write(
      `${hub}.jsonl`,
      events.filter((event) => event.hub === hub),
    )
})

afterAll(() => rm(folder, { recursive: true, force: true }))

async function write(name: string, lines: readonly HistoryEvent[], tail = ''): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, lines.map((event) => `${historyLine(event)}\n`).join('') + tail)
  return path
}

test('a folder of histories is judged as one', async () => {
  const { code, stdout } = await shoal(['check', folder, '--whole', '--json'])
  const report = JSON.parse(stdout)
  expect(report.violations).toEqual([])
  expect(report.judged).toEqual(['E1', 'E2', 'I1', 'I3', 'I4', 'I6', 'I7', 'I8', 'I9', 'I10'])
  expect(report.hubs).toHaveLength(3)
  expect(code).toBe(0)
})

test('what is broken is told with the story of the shard, and the exit code says so', async () => {
  const without = events.filter(
    ({ hub, kind, family, lo }) => hub === 'h0001' && !(kind === 'execute' && family === 'f1' && lo > 0),
  )
  const { code, stdout } = await shoal(['check', await write('broken.txt', without)])
  expect(code).toBe(1)
  expect(stdout).toMatch(
    /breaks I3: h0001 records a result of job-1\/f1:\d+ without having run it\n(?: .*\n)*.* done +job-1\/f1:/,
  )
})

test('a line that a killed hub left in the middle is no fault; nonsense is', async () => {
  const own = events.filter(({ hub }) => hub === 'h0000')
  const second = own.findLastIndex(({ kind }) => kind === 'boot')
  const tornLine = '{"atMs":12,"hub":"h00\n'
  const path = join(folder, 'torn.txt')
  const text = (part: readonly HistoryEvent[]) => part.map((event) => `${historyLine(event)}\n`).join('')
  await writeFile(path, text(own.slice(0, second)) + tornLine + text(own.slice(second)) + tornLine.trim())
  const read = await readHistories([path])
  expect(read).toHaveLength(own.length)
  expect(judge(read)).toEqual([])
  await writeFile(path, tornLine + tornLine)
  await expect(readHistories([path])).rejects.toThrow(/line 1: this is no line of a history/)
})

test.each([
  [['check'], /HISTORIES is missing/],
  [['check', '/nowhere'], /\/nowhere cannot be read/],
])('%j is refused with a reason', async (words, told) => {
  const { code, stderr } = await shoal(words)
  expect(code).toBe(2)
  expect(stderr).toMatch(told)
})
