/** Where shards go: needs as a hard filter, several slots, fair shares, and the hazards that were found while this was built. */
import { expect, test } from 'vitest'
import { type FamilyPlan, simJob } from '../../simulations/kernel/workload.ts'
import { SimWorld } from '../../simulations/kernel/world.ts'
import { JoinedJob } from '../../src/ledger/join.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { auction } from '../../src/limits.ts'
import { claimOf, JOB, only, Pair } from './pair.ts'

const plain = { slots: 1, speed: 1 }

function runJobs(sim: SimWorld, jobs: readonly { id: string; at: number; family: FamilyPlan; needs?: object }[]) {
  sim.runFor(1_000)
  const startMs = sim.events.nowMs
  for (const { id, at, family, needs } of jobs) {
    const plan = needs === undefined ? {} : { needs: needs as Record<string, string> }
    sim.submit(simJob(id, `h000${at}`, [family], plan), at)
  }
  const isDone = sim.runUntil(() => jobs.every(({ id, at }) => sim.isDoneAt(at, id)), startMs + 120_000)
  return { isDone, wallMs: sim.events.nowMs - startMs }
}

function ranAt(sim: SimWorld, job: string): string[] {
  const shards = sim.executions.filter((one) => one.job === job && one.family !== 'root')
  return [...new Set(shards.map(({ hub }) => hub))].sort()
}

test('what a job needs keeps all other hubs from its shards, whatever they would bid', () => {
  const machines = [
    { ...plain, speed: 4, labels: { gpu: 'no', memoryMiB: '64000' } },
    { ...plain, labels: { gpu: 'yes', memoryMiB: '4000' } },
    { ...plain, labels: { gpu: 'yes', memoryMiB: '16000' } },
    { ...plain, labels: {} },
  ]
  const sim = new SimWorld({ seed: 3, hubs: 4, machines })
  const family = { shards: 60, workMs: () => 50 }
  const { isDone } = runJobs(sim, [
    { id: 'gpu', at: 0, family, needs: { gpu: 'yes' } },
    { id: 'large', at: 0, family, needs: { memoryMiB: '>=8000' } },
    { id: 'both', at: 3, family, needs: { gpu: 'yes', memoryMiB: '>=8000' } },
  ])
  expect(isDone).toBe(true)
  expect(['h0001', 'h0002']).toEqual(expect.arrayContaining(ranAt(sim, 'gpu')))
  expect(['h0000', 'h0002']).toEqual(expect.arrayContaining(ranAt(sim, 'large')))
  expect(ranAt(sim, 'both')).toEqual(['h0002'])
  expect(sim.violations).toEqual([])
})

test('a hub with four slots does the work of four with one', () => {
  const family = { shards: 160, workMs: () => 100, isCostKnown: true }
  const wide = new SimWorld({
    seed: 5,
    hubs: 2,
    machines: [
      { slots: 4, speed: 1 },
      { slots: 4, speed: 1 },
    ],
  })
  const { isDone, wallMs } = runJobs(wide, [{ id: JOB, at: 0, family }])
  expect(isDone).toBe(true)
  expect(wallMs).toBeLessThan(2_000 * 1.15 + 200)
  expect(wide.violations).toEqual([])
})

test('of two jobs the short one gets its share while the earlier has work for long', () => {
  const sim = new SimWorld({ seed: 8, hubs: 4 })
  const long = { shards: 400, workMs: () => 100, isCostKnown: true }
  const short = { shards: 40, workMs: () => 100, isCostKnown: true }
  runJobs(sim, [
    { id: 'long', at: 0, family: long },
    { id: 'short', at: 1, family: short },
  ])
  const ends = (job: string) => Math.max(...sim.executions.filter((one) => one.job === job).map(({ atMs }) => atMs))
  // Alone it would take a second; with half of the swarm two, and what is under way must end first.
  expect(ends('short') - 1_000).toBeLessThan(4_500)
  expect(ends('long')).toBeGreaterThan(ends('short'))
})

test('hazard 1: a claim whose parent has nobody is given back, or it would take the parent’s place', () => {
  const pair = new Pair()
  pair.bFreeInMs = 200
  pair.knowJob({ shards: 2, workMs: () => 400, isCostKnown: true, edges: [{ from: 0, to: 1 }] })
  pair.fromB(claimOf({ state: 'claimed', cost: 150 }), claimOf({ state: 'running', cost: 150 }))
  pair.bFreeInMs = 20_000
  pair.beaconOfB()
  pair.pass(300)
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', state: 'claimed' })
  const effects = pair.fromB(claimOf({ state: 'released', cost: 150, reason: 'stopped' }))
  const records = only(effects, 'append').flatMap(({ records: written }) => written)
  const released = records.find((record) => record.kind === 'claim' && record.state === 'released')
  expect(released).toMatchObject({ lo: 1, hi: 2, reason: 'orphan' })
})

test('hazard 2: a claim is not passed from hub to hub: a second asker gets nothing that the first was promised', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 2, workMs: () => 2_000, isCostKnown: true })
  pair.bFreeInMs = 9_000
  pair.beaconOfB()
  pair.pass(2_500)
  const given = [1, 2, 3].map((request) => {
    const effects = pair.input({ type: 'message', from: 'b', message: { type: 'steal', request, startInMs: 0 } })
    return only(effects, 'send').flatMap(({ message }) => (message.type === 'stolen' ? [message.given] : []))[0]
  })
  const promised = given.flatMap((one) => (one == null ? [] : [`${one.lo}-${one.hi}`]))
  expect(new Set(promised).size).toBe(promised.length)
})

test('hazard 3: what everybody leaves to a hub that never comes is taken by another', () => {
  const pair = new Pair()
  // `b` looks as if it would end the shard long before this hub, and does nothing.
  pair.beaconOfB({ speed: 3 })
  pair.knowJob({ shards: 1, workMs: () => 300, isCostKnown: true })
  const taken = () => pair.view().claim(0)?.hub
  for (let passed = 0; taken() === undefined && passed < 5_000; passed += 20) {
    pair.beaconOfB({ speed: 3 })
    pair.pass(20, false)
  }
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', reason: 'patience' })
  expect(pair.nowMs).toBeGreaterThan(auction.patienceMsMin)
})

test('hazard 4: of concurrent claims (epoch, cost, hub) decides, in whatever order they come', () => {
  const claims: [string, LedgerRecord][] = [
    ['c', claimOf({ cost: 5 })],
    ['b', claimOf({ cost: 5 })],
    ['a', claimOf({ cost: 9 })],
    ['d', claimOf({ epoch: 1, cost: 99 })],
  ]
  const winner = (order: readonly [string, LedgerRecord][]) => {
    const job = new JoinedJob()
    const spec = simJob(JOB, 'a', [{ shards: 1, workMs: () => 1 }]).families[0]?.spec
    if (spec === undefined) throw new Error('the job has a family')
    job.apply({ hub: 'a', boot: 'a1' }, { kind: 'family', spec })
    for (const [hub, record] of order) job.apply({ hub, boot: `${hub}1` }, record)
    return job.families.get('f1')?.claim(0)?.hub
  }
  expect([winner(claims), winner(claims.toReversed())]).toEqual(['d', 'd'])
  expect([winner(claims.slice(0, 3)), winner(claims.slice(0, 3).toReversed())]).toEqual(['b', 'b'])
})
