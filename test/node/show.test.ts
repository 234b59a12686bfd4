import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { narrate } from '../../node/demo/narrate.ts'
import { Screen } from '../../node/demo/screen.ts'
import { familyMap, shardMap } from '../../node/demo/shard-map.ts'
import { jobJson, nameJob, nothingGiven, refusedJson } from '../../node/job-json.ts'
import { jobText } from '../../node/job-text.ts'
import { lookWithoutHub } from '../../node/look-without-hub.ts'
import { ProgressLine, progressText } from '../../node/progress.ts'
import { table } from '../../node/table.ts'
import { traceLines } from '../../node/trace.ts'
import { hubChanges, refusalEvents, upLine } from '../../node/up-events.ts'
import { ShoalError } from '../../src/errors.ts'
import type { FamilyReport } from '../../src/program/report.ts'
import { info, report, self } from './scripted-hub.ts'

function target(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

const progress = { summary: report('j'), hubs: 3, elapsedMs: 2500 }

test('progress says shards, hubs and seconds, and what went wrong only when it did', () => {
  expect(progressText(progress)).toBe('5/5 shards · 3 hubs · 2.5 s · 1 resumed')
  const calm = { ...report('j').shards, resumed: 0 }
  expect(progressText({ ...progress, summary: report('j', { shards: calm }), hubs: 1 })).toBe(
    '5/5 shards · 1 hub · 2.5 s',
  )
})

test('on a terminal one line rewrites itself, at most ten times a second', () => {
  let nowMs = 0
  const terminal = target(true)
  const line = new ProgressLine(terminal, () => nowMs)
  for (; nowMs < 1000; nowMs += 10) line.show(progress)
  line.clear()
  expect(terminal.written.length).toBe(11)
  expect(terminal.written.every((text) => text.startsWith('\r') && !text.includes('\n'))).toBe(true)
})

test('elsewhere a line every five seconds, the first after five', () => {
  let nowMs = 0
  const pipe = target(false)
  const line = new ProgressLine(pipe, () => nowMs)
  for (; nowMs < 16_000; nowMs += 100) line.show(progress)
  line.clear()
  expect(pipe.written).toEqual(new Array(3).fill('5/5 shards · 3 hubs · 2.5 s · 1 resumed\n'))
})

test('a trace line has exactly the fields that are promised', () => {
  const [line = ''] = traceLines(report('j').attempts).split('\n')
  expect(Object.keys(JSON.parse(line))).toEqual([
    'shard',
    'family',
    'lo',
    'hi',
    'hub',
    'attempt',
    'epoch',
    'startMs',
    'endMs',
    'resumedFrom',
    'status',
  ])
})

test('up tells who comes and changes, not itself and not what stays', () => {
  const other = { ...self, hub: 'b', self: false }
  expect(hubChanges(new Map(), [self, other])).toEqual([{ schema: 1, event: 'hub', hub: 'b', state: 'alive' }])
  expect(hubChanges(new Map([['b', 'alive']]), [self, other])).toEqual([])
})

test('up tells who will not have this hub, once for each reason, and again when that happens anew', () => {
  const refusal = (reason: string, byThem: boolean) => ({ peer: 'b', address: '', reason, byThem, times: 1, lastMs: 0 })
  const told = new Set<string>()
  const [event, ...more] = refusalEvents(told, [refusal('used up', true), refusal('a stranger', false)])
  expect(event).toMatchObject({ schema: 1, event: 'refused', hub: 'b', reason: 'used up' })
  expect(more).toEqual([])
  expect(event && upLine(event, { slots: 1, version: '1' })).toMatch(/^hub b: used up \(shoal doctor/)
  expect(refusalEvents(told, [refusal('used up', true)])).toEqual([])
  expect(refusalEvents(told, [])).toEqual([])
  expect(refusalEvents(told, [refusal('used up', true)])).toHaveLength(1)
})

test('columns are aligned and lines have no trailing blanks', () => {
  expect(table(['A', 'LONG'], [['wide', 'x']])).toBe('A     LONG\nwide  x\n')
})

test('a failure is told with its stack and the next step', () => {
  const error = {
    code: 'SHOAL_JOB_FAILED',
    message: 'RangeError: x',
    stack: 'RangeError: x\n  at job.ts:3',
    shard: 'f1:2',
    next: 'look',
  }
  const text = jobText(jobJson(report('j', { status: 'failed', error }), nothingGiven, 2))
  expect(text).toContain('SHOAL_JOB_FAILED (shard f1:2): RangeError: x\n  at job.ts:3\n  next: look')
})

const letters = new Map([
  ['hub-a', 'A'],
  ['hub-b', 'B'],
])
const family: FamilyReport = {
  family: 'f1',
  sequence: 1,
  spot: 0,
  shards: 6,
  done: 2,
  runs: [
    { lo: 0, hi: 2, state: 'done', hub: 'hub-a', epoch: 1 },
    { lo: 2, hi: 3, state: 'running', hub: 'hub-a', epoch: 1 },
    { lo: 3, hi: 4, state: 'claimed', hub: 'hub-b', epoch: 1 },
    { lo: 4, hi: 6, state: 'open', hub: null, epoch: 0 },
  ],
}

test('the map: capitals are done, small letters at work, dots open', () => {
  expect(familyMap(family, letters)).toBe('AAab..')
  const now = report('j', { familyReports: [family] })
  expect(shardMap(now, letters)).toEqual(['family 1  AAab..  2/6'])
})

test('a wide family is shown in columns that count as done only as a whole', () => {
  const runs: FamilyReport['runs'] = [{ lo: 0, hi: 99, state: 'done', hub: 'hub-a', epoch: 1 }]
  const wide: FamilyReport = { ...family, shards: 144, runs }
  expect(familyMap(wide, letters)).toBe('A'.repeat(49) + '.'.repeat(23))
})

test('the story names families, the owner of the root, lost claims and resumed shards', () => {
  const root: FamilyReport = {
    ...family,
    family: 'root',
    shards: 1,
    runs: [{ lo: 0, hi: 1, state: 'running', hub: 'hub-a', epoch: 1 }],
  }
  const before = report('j', { familyReports: [root], attempts: [], shards: { ...report('j').shards, resumed: 0 } })
  expect(narrate(null, before, letters, new Set())).toEqual(['the sequential part of the function runs on A'])
  const moved: FamilyReport = { ...root, runs: [{ lo: 0, hi: 1, state: 'running', hub: 'hub-b', epoch: 2 }] }
  const gone = new Set([info.hub])
  const attempts = report('j').attempts.map((attempt) => ({ ...attempt, status: 'lost' as const }))
  expect(narrate(before, report('j', { familyReports: [moved, family], attempts }), letters, gone)).toEqual([
    'family 1: cut into 6 shards',
    'the sequential part of the function runs on B',
    '1 claim of a hub that is gone: back in the auction',
    '1 shard goes on from a checkpoint',
  ])
})

test('the screen gives every line its time, and without a terminal never moves the cursor', () => {
  let nowMs = 0
  const pipe = target(false)
  const screen = new Screen(pipe, () => nowMs)
  screen.say('begin')
  nowMs = 1500
  screen.show(report('j', { familyReports: [family], shards: { ...report('j').shards, resumed: 0 } }), letters)
  screen.shout('end')
  expect(pipe.written).toEqual([
    '  0.0 s  begin\n',
    '  1.5 s  family 1: cut into 6 shards\n',
    '         family 1  AAab..  2/6\n',
    '  1.5 s  end\n',
  ])
})

test('on a terminal the map is drawn in place', () => {
  const terminal = target(true)
  const screen = new Screen(terminal, () => 0)
  screen.show(report('j', { familyReports: [family] }), letters)
  screen.say('next')
  expect(terminal.written.some((text) => text.includes('\u001b[1A\u001b[0J'))).toBe(true)
})

test('an interrupted job is told as far as it was', () => {
  const thrown = new ShoalError('SHOAL_INTERRUPTED', 'interrupted; the job is cancelled', { next: 'use --detach' })
  const last = report('j', { status: 'running', wallMs: 8_000 })
  nameJob(thrown, { job: 'j', last: { report: last, hubs: 2 } })
  const json = refusedJson(thrown)
  expect(json).toMatchObject({ job: 'j', status: 'cancelled', wallMs: 8_000, hubs: 2, families: 1, byHub: last.byHub })
  expect(json.error).toMatchObject({ code: 'SHOAL_INTERRUPTED' })
})

test('that nothing of a job was compared stands in its text', () => {
  const note = '0 shards compared: the function has no shards'
  const verified = { hubs: 3, quorum: 2, shards: 0, disagreements: [], waiting: null, note }
  expect(jobText(jobJson(report('j', { verified }), nothingGiven, 3))).toContain(`\n  ${note}\n`)
  const compared = { ...verified, shards: 5, note: null }
  expect(jobText(jobJson(report('j', { verified: compared }), nothingGiven, 3))).toContain(
    '5 shards compared on 3 hubs each',
  )
})

test('a home that is a file cannot be written, says the doctor', () => {
  const { findings } = lookWithoutHub(fileURLToPath(import.meta.url))
  expect(findings.find(({ check }) => check === 'home')).toMatchObject({ ok: false })
})
