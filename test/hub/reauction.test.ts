/** Waiting claims go back to the auction when another hub would end them clearly sooner, and only then. */
import { expect, test } from 'vitest'
import type { Effect } from '../../src/hub/effect.ts'
import { auction } from '../../src/limits.ts'
import { claimOf, only, Pair } from './pair.ts'

/** Hub `a` runs a shard that turns out `times` as long as expected, and has claimed another behind it; `b` is busy for now. */
function withQueue({ times = 5, more = 0, epoch = -1 } = {}): Pair {
  const pair = new Pair()
  pair.hub.state.speculates = false
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 2 + more, workMs: () => 1_000, isCostKnown: true })
  for (let past = 0; past <= epoch; past++) {
    pair.fromB(claimOf({ lo: 1, hi: 2, epoch: past }), claimOf({ lo: 1, hi: 2, epoch: past, state: 'released' }))
  }
  pair.pass(60)
  const [run] = pair.hub.state.queuedRuns()
  pair.input({ type: 'prepared', run: run?.id ?? -1, missing: null })
  pair.pass(500)
  pair.input({ type: 'progress', run: run?.id ?? -1, shard: run?.lo ?? -1, fraction: 0.5 / times })
  return pair
}

function released(effects: readonly Effect[]): string[] {
  const records = only(effects, 'append').flatMap((effect) => effect.records)
  return records.flatMap((record) => (record.kind === 'claim' && record.state === 'released' ? [record.reason] : []))
}

function freeB(pair: Pair, ms: number): Effect[] {
  pair.bFreeInMs = 0
  pair.beaconOfB()
  return pair.pass(ms)
}

test('what another hub would end much sooner is given back, without anybody asking', () => {
  const pair = withQueue()
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', state: 'claimed' })
  expect(released(freeB(pair, auction.reauctionMs + 100))).toEqual(['reauction'])
  expect(pair.view().claim(1)?.state).toBe('released')
})

test('what would gain little stays', () => {
  // It ends as expected, and `b` would be no earlier.
  const pair = withQueue({ times: 1 })
  pair.bFreeInMs = 500
  pair.beaconOfB()
  const effects: Effect[] = []
  for (let passed = 0; passed < 500; passed += 100) {
    effects.push(...pair.pass(100))
    pair.bFreeInMs -= 100
    pair.beaconOfB()
  }
  expect(released(effects)).toEqual([])
})

test('hazard 2: more urgent work that nobody has claimed counts as the other hub’s', () => {
  // `b` is free, but all the other shards would go to it first.
  const pair = withQueue({ more: 6 })
  const effects = freeB(pair, auction.reauctionMs + 100)
  const held = [...pair.hub.state.runs.values()].filter(({ isRoot }) => !isRoot).length
  expect(held).toBeGreaterThanOrEqual(1)
  expect(released(effects).length).toBeLessThanOrEqual(1)
})

test('what went round often enough stays where it is', () => {
  const pair = withQueue({ epoch: auction.reauctionsMax - 1 })
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', epoch: auction.reauctionsMax })
  expect(released(freeB(pair, 2 * auction.reauctionMs))).toEqual([])
})
