/** What a hub drops when others win, and what it keeps. */
import { expect, test } from 'vitest'
import { claimOf, doneOf, only, Pair } from './pair.ts'

/** A hub that runs shards 0 to 7 in one slot. */
function running(): { pair: Pair; id: number } {
  const pair = new Pair()
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 8, workMs: () => 50, isCostKnown: true })
  pair.pass(60)
  const [run] = pair.hub.state.runs.values()
  if (run === undefined) throw new Error('the hub has claimed')
  pair.input({ type: 'prepared', run: run.id, missing: null })
  return { pair, id: run.id }
}

test('a lost tail is cut off', () => {
  const { pair, id } = running()
  const run = pair.hub.state.runs.get(id)
  const last = (run?.hi ?? 0) - 1
  const effects = pair.fromB(claimOf({ lo: last, hi: 8, epoch: 9 }))
  expect(only(effects, 'trim')).toEqual([{ type: 'trim', run: id, before: last }])
})

test('results of others for all that is left end the run', () => {
  const { pair, id } = running()
  const effects = pair.fromB(doneOf({ lo: 0, hi: 8 }))
  expect(only(effects, 'stop-run').map(({ run }) => run)).toEqual([id])
})

test('a claim of an earlier boot of the same other hub wins nothing', () => {
  const { pair } = running()
  const entries = [{ author: { hub: 'b', boot: 'b0' }, record: claimOf({ lo: 0, hi: 8, epoch: 9 }) }]
  const effects = pair.input({ type: 'records', job: 'job-1', entries })
  expect([...only(effects, 'stop-run'), ...only(effects, 'trim')]).toEqual([])
})

test('a slot that ends well without all its results gives the rest back', () => {
  const { pair, id } = running()
  pair.input({ type: 'ended', run: id, end: { kind: 'complete' } })
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', state: 'released', reason: 'stopped' })
})

test('records of a job that is not known here are ignored', () => {
  const { pair } = running()
  const entries = [{ author: { hub: 'b', boot: 'b1' }, record: claimOf({}) }]
  expect(() => pair.input({ type: 'records', job: 'job-9', entries })).not.toThrow()
})

test('a run whose first shards others finished before it began tells where its own first shard resumes', () => {
  const pair = new Pair()
  pair.bFreeInMs = 60_000
  pair.knowJob({ shards: 8, workMs: () => 50, isCostKnown: true })
  const ref = { kind: 'inline', bytes: new Uint8Array() } as const
  pair.fromB({ kind: 'checkpoint', generation: 0, family: 'f1', shard: 0, epoch: 0, progress: 3, ref })
  pair.pass(60)
  const [run] = pair.hub.state.runs.values()
  if (run === undefined) throw new Error('the hub has claimed')
  pair.fromB(doneOf({ lo: 0, hi: 1 }))
  const effects = pair.input({ type: 'prepared', run: run.id, missing: null })
  const records = only(effects, 'append').flatMap((append) => append.records)
  const [claim] = records.filter((record) => record.kind === 'claim' && record.state === 'running')
  expect(claim).toMatchObject({ lo: 1, resumedFrom: 0 })
})

test('results before which others are missing give the missing ones back', () => {
  const { pair, id } = running()
  const ref = { kind: 'inline', bytes: new Uint8Array() } as const
  pair.input({ type: 'results', run: id, lo: 2, hi: 3, ref, busyMs: 50 })
  expect(pair.view().claim(1)).toMatchObject({ hub: 'a', state: 'released', reason: 'unstored' })
  expect(pair.view().isDone(2)).toBe(true)
})
