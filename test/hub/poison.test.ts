/** What takes down slots: every hub's word counts, and it is tried alone. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import { failuresOf } from '../../src/hub/job.ts'
import { openUnits } from '../../src/hub/ready-set.ts'
import { claimOf, JOB, Pair } from './pair.ts'

function knowing(shards: number): Pair {
  const pair = new Pair()
  pair.knowJob({ shards, workMs: () => 100 })
  return pair
}

test('an attempt that ended its slot counts, though others have claimed the shard since', () => {
  const pair = knowing(1)
  pair.fromB(claimOf({ epoch: 0, state: 'running' }))
  const later = { author: { hub: 'c', boot: 'c1' }, record: claimOf({ epoch: 1, reason: 'speculate' }) }
  pair.input({ type: 'records', job: JOB, entries: [later], senders: [{ hub: 'c' }] })
  pair.fromB(claimOf({ epoch: 0, state: 'failed', reason: 'memory' }))
  expect(failuresOf(pair.hub.state.job(JOB), 'f1', 0)).toEqual({ hubs: 1, alike: 1, attempts: 1 })
})

test('the same word twice is one failure, a later one another', () => {
  const pair = knowing(1)
  for (const epoch of [0, 0, 2]) pair.fromB(claimOf({ epoch, state: 'failed', reason: 'memory' }))
  expect(failuresOf(pair.hub.state.job(JOB), 'f1', 0)).toEqual({ hubs: 1, alike: 1, attempts: 2 })
})

test.each([true, false])('a shard that took down a slot is offered alone, submitter alive: %s', (isAlive) => {
  const pair = new Pair()
  const job = simJob(JOB, isAlive ? 'b' : 'gone', [{ shards: 9, workMs: () => 1 }])
  pair.input({ type: 'job', job: JOB, manifest: job.manifest, bytes: new Uint8Array(), mine: false })
  const spec = job.families[0]?.spec
  if (spec === undefined) throw new Error('the job has a family')
  const root = { family: 'root', lo: 0, hi: 1, epoch: 0 }
  pair.fromB(claimOf({ ...root, state: 'running' }), { kind: 'family', spec })
  pair.fromB(claimOf({ lo: 4, hi: 5, state: 'failed', reason: 'crashed' }))
  const units = openUnits(pair.hub.state, 64).filter(({ view }) => view.spec.key === 'f1')
  expect(units.filter(({ lo, hi }) => lo <= 4 && 4 < hi).map(({ lo, hi }) => [lo, hi])).toEqual([[4, 5]])
  expect(units.flatMap(({ lo, hi }) => Array.from({ length: hi - lo }, (_, n) => lo + n)).sort()).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ])
})

test('what took down a slot here is left to who has not tried it, copy or not; when all have, it is tried again', () => {
  const pair = knowing(1)
  pair.fromB(claimOf({ epoch: 0, state: 'running' }))
  const own = { author: { hub: 'a', boot: 'a0' }, record: claimOf({ epoch: 1, state: 'failed', reason: 'memory' }) }
  pair.input({ type: 'records', job: JOB, entries: [own] })
  pair.pass(3_000)
  expect(pair.view().claim(0)?.state).toBe('failed')
  pair.fromB(claimOf({ epoch: 2, state: 'failed', reason: 'memory' }))
  pair.pass(3_000)
  expect(pair.view().claim(0)).toMatchObject({ hub: 'a', epoch: 3 })
})
