import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JoinedJob } from '../../src/ledger/join.ts'
import { packRecords, unpackRecords } from '../../src/ledger/pack.ts'
import type { Author, DoneRecord } from '../../src/ledger/record.ts'
import { FAMILY, SHARDS, spec } from './records.ts'

const done = (lo: number, digests: readonly string[], more: Partial<DoneRecord> = {}): DoneRecord => ({
  kind: 'done',
  generation: 0,
  family: FAMILY,
  lo,
  hi: lo + digests.length,
  epoch: 0,
  cost: 1,
  ref: { kind: 'inline', bytes: new TextEncoder().encode(digests.join()) },
  holders: [],
  busyMs: 1,
  startMs: 0,
  endMs: 1,
  digests,
  ...more,
})

const by = (hub: string): Author => ({ hub, boot: 'b' })

function compared(wanted: number, votes: readonly (readonly [string, DoneRecord])[]) {
  const job = new JoinedJob(wanted)
  job.apply(by('root'), { kind: 'family', spec })
  for (const [hub, record] of votes) job.apply(by(hub), record)
  const view = job.families.get(FAMILY)
  if (view === undefined) throw new Error('the family is known')
  return view
}

test('a result stands once all that were asked have spoken, and more than half of them have told it', () => {
  const right = done(0, ['x'])
  const wrong = done(0, ['y'])
  expect(
    compared(3, [
      ['a', right],
      ['b', right],
    ]).isDone(0),
  ).toBe(false)
  expect(
    compared(3, [
      ['a', right],
      ['b', right],
      ['c', wrong],
    ]).done(0)?.hub,
  ).toBe('a')
  expect(
    compared(3, [
      ['a', wrong],
      ['b', right],
      ['c', right],
    ]).done(0)?.hub,
  ).toBe('b')
  expect(
    compared(2, [
      ['a', wrong],
      ['b', right],
    ]).isDone(0),
  ).toBe(false)
  expect(
    compared(2, [
      ['a', wrong],
      ['b', right],
      ['c', right],
    ]).done(0)?.hub,
  ).toBe('b')
})

test('a hub has one vote, however often it tells a result; a result without a digest is none', () => {
  const again = done(0, ['x'], { epoch: 3, cost: 9 })
  expect(
    compared(2, [
      ['a', done(0, ['x'])],
      ['a', again],
    ]).isDone(0),
  ).toBe(false)
  const { digests: _, ...silent } = done(0, ['x'])
  expect(
    compared(2, [
      ['a', silent],
      ['b', silent],
      ['c', silent],
    ]).isDone(0),
  ).toBe(false)
})

test('who has voted holds the shard no longer: it is open to others', () => {
  const view = compared(3, [['a', done(0, ['x'])]])
  const job = new JoinedJob(3)
  job.apply(by('root'), { kind: 'family', spec })
  const claim = { kind: 'claim', generation: 0, family: FAMILY, lo: 0, hi: 2, epoch: 0, cost: 1 } as const
  job.apply(by('a'), { ...claim, state: 'running', reason: 'plan', resumedFrom: 0, atMs: 0 })
  job.apply(by('a'), done(0, ['x']))
  const claimed = job.families.get(FAMILY)
  expect([claimed?.holder(0), claimed?.holder(1)?.hub]).toEqual([null, 'a'])
  expect([view.hasVoted(0, 'a'), view.hasVoted(0, 'b'), view.hasVoted(1, 'a')]).toEqual([true, false, false])
})

test('what stands depends on the set of records alone; the right result stands against any one that lies', () => {
  const hubs = ['a', 'b', 'c', 'd', 'e']
  const told = fc.record({
    hub: fc.constantFrom(...hubs),
    lo: fc.nat(SHARDS - 1),
    length: fc.integer({ min: 1, max: SHARDS }),
    epoch: fc.nat(3),
    cost: fc.nat(2),
  })
  fc.assert(
    fc.property(fc.array(told, { maxLength: 30 }), fc.constantFrom(...hubs), fc.nat(), (list, liar, seed) => {
      const votes = list.map(({ hub, lo, length, epoch, cost }) => {
        const count = Math.min(length, SHARDS - lo)
        const digests = Array.from({ length: count }, (_, index) => (hub === liar ? 'wrong' : `right ${lo + index}`))
        return [hub, done(lo, digests, { epoch, cost })] as const
      })
      const shuffled = [...votes].sort((x, y) => JSON.stringify(x).length * ((seed % 7) - 3) - JSON.stringify(y).length)
      const [one, other] = [compared(3, votes), compared(3, [...shuffled, ...votes.slice(0, 3)])]
      for (let shard = 0; shard < SHARDS; shard++) {
        expect(other.done(shard)).toEqual(one.done(shard))
        const kept = one.done(shard)
        if (kept !== null) expect(kept.hub).not.toBe(liar)
      }
      expect(other.doneCount).toBe(one.doneCount)
    }),
  )
})

test('digests travel at the end of a record, where hubs that do not know them skip them', () => {
  const record = done(2, ['x', 'y'])
  expect(unpackRecords(packRecords([record]))).toEqual([record])
  const { digests: _, ...silent } = record
  expect(unpackRecords(packRecords([silent]))).toEqual([silent])
})
