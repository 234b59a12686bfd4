/** A hub's word about its load is not evidence: what it was seen to do decides how much of it is believed. */
import { expect, test } from 'vitest'
import { memberCapacity, rateAt } from '../../src/hub/member-capacity.ts'
import { durations } from '../../src/limits.ts'
import { claimOf, doneOf, Pair } from './pair.ts'

const shardMs = 200

/** `b` says that it is idle, and takes `tookMs` for each of its shards; `a`, beside it, keeps its own word. */
function besideB(tookMs: number): Pair {
  const pair = new Pair()
  pair.knowJob({ shards: 60, workMs: () => shardMs, isCostKnown: true })
  for (let shard = 0; shard < 30; shard++) {
    const place = { lo: shard, hi: shard + 1 }
    pair.fromB(claimOf({ ...place, state: 'claimed' }), claimOf({ ...place, state: 'running' }))
    pair.nowMs += tookMs
    const ours = { expected: shardMs, took: shardMs }
    pair.hub.state.members.observed(pair.hub.state.members.self, ours.expected, ours.took)
    pair.fromB(doneOf({ ...place, busyMs: shardMs, startMs: pair.nowMs - tookMs, endMs: pair.nowMs }))
    pair.beaconOfB()
  }
  return pair
}

function rateOfB(pair: Pair): number {
  return rateAt(memberCapacity(pair.hub.state, pair.hub.state.members.get('b')), pair.nowMs)
}

test('a hub that does what it says is taken at its word', () => {
  expect(rateOfB(besideB(shardMs + 10))).toBe(1)
})

test('a hub that takes six times as long as its word loses most of its influence', () => {
  expect(rateOfB(besideB(6 * shardMs))).toBeLessThan(0.7)
  expect(rateOfB(besideB(30 * shardMs))).toBeLessThan(rateOfB(besideB(6 * shardMs)))
})

test('a forecast that is repeated for long counts as no room left', () => {
  const pair = new Pair()
  const point = { mean: 0.2, p90: 0.3 }
  const forecast = [{ horizonMs: 1000, cpu: point, memory: point, network: point }]
  const report = (sequence: number) => ({
    load: { cpu: 0.2, memory: 0.2, network: 0 },
    forecast,
    forecastError: {},
    sequence,
  })
  pair.beaconOfB({ report: report(1) })
  const fresh = rateOfB(pair)
  for (let beat = 0; beat < 12; beat++) {
    pair.nowMs += durations.loadSampleMs
    pair.beaconOfB({ report: report(1) })
  }
  expect(fresh).toBeCloseTo(0.8)
  expect(rateOfB(pair)).toBe(0.1)
  pair.beaconOfB({ report: report(2) })
  expect(rateOfB(pair)).toBeCloseTo(0.8)
})
