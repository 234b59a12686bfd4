/** Leaving in order: what runs goes to another hub with a fresh checkpoint, where it is worth that and somebody is there. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import type { Effect } from '../../src/hub/effect.ts'
import { jobReport } from '../../src/hub/job-report.ts'
import { leaving } from '../../src/limits.ts'
import { claimOf, doneOf, JOB, only, Pair } from './pair.ts'

const REF = { kind: 'inline', bytes: new Uint8Array([7]) } as const

/** Hub `a` runs the only shard, `workMs` long, and is half way through it. */
function running(workMs: number, other: { compute?: boolean; leaving?: boolean } = {}): Pair {
  const pair = new Pair()
  pair.knowJob({ shards: 1, workMs: () => workMs, isCostKnown: true })
  pair.bFreeInMs = 10_000
  pair.beaconOfB()
  pair.pass(100)
  pair.input({ type: 'prepared', run: runOf(pair).id, missing: null })
  pair.pass(workMs / 2)
  pair.beaconOfB(other)
  return pair
}

function runOf({ hub }: Pair) {
  const [run] = hub.state.runs.values()
  if (run === undefined) throw new Error('the hub runs something')
  return run
}

const isTold = (effects: readonly Effect[]): boolean => only(effects, 'drained').length > 0

test('a long shard leaves with its next checkpoint, and then nothing holds the hub', () => {
  const pair = running(20_000)
  const { id } = runOf(pair)
  const begun = pair.input({ type: 'drain' })
  expect(only(begun, 'checkpoint-run')).toMatchObject([{ run: id }])
  expect(only([...begun, ...pair.pass(2_000)], 'stop-run')).toEqual([])
  const handed = pair.input({ type: 'checkpoint', run: id, shard: 0, progress: 6, ref: REF })
  expect(only(handed, 'stop-run')).toMatchObject([{ run: id }])
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', state: 'released', reason: 'handover' })
  expect(pair.view().checkpoint(0)?.progress).toBe(6)
  expect(isTold(handed)).toBe(false)
  expect(isTold(pair.input({ type: 'ended', run: id, end: { kind: 'cancelled' } }))).toBe(true)
})

test('the move is told with where it went on from', () => {
  const pair = running(20_000)
  const { id } = runOf(pair)
  pair.input({ type: 'drain' })
  pair.input({ type: 'checkpoint', run: id, shard: 0, progress: 6, ref: REF })
  pair.input({ type: 'ended', run: id, end: { kind: 'cancelled' } })
  pair.fromB(claimOf({ epoch: 1, state: 'running', reason: 'handover', resumedFrom: 6, atMs: 9_000 }))
  pair.fromB(doneOf({ epoch: 1, startMs: 9_000, endMs: 19_000 }))
  const report = jobReport(pair.hub.state, pair.hub.state.job(JOB))
  expect(report.shards.migrated).toBe(1)
  expect(report.migrations).toMatchObject([
    { shard: 'f1:0', from: 'a', to: 'b', reason: 'handover', resumedFrom: 6, stayMs: null, gainMs: null },
  ])
  const attempts = report.attempts.filter(({ family }) => family === 'f1')
  expect(attempts.map(({ hub, status, resumedFrom }) => [hub, status, resumedFrom])).toEqual([
    ['a', 'released', 0],
    ['b', 'done', 6],
  ])
})

test('a shard that was handed over is claimed as such', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 1, workMs: () => 4_000, isCostKnown: true })
  pair.fromB(claimOf({ state: 'running' }), claimOf({ state: 'released', reason: 'handover' }))
  pair.beaconOfB({ leaving: true })
  pair.pass(1_000)
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', epoch: 1, reason: 'handover' })
})

test('what is over soon is let end', () => {
  const pair = running(2 * leaving.letEndMs - 200)
  const effects = pair.input({ type: 'drain' })
  expect([only(effects, 'checkpoint-run'), only(effects, 'stop-run')]).toEqual([[], []])
})

test.each([
  ['leaves, too', { leaving: true }],
  ['does not compute', { compute: false }],
])('where the only other hub %s, a shard is let end, checkpoint or not', (_, other) => {
  const pair = running(20_000, other)
  const { id } = runOf(pair)
  const effects = pair.input({ type: 'drain' })
  effects.push(...pair.input({ type: 'checkpoint', run: id, shard: 0, progress: 6, ref: REF }))
  expect([only(effects, 'checkpoint-run'), only(effects, 'stop-run')]).toEqual([[], []])
  const ends = pair.input({ type: 'results', run: id, lo: 0, hi: 1, ref: REF, busyMs: 9 })
  expect(isTold([...ends, ...pair.input({ type: 'ended', run: id, end: { kind: 'complete' } })])).toBe(true)
})

/** The root of a job that was submitted at `a`, which runs it. */
function computingRoot(): Pair {
  const pair = new Pair()
  const { manifest } = simJob(JOB, 'a', [])
  pair.input({ type: 'job', job: JOB, manifest, bytes: new Uint8Array(), mine: true })
  pair.input({ type: 'job-blobs', job: JOB })
  pair.pass(2_000)
  return pair
}

test('a root that computes leaves with its next checkpoint', () => {
  const pair = computingRoot()
  const { id } = runOf(pair)
  const begun = pair.input({ type: 'drain' })
  expect(only(begun, 'checkpoint-run')).toMatchObject([{ run: id }])
  expect(only(begun, 'stop-run')).toEqual([])
  expect(only(pair.input({ type: 'checkpoint', run: id, shard: 0, progress: 3, ref: REF }), 'stop-run')).toHaveLength(1)
})

test('a root without a checkpoint is handed over all the same, a moment later', () => {
  const pair = computingRoot()
  pair.input({ type: 'drain' })
  expect(only(pair.pass(leaving.rootWaitMs - 100), 'stop-run')).toEqual([])
  expect(only(pair.pass(200), 'stop-run')).toHaveLength(1)
})

test('a root that waits for its families is handed over at once', () => {
  const pair = computingRoot()
  const [spec] = simJob(JOB, 'a', [{ shards: 4, workMs: () => 60_000 }]).families.map((family) => family.spec)
  if (spec === undefined) throw new Error('the job has a family')
  const { id } = runOf(pair)
  pair.input({ type: 'spawned', run: id, spec })
  pair.input({ type: 'root-computes', run: id, computes: false })
  const effects = pair.input({ type: 'drain' })
  expect(only(effects, 'stop-run').map(({ run }) => run)).toContain(id)
})
