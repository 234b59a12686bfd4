/** Moving running shards: when it pays, for how long that must hold, how often, and that it is accounted. */
import { expect, test } from 'vitest'
import { jobReport } from '../../src/hub/job-report.ts'
import { auction, migration } from '../../src/limits.ts'
import { AskedHub } from './asked-hub.ts'
import { claimOf, doneOf, JOB, only, Pair } from './pair.ts'

const REF = { kind: 'inline', bytes: new Uint8Array([7]) } as const

/** Hub `a` runs the only shard, `workMs` long, and is half way through; then others take `load` of it. */
class Loaded extends AskedHub {
  constructor({ load = 0.9, workMs = 4_000, moves = 0 } = {}) {
    super(new Pair())
    const { pair } = this
    pair.knowJob({ shards: 1, workMs: () => workMs, isCostKnown: true })
    pair.bFreeInMs = 10_000
    pair.beaconOfB()
    for (let epoch = 0; epoch < moves; epoch++) {
      pair.fromB(claimOf({ epoch, state: 'running', reason: 'migrate' }), claimOf({ epoch, state: 'released' }))
    }
    pair.pass(100)
    this.tell({ type: 'prepared', run: this.run.id, missing: null })
    this.pass(workMs / 2)
    this.tell({ type: 'progress', run: this.run.id, shard: 0, fraction: 0.5 })
    this.tell({ type: 'checkpoint', run: this.run.id, shard: 0, progress: 5, ref: REF })
    this.load(load)
    pair.bFreeInMs = 0
    pair.beaconOfB()
  }

  get run() {
    const run = [...this.pair.hub.state.runs.values()].find(({ isRoot }) => !isRoot)
    if (run === undefined) throw new Error('the hub runs the shard')
    return run
  }
}

test('a running shard leaves a hub that others fill, once that has held for a while', () => {
  const loaded = new Loaded()
  loaded.asksFor(600)
  expect(loaded.given).toEqual([])
  loaded.asksFor(1_200)
  expect(only(loaded.effects, 'checkpoint-run').length).toBe(1)
  expect(only(loaded.effects, 'stop-run').length).toBe(1)
  expect(loaded.given).toMatchObject([{ job: JOB, family: 'f1', lo: 0, hi: 1, isMove: true }])
  // Half of it was done; what was done since the checkpoint is done again.
  expect(loaded.given[0]?.leftMs).toBeGreaterThan(1_900)
  expect(loaded.given[0]?.leftMs).toBeLessThan(2_600)
})

test('where the owner has seen for long that it pays, the first hub that asks gets it', () => {
  const loaded = new Loaded({ workMs: 8_000 })
  loaded.pair.bFreeInMs = 1_500
  loaded.pair.beaconOfB()
  for (let looks = 0; looks < 3; looks++) {
    loaded.load(0.9)
    loaded.pass(500)
  }
  expect(only(loaded.effects, 'checkpoint-run')).toEqual([])
  loaded.asksFor(200)
  expect(only(loaded.effects, 'checkpoint-run')).toHaveLength(1)
})

test('it is handed over as soon as its fresh checkpoint is recorded', () => {
  const loaded = new Loaded()
  for (let looks = 0; only(loaded.effects, 'checkpoint-run').length === 0 && looks < 20; looks++) loaded.asksFor(200)
  expect(loaded.given).toEqual([])
  loaded.tell({ type: 'checkpoint', run: loaded.run.id, shard: 0, progress: 6, ref: REF })
  expect(loaded.given).toHaveLength(1)
  expect(loaded.pair.view().checkpoint(0)?.progress).toBe(6)
})

test.each([
  ['a machine that is free', { load: 0 }],
  ['a shard that is over soon', { workMs: 150, load: 0.5 }],
])('%s is left by nothing', (_name, setting) => {
  const loaded = new Loaded(setting)
  loaded.asksFor(2_000)
  expect(only(loaded.effects, 'checkpoint-run')).toEqual([])
})

test('load that comes and goes moves nothing', () => {
  const loaded = new Loaded({ workMs: 20_000 })
  for (let turn = 0; turn < 6; turn++) {
    loaded.load(0.9)
    loaded.asksFor(400)
    loaded.load(0)
    loaded.asksFor(400)
  }
  expect(loaded.given).toEqual([])
})

test('idle hubs that would gain nothing by it do not keep a shard from the one that would', () => {
  const loaded = new Loaded()
  loaded.tell({ type: 'connected', hub: 'c' })
  loaded.pair.beaconOfB({ hub: 'c', boot: 'c1', speed: 0.02 })
  loaded.asksFor(2_000, ['b', 'c'])
  expect(loaded.given).toHaveLength(1)
  expect(only(loaded.effects, 'send').find(({ message }) => message.type === 'stolen' && message.given)?.to).toBe('b')
})

test.each([
  ['as long as it should be', 0.5, 1],
  ['slow for no reason that its hub knows', 0.1, 0],
])('a shard that is %s leaves an idle hub for a quicker one or not', (_name, fraction, moves) => {
  const loaded = new Loaded({ load: 0 })
  loaded.tell({ type: 'progress', run: loaded.run.id, shard: 0, fraction })
  loaded.pass(20)
  loaded.tell({ type: 'progress', run: loaded.run.id, shard: 0, fraction: fraction + 0.01 })
  loaded.pair.beaconOfB({ speed: 8 })
  for (let looks = 0; looks < 10; looks++) {
    loaded.asksFor(200)
    loaded.pair.beaconOfB({ speed: 8 })
  }
  expect(loaded.given).toHaveLength(moves)
})

test('a hub whose user said so keeps what it runs', () => {
  const loaded = new Loaded()
  loaded.pair.hub.state.migrates = false
  loaded.asksFor(3_000)
  expect(loaded.given).toEqual([])
})

test.each([0, 1, 2, 3])('a shard moves twice and no more: after %s moves', (moves) => {
  const loaded = new Loaded({ moves })
  expect(loaded.run.epoch).toBe(moves)
  loaded.asksFor(2_000)
  expect(loaded.given).toHaveLength(moves < 2 ? 1 : 0)
})

test('the asker resumes it at the next epoch, and knows what is left', () => {
  const pair = new Pair()
  pair.bFreeInMs = 9_000
  pair.knowJob({ shards: 1, workMs: () => 4_000, isCostKnown: true })
  pair.fromB(claimOf({ state: 'claimed' }), claimOf({ state: 'running' }))
  pair.beaconOfB()
  const asked = only(pair.pass(200), 'send').find(({ message }) => message.type === 'steal')
  expect(asked?.to).toBe('b')
  const given = { job: JOB, family: 'f1', lo: 0, hi: 1, isMove: true, leftMs: 1_500 }
  const request = pair.hub.state.steal?.request ?? -1
  pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given } })
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', epoch: 1, reason: 'migrate' })
  expect(pair.hub.slotFreeInMs()).toEqual([1_500])
})

test('what nobody came for is free again, what was taken is accounted', () => {
  const lost = new Loaded()
  lost.asksFor(2_000)
  expect(lost.given).toHaveLength(1)
  lost.pass(auction.stealTimeoutMs)
  expect(lost.pair.view().holder(0)?.hub === 'a' && lost.pair.view().claim(0)?.epoch === 0).toBe(false)

  const taken = new Loaded()
  taken.asksFor(1_800)
  expect(taken.given).toHaveLength(1)
  taken.pair.fromB(claimOf({ epoch: 1, state: 'running', reason: 'migrate', resumedFrom: 5, atMs: 4_000 }))
  taken.pass(200)
  taken.pair.fromB(doneOf({ epoch: 1, startMs: 4_000, endMs: 6_000, busyMs: 2_000 }))
  const report = jobReport(taken.pair.hub.state, taken.pair.hub.state.job(JOB))
  expect(report.shards.migrated).toBe(1)
  expect(report.migrations).toMatchObject([{ shard: 'f1:0', from: 'a', to: 'b', resumedFrom: 5 }])
  const [move] = report.migrations
  expect(move?.stayMs).toBeGreaterThan(10_000)
  expect(move?.gainMs).toBe((move?.stayMs ?? 0) - (move?.tookMs ?? 0))
  expect(move?.gainMs).toBeGreaterThan(0)
  expect(report.attempts.filter(({ family }) => family === 'f1').map(({ hub, status }) => [hub, status])).toEqual([
    ['a', 'released'],
    ['b', 'done'],
  ])
})

test('the wait for a checkpoint ends before the asker gives up', () => {
  expect(migration.checkpointWaitMs).toBeLessThan(auction.stealTimeoutMs)
})
