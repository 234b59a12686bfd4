/** Claims follow what has happened since they were made: late parents bind no chains of children, and inputs travel ahead. */
import { expect, test } from 'vitest'
import { expectedEnd } from '../../src/hub/expected-ends.ts'
import { inputsTravelMs } from '../../src/hub/travel.ts'
import { auction } from '../../src/limits.ts'
import { claimOf, doneOf, JOB, only, Pair } from './pair.ts'

const chain = {
  shards: 4,
  workMs: () => 400,
  isCostKnown: true,
  edges: [0, 1, 2].map((from) => ({ from, to: from + 1 })),
}

/** A chain whose first shards `b` holds. */
function chainAtB(claimed: number): Pair {
  const pair = new Pair()
  pair.bFreeInMs = 60_000
  pair.knowJob(chain)
  for (let shard = 0; shard < claimed; shard++)
    pair.fromB(claimOf({ lo: shard, hi: shard + 1, cost: 400 * (shard + 1) }))
  pair.beaconOfB()
  return pair
}

function endOf(pair: Pair, shard: number): number {
  return expectedEnd(pair.hub.state, pair.hub.state.job(JOB), pair.view(), shard) ?? Number.NaN
}

test('the end of a claimed shard follows from its parents, and moves when they are late', () => {
  const pair = chainAtB(3)
  const before = [0, 1, 2].map((shard) => Math.round(endOf(pair, shard) - pair.nowMs))
  expect(before).toEqual([400, 800, 1_200])
  // Nothing has begun: a second later all of it is as far away as before.
  pair.pass(1_000)
  expect([0, 1, 2].map((shard) => Math.round(endOf(pair, shard) - pair.nowMs))).toEqual(before)
})

test('what runs ends by the speed of its hub, and what is overdue not at once', () => {
  const pair = chainAtB(1)
  pair.hub.state.speculates = false
  pair.fromB(claimOf({ lo: 0, hi: 1, state: 'running' }))
  pair.pass(200)
  expect(endOf(pair, 0)).toBeGreaterThanOrEqual(pair.nowMs)
  pair.pass(1_800)
  pair.bFreeInMs = 0
  pair.beaconOfB({ slots: 2, slotFreeInMs: [0, 0] })
  expect(endOf(pair, 0)).toBeGreaterThan(pair.nowMs + 0.9 * auction.overdueShares * 1_800)
})

test('nobody holds it: no end is known', () => {
  expect(endOf(chainAtB(1), 1)).toBeNaN()
})

test('a child is not claimed ahead while its parents, claimed but late, are far from their ends', () => {
  const pair = chainAtB(2)
  pair.pass(3_000)
  // By what was said when they were claimed both should have ended long ago.
  expect(pair.view().claim(2)).toBeNull()
})

test('inputs of a shard that the plan gives to this hub travel before it is claimed', () => {
  const pair = new Pair()
  const edges = [
    { from: 0, to: 2 },
    { from: 1, to: 2 },
  ]
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 3, workMs: () => 1_000, isCostKnown: true, edges })
  pair.fromB(
    claimOf({ lo: 1, hi: 2, cost: 1_000 }),
    claimOf({ lo: 1, hi: 2, cost: 1_000, state: 'running' }),
    doneOf({}),
  )
  const effects = pair.pass(200)
  expect(pair.view().claim(2)).toBeNull()
  const wanted = only(effects, 'prefetch').flatMap((effect) => effect.wanted)
  expect(wanted.map(({ shard, of }) => [shard, of])).toEqual([[0, 2]])
})

test('what this hub has sent for is on its way since, in its own bids too', () => {
  const pair = new Pair()
  const edges = [
    { from: 0, to: 2, bytes: 800 * auction.linkBytesPerMs },
    { from: 1, to: 2 },
  ]
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 3, workMs: () => 1_000, isCostKnown: true, edges })
  pair.fromB(claimOf({ lo: 1, hi: 2 }), claimOf({ lo: 1, hi: 2, state: 'running' }), doneOf({}))
  const travelMs = (hub: string): number =>
    Math.round(inputsTravelMs(pair.hub.state, pair.hub.state.job(JOB), pair.view(), { lo: 2, hi: 3 }, hub))
  const asked = only(pair.pass(100), 'prefetch').length
  const before = travelMs('a')
  pair.pass(400)
  expect(asked).toBe(1)
  expect(before - travelMs('a')).toBe(400)
  expect(travelMs('c')).toBeGreaterThan(800)
})
