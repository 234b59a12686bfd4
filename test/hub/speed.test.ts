/** What follows when a hub learns how fast its machine is. */
import { expect, test } from 'vitest'
import { shardWorkMs } from '../../src/hub/job.ts'
import { claimOf, doneOf, only, Pair } from './pair.ts'

test('a hub tells its measured speed, and bids with it', () => {
  const pair = new Pair()
  pair.input({ type: 'speed', speed: 4 })
  pair.bFreeInMs = 500
  pair.knowJob({ shards: 1, workMs: () => 1_000, isCostKnown: true })
  const beacons = only(pair.pass(1_000), 'gossip')
  expect(beacons.at(-1)?.beacon.speed).toBe(4)
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', cost: 250 })
})

test('what ran until then ran at the speed before', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 1, workMs: () => 1_000, isCostKnown: true })
  pair.bFreeInMs = 9_000
  pair.beaconOfB()
  pair.pass(100)
  const [run] = pair.hub.state.queuedRuns()
  pair.input({ type: 'prepared', run: run?.id ?? -1, missing: null })
  pair.pass(500)
  pair.input({ type: 'speed', speed: 2 })
  expect(pair.hub.slotFreeInMs()).toEqual([250])
})

test('results of a fast hub do not make a shard look small', () => {
  const pair = new Pair()
  pair.beaconOfB({ speed: 4 })
  pair.knowJob({ shards: 4, workMs: () => 1_000 })
  pair.fromB(claimOf({ hi: 2 }), doneOf({ busyMs: 100 }), doneOf({ lo: 1, hi: 2, busyMs: 300 }))
  expect(shardWorkMs(pair.view(), 3)).toBe(800)
})
