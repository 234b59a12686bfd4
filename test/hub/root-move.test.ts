/** Roots that compute leave a loaded hub as shards do: when it pays, how often, with what, and that one hub goes on. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import { hubName, SimWorld } from '../../simulations/kernel/world.ts'
import { curveOf } from '../../simulations/workflow/curve.ts'
import { jobReport } from '../../src/hub/job-report.ts'
import type { ClaimRecord, LedgerRecord } from '../../src/ledger/record.ts'
import { auction, migration, recovery } from '../../src/limits.ts'
import { AskedHub, steadyLoad } from './asked-hub.ts'
import { claimOf, doneOf, JOB, only, Pair } from './pair.ts'

const REF = { kind: 'inline', bytes: new Uint8Array([7]) } as const

function rootClaim(change: Partial<ClaimRecord>): ClaimRecord {
  return claimOf({ family: 'root', ...change })
}

/** Hub `a` has computed the root of its own job for `computedMs`, with a checkpoint of it; then others take `load` of the machine. */
class LoadedRoot extends AskedHub {
  constructor({
    load = 0.9,
    computedMs = 8_000,
    moves = 0,
    isSaved = true,
    isHeld = true,
    isWaiting = false,
    cores = 1,
  } = {}) {
    super(new Pair({ cores, slots: cores }))
    const { manifest } = simJob(JOB, 'a', [])
    this.tell({ type: 'job', job: JOB, manifest, bytes: new Uint8Array(), mine: true })
    for (let epoch = 0; epoch < moves; epoch++) {
      this.fromB(rootClaim({ epoch, state: 'running', reason: 'migrate' }), rootClaim({ epoch, state: 'released' }))
    }
    if (isHeld) this.tell({ type: 'message', from: 'b', message: { type: 'job-held', job: JOB } })
    this.tell({ type: 'job-blobs', job: JOB })
    this.load(0)
    this.pass(computedMs)
    if (isSaved) this.tell({ type: 'checkpoint', run: this.run.id, shard: 0, progress: 5, ref: REF })
    if (isWaiting) this.tell({ type: 'root-computes', run: this.run.id, computes: false })
    this.load(load)
  }

  get run() {
    const run = [...this.pair.hub.state.runs.values()].find(({ isRoot }) => isRoot)
    if (run === undefined) throw new Error('the hub runs the root')
    return run
  }

  get root() {
    const view = this.pair.hub.state.job(JOB).view.families.get('root')
    if (view === undefined) throw new Error('a job has a root')
    return view
  }

  fromB(...records: LedgerRecord[]): void {
    this.effects.push(...this.pair.fromB(...records))
  }
}

test('a root leaves a hub that others fill, once that has held for a while, and takes what it has done along', () => {
  const loaded = new LoadedRoot()
  loaded.asksFor(600)
  expect(loaded.given).toEqual([])
  loaded.asksFor(1_600)
  expect(only(loaded.effects, 'checkpoint-run')).toMatchObject([{ run: loaded.run.id }])
  expect(only(loaded.effects, 'stop-run')).toMatchObject([{ run: loaded.run.id }])
  expect(loaded.given).toMatchObject([{ job: JOB, family: 'root', lo: 0, hi: 1, isMove: true }])
  // It is expected to take as long again as it has taken, whatever the load made of the last moments.
  expect(loaded.given[0]?.leftMs).toBeGreaterThan(7_500)
  expect(loaded.given[0]?.leftMs).toBeLessThan(10_000)
})

test('it goes as soon as its fresh checkpoint is recorded', () => {
  const loaded = new LoadedRoot()
  for (let looks = 0; only(loaded.effects, 'checkpoint-run').length === 0 && looks < 20; looks++) loaded.asksFor(200)
  expect(loaded.given).toEqual([])
  loaded.tell({ type: 'checkpoint', run: loaded.run.id, shard: 0, progress: 6, ref: REF })
  expect(loaded.given).toHaveLength(1)
  expect(loaded.root.checkpoint(0)?.progress).toBe(6)
})

test.each([
  ['a machine that is free', { load: 0 }],
  ['a machine with cores enough for all', { load: 0.5, cores: 4 }],
  ['a root whose rest would not make up for the move', { computedMs: 500, load: 0.5 }],
  ['a root that waits for its families', { isWaiting: true }],
  ['a hub whose program nobody else has', { isHeld: false }],
])('%s is left by nothing', (_name, setting) => {
  const loaded = new LoadedRoot(setting)
  loaded.asksFor(3_000)
  expect(loaded.given).toEqual([])
})

test('a root without any checkpoint stays: it would begin anew', () => {
  const loaded = new LoadedRoot({ isSaved: false })
  loaded.asksFor(4_000)
  expect(only(loaded.effects, 'checkpoint-run').length).toBeGreaterThan(0)
  expect([loaded.given, only(loaded.effects, 'stop-run')]).toEqual([[], []])
})

test('what a root waits for its families is no work', () => {
  const loaded = new LoadedRoot({ load: 0, computedMs: 1_000 })
  loaded.tell({ type: 'root-computes', run: loaded.run.id, computes: false })
  loaded.pass(60_000)
  loaded.tell({ type: 'root-computes', run: loaded.run.id, computes: true })
  loaded.load(0)
  expect(loaded.run.workedMs).toBeGreaterThan(900)
  expect(loaded.run.workedMs).toBeLessThan(1_100)
})

test('load that comes and goes moves nothing', () => {
  const loaded = new LoadedRoot({ computedMs: 30_000 })
  for (let turn = 0; turn < 6; turn++) {
    loaded.load(0.9)
    loaded.asksFor(400)
    loaded.load(0)
    loaded.asksFor(400)
  }
  expect(loaded.given).toEqual([])
})

test.each([0, 1, 2, 3])('a root moves twice and no more: after %s moves', (moves) => {
  const loaded = new LoadedRoot({ moves })
  expect(loaded.run.epoch).toBe(moves)
  loaded.asksFor(2_400)
  expect(loaded.given).toHaveLength(moves < 2 ? 1 : 0)
})

test('what nobody came for is free again; what was taken is told with what it gained', () => {
  const lost = new LoadedRoot()
  lost.asksFor(2_200)
  lost.tell({ type: 'ended', run: lost.run.id, end: { kind: 'cancelled' } })
  lost.pass(auction.stealTimeoutMs)
  expect(lost.root.claim(0)?.epoch === 0 && lost.root.holder(0) !== null).toBe(false)

  const taken = new LoadedRoot()
  taken.asksFor(2_200)
  const atMs = taken.pair.nowMs
  taken.tell({ type: 'ended', run: taken.run.id, end: { kind: 'cancelled' } })
  taken.fromB(rootClaim({ epoch: 1, state: 'running', reason: 'migrate', resumedFrom: 5, atMs }))
  taken.pass(200)
  taken.fromB(doneOf({ family: 'root', epoch: 1, startMs: atMs, endMs: atMs + 9_000 }))
  const report = jobReport(taken.pair.hub.state, taken.pair.hub.state.job(JOB))
  expect(report.shards.migrated).toBe(1)
  expect(report.migrations).toMatchObject([{ shard: 'root:0', from: 'a', to: 'b', resumedFrom: 5, reason: 'migrate' }])
  expect(report.migrations[0]?.gainMs).toBeGreaterThan(30_000)
  expect(report.attempts.map(({ hub, status, resumedFrom }) => [hub, status, resumedFrom])).toEqual([
    ['a', 'released', 0],
    ['b', 'done', 5],
  ])
})

/** Hub `b` has computed the root of its job for a while, and is `load` full. */
function rootAtB(load: number, blobs = true): Pair {
  const pair = new Pair()
  const { manifest } = simJob(JOB, 'b', [])
  pair.input({ type: 'job', job: JOB, manifest, bytes: new Uint8Array(), mine: false })
  if (blobs) pair.input({ type: 'job-blobs', job: JOB })
  pair.fromB(rootClaim({ state: 'running' }))
  pair.pass(8_000)
  pair.report = steadyLoad(load)
  pair.beaconOfB()
  return pair
}

test('an idle hub asks the hub of a root that would be better off here, and resumes it', () => {
  const pair = rootAtB(0.9)
  const asked = only(pair.pass(200), 'send').filter(({ message }) => message.type === 'steal')
  expect(asked.map(({ to }) => to)).toEqual(['b'])
  pair.fromB({ kind: 'checkpoint', generation: 0, family: 'root', shard: 0, epoch: 0, progress: 5, ref: REF })
  const given = { job: JOB, family: 'root', lo: 0, hi: 1, isMove: true, leftMs: 8_000 }
  const request = pair.hub.state.steal?.request ?? -1
  const effects = pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given } })
  expect(only(effects, 'start-root')).toMatchObject([{ job: JOB, epoch: 1, restored: REF }])
  const [run] = pair.hub.state.runs.values()
  expect(run).toMatchObject({ reason: 'migrate', resumedFrom: 5, workedMs: 8_000 })
})

test.each([
  ['that is not loaded', 0, true],
  ['whose program is not here', 0.9, false],
])('it does not ask for a root %s', (_name, load, blobs) => {
  const pair = rootAtB(load, blobs)
  expect(only(pair.pass(3_000), 'send').filter(({ message }) => message.type === 'steal')).toEqual([])
})

/** Three hubs, of which the first, where the job is submitted, is loaded from 3 s on. */
function loadedSwarm(rootMs: number, load: [number, number][], repeats = false) {
  const sim = new SimWorld({ seed: 11, hubs: 3, machines: [{ load: curveOf(load, repeats) }, {}, {}] })
  sim.runFor(1_000)
  sim.submit(simJob(JOB, hubName(0), [{ shards: 6, workMs: () => 50 }], { rootMs }), 0)
  const isDone = sim.runUntil(() => sim.isDoneAt(0, JOB), 300_000)
  const { state } = sim.hub(0).hub
  const report = jobReport(state, state.job(JOB))
  const moves = report.migrations.filter(({ shard }) => shard === 'root:0')
  return { sim, isDone, moves, wallMs: sim.events.nowMs - 1_000 }
}

test('in a swarm whose loaded hub has the root it ends elsewhere, in a fraction of the time', () => {
  const { sim, isDone, moves, wallMs } = loadedSwarm(20_000, [
    [0, 0],
    [3, 0.9],
  ])
  expect([isDone, sim.violations]).toEqual([true, []])
  expect(moves).toMatchObject([{ from: hubName(0), reason: 'migrate' }])
  expect(moves[0]?.resumedFrom).toBeGreaterThan(1_000)
  // Alone it would take 182 s; the whole work is 20 s.
  expect(wallMs).toBeLessThan(30_000)
  const starts = sim.history.events.filter(({ kind, detail }) => kind === 'root' && detail === 'starts')
  expect(starts).toHaveLength(2)
})

test('load that swings within seconds does not send a root to and fro', () => {
  const { sim, isDone, moves } = loadedSwarm(
    20_000,
    [
      [0, 0],
      [2, 0.6],
      [2.8, 0],
      [4, 0],
    ],
    true,
  )
  expect([isDone, sim.violations]).toEqual([true, []])
  expect(moves.length).toBeLessThanOrEqual(1)
})

function swingingLoad(seed: number) {
  const points = Array.from({ length: 20 }, (_, at): [number, number] => [0.7 * at, 0.6 + ((seed * (at + 3)) % 7) / 20])
  return curveOf(points, true)
}

test('where the hub of a root leaves or dies, one other hub begins it again, the submitter or not', () => {
  for (const how of ['drain', 'crash'] as const) {
    let starts = 0
    const seeds = Array.from({ length: 10 }, (_, index) => index + 1)
    for (const seed of seeds) {
      // Each is loaded in another way, and the others' word of it is old: plans may differ.
      const machines = Array.from({ length: 5 }, (_, hub) => ({ load: swingingLoad(seed + hub) }))
      const sim = new SimWorld({ seed, hubs: 5, machines, link: { latencyMs: 1, jitterMs: 1 } })
      for (const { hub } of sim.hubs.values()) hub.state.migrates = false
      sim.runFor(1_000)
      sim.submit(simJob(JOB, hubName(0), [], { rootMs: 200_000 }), 0)
      sim.runFor(3_000)
      if (how === 'drain') sim.hub(0).input({ type: 'drain' })
      else sim.crash(0)
      sim.runFor(3_000 + 5 * recovery.rootGraceMs)
      starts += sim.history.events.filter(({ kind, detail }) => kind === 'root' && detail === 'starts').length - 1
    }
    expect(starts, how).toBe(seeds.length)
  }
})

test('a move of a root is given the time of a process that starts', () => {
  expect(migration.rootMoveMs).toBeGreaterThan(migration.moveMs)
})
