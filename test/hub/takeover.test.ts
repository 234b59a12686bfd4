/** Taking over: asking for work, being refused, copies of what is late, and what is given up for them. */
import { expect, test } from 'vitest'
import { noLoad } from '../../src/hub/beacon.ts'
import { auction } from '../../src/limits.ts'
import { claimOf, doneOf, JOB, only, Pair } from './pair.ts'

/** All shards are held by `b`, which will be busy for long. */
function idleBesideBusy(shardMs = 500): Pair {
  const pair = new Pair()
  pair.bFreeInMs = 5_000
  pair.knowJob({ shards: 8, workMs: () => shardMs, isCostKnown: true })
  pair.fromB(claimOf({ lo: 0, hi: 8, state: 'claimed' }), claimOf({ lo: 0, hi: 8, state: 'running' }))
  pair.beaconOfB()
  return pair
}

test('an idle hub asks the busiest, and waits for the answer before it asks again', () => {
  const pair = idleBesideBusy()
  const asked = only(pair.pass(auction.stealTimeoutMs - 200), 'send')
  expect(asked.map(({ to, message }) => [to, message.type])).toEqual([['b', 'steal']])
})

test('an unanswered request is given up, and asked again after a pause', () => {
  const pair = idleBesideBusy(5_000)
  const asked = only(pair.pass(2 * (auction.stealTimeoutMs + auction.stealPauseMs)), 'send')
  expect(asked.length).toBe(2)
})

test('a refusal is followed by a pause', () => {
  const pair = idleBesideBusy()
  pair.pass(100)
  const request = pair.hub.state.steal?.request ?? -1
  pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given: null } })
  expect(only(pair.pass(auction.stealPauseMs - 40), 'send')).toEqual([])
  expect(only(pair.pass(80), 'send').length).toBe(1)
})

test('what was given is claimed at the next epoch', () => {
  const pair = idleBesideBusy()
  pair.pass(100)
  const request = pair.hub.state.steal?.request ?? -1
  const given = { job: JOB, family: 'f1', lo: 6, hi: 8, isMove: false, leftMs: 1_000 }
  pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given } })
  expect(pair.view().claim(6)).toMatchObject({ hub: 'a', epoch: 1, reason: 'steal' })
  expect(pair.view().claim(5)).toMatchObject({ hub: 'b', epoch: 0 })
})

test('a hub that drains, or whose job has ended, takes nothing that was given', () => {
  const given = { job: JOB, family: 'f1', lo: 6, hi: 8, isMove: false, leftMs: 1_000 }
  for (const stop of [{ type: 'drain' }, { type: 'cancel', job: JOB, reason: 'user' }] as const) {
    const pair = idleBesideBusy()
    pair.pass(100)
    const request = pair.hub.state.steal?.request ?? -1
    pair.input(stop)
    pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given } })
    expect(pair.view().claim(6)?.hub).toBe('b')
  }
})

test('what is late elsewhere gets one copy, and of two copies the worse bid ends', () => {
  const pair = idleBesideBusy()
  pair.fromB(doneOf({ lo: 0, hi: 1, busyMs: 500 }))
  pair.pass(3_000)
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', reason: 'speculate', epoch: 1 })
  const run = [...pair.hub.state.runs.values()].find(({ lo }) => lo === 1)
  pair.input({ type: 'prepared', run: run?.id ?? -1, missing: null })
  expect(run?.state).toBe('running')
  const better = claimOf({ lo: 1, hi: 2, epoch: 1, cost: 1, reason: 'speculate' })
  const author = { hub: 'c', boot: 'c1' }
  const effects = pair.input({ type: 'records', job: JOB, entries: [{ author, record: better }] })
  expect(only(effects, 'stop-run').map((effect) => effect.run)).toEqual([run?.id])
})

test.each([
  ['migrate', true],
  ['steal', false],
])('what came by %s is late by what was left of it, if it was running before', (reason, isLate) => {
  const pair = new Pair()
  pair.bFreeInMs = 20_000
  pair.knowJob({ shards: 2, workMs: () => 4_000, isCostKnown: true })
  pair.fromB(doneOf({ lo: 0, hi: 1, busyMs: 4_000 }))
  const claimed = { lo: 1, hi: 2, epoch: 1, cost: 500, reason }
  pair.fromB(claimOf(claimed), claimOf({ ...claimed, state: 'running' }))
  pair.beaconOfB()
  pair.pass(1_600)
  expect(pair.view().claim(1)).toMatchObject(isLate ? { hub: 'a', reason: 'speculate' } : { hub: 'b', reason })
})

test('what goes on here from a checkpoint is as slow as it is here, however quick it was before', () => {
  const pair = idleBesideBusy(4_000)
  pair.pass(100)
  const request = pair.hub.state.steal?.request ?? -1
  const given = { job: JOB, family: 'f1', lo: 7, hi: 8, isMove: true, leftMs: 2_000 }
  pair.input({ type: 'message', from: 'b', message: { type: 'stolen', request, given } })
  const run = [...pair.hub.state.runs.values()].find(({ lo }) => lo === 7)?.id ?? -1
  pair.input({ type: 'prepared', run, missing: null })
  // A tenth of the shard in a second: 3.5 s for what is left at 65 %, not the 1.4 s of the first half.
  for (const fraction of [0.5, 0.55, 0.6, 0.65]) {
    pair.input({ type: 'progress', run, shard: 7, fraction })
    if (fraction < 0.65) pair.pass(500)
  }
  expect(pair.hub.slotFreeInMs()[0]).toBeCloseTo(3_500, -2)
})

test('the original goes on beside a copy of it', () => {
  const pair = new Pair()
  pair.knowJob({ shards: 1, workMs: () => 500, isCostKnown: true })
  pair.pass(1_000)
  const run = [...pair.hub.state.runs.values()][0]
  pair.input({ type: 'prepared', run: run?.id ?? -1, missing: null })
  const effects = pair.fromB(claimOf({ epoch: 5, reason: 'speculate' }))
  expect([run?.state, only(effects, 'stop-run')]).toEqual(['running', []])
})

test('a loaded hub gives the later half of a bundle that it could end itself without its load', () => {
  const given = [0, 0.75].map((cpu) => {
    const pair = new Pair()
    pair.bFreeInMs = 60_000
    pair.beaconOfB()
    const level = { mean: cpu, p90: cpu }
    const point = { horizonMs: 1_000, cpu: level, memory: level, network: level }
    pair.input({ type: 'load', report: { ...noLoad, forecast: [point] } })
    pair.knowJob({ shards: 40, workMs: () => 100, isCostKnown: true })
    pair.pass(100)
    const run = [...pair.hub.state.runs.values()][0]
    pair.input({ type: 'prepared', run: run?.id ?? -1, missing: null })
    expect(run).toMatchObject({ state: 'running', lo: 0, hi: 10 })
    const effects = pair.input({ type: 'message', from: 'b', message: { type: 'steal', request: 1, startInMs: 700 } })
    return only(effects, 'send').map(({ message }) => message.type === 'stolen' && message.given?.lo)
  })
  expect(given).toEqual([[undefined], [5]])
})

test('an idle hub whose slot is wanted soon asks only for what ends before, and a hub gives no more', () => {
  const pair = new Pair()
  pair.bFreeInMs = 9_000
  const edges = [{ from: 0, to: 1 }]
  pair.knowJob({ shards: 5, workMs: (shard) => (shard === 0 ? 600 : 2_000), isCostKnown: true, edges })
  pair.fromB(claimOf({ lo: 0, hi: 1, cost: 600 }), claimOf({ lo: 0, hi: 1, cost: 600, state: 'running' }))
  for (let lo = 2; lo < 5; lo++) pair.fromB(claimOf({ lo, hi: lo + 1, cost: 9_000 }))
  pair.beaconOfB()
  const [ask] = only(pair.pass(600), 'send').flatMap(({ message }) => (message.type === 'steal' ? [message] : []))
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', state: 'claimed' })
  expect(ask?.untilInMs).toBeLessThan(600)
})

test('an owner keeps what the asker could not end in its gap', () => {
  for (const [untilInMs, isGiven] of [
    [500, false],
    [3_000, true],
    [undefined, true],
  ] as const) {
    const pair = new Pair()
    pair.bFreeInMs = 60_000
    pair.knowJob({ shards: 2, workMs: () => 2_000, isCostKnown: true })
    pair.pass(100)
    const [first] = pair.hub.state.queuedRuns()
    pair.input({ type: 'prepared', run: first?.id ?? -1, missing: null })
    pair.pass(700)
    pair.bFreeInMs = 0
    pair.beaconOfB()
    expect(pair.hub.state.queuedRuns().length).toBe(1)
    const message = { type: 'steal', request: 1, startInMs: 0, untilInMs } as const
    const answers = only(pair.input({ type: 'message', from: 'b', message }), 'send')
    const given = answers.flatMap(({ message: answer }) => (answer.type === 'stolen' ? [answer.given] : []))
    expect(given[0] != null).toBe(isGiven)
  }
})
