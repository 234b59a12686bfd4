import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JoinedJob } from '../../src/ledger/join.ts'
import type { DoneRecord } from '../../src/ledger/record.ts'
import type { Authored } from '../../src/ledger/view.ts'
import { History, stepArb } from './histories.ts'
import { oracleShard, shownJob, shownShard, text } from './oracle.ts'
import { FAMILY, SHARDS } from './records.ts'
import { heal } from './replicas.ts'

const historyArb = fc.record({ seed: fc.nat(), steps: fc.array(stepArb, { maxLength: 60, size: 'max' }) })

test('I1, I11: after any history and healing, all replicas show the same, and equal state vectors mean equal views', () => {
  let crashes = 0
  fc.assert(
    fc.property(historyArb, ({ seed, steps }) => {
      const history = played(seed, steps)
      crashes += history.crashes
      heal(history.replicas)
      const views = new Set(history.replicas.map((replica) => shownJob(replica.view)))
      const vectors = new Set(history.replicas.map((replica) => vectorText(replica.ledger.stateVector())))
      expect(vectors.size).toBe(1)
      expect(views.size).toBe(1)
    }),
    { numRuns: 120 },
  )
  expect(crashes).toBeGreaterThan(20)
})

test('I3: after every step the incremental view is the fold of the whole doc', () => {
  fc.assert(
    fc.property(historyArb, ({ seed, steps }) => {
      const history = new History(seed)
      for (const step of steps) {
        history.run(step)
        const replica = history.replica(step.hub)
        const folded = new JoinedJob()
        folded.applyAll(replica.ledger.records())
        expect(shownJob(replica.view)).toBe(shownJob(folded))
      }
    }),
    { numRuns: 30 },
  )
})

test('I5, I6: at heal nothing that survived is lost, and the winner is the naive minimum of all results there are', () => {
  fc.assert(
    fc.property(historyArb, ({ seed, steps }) => {
      const history = played(seed, steps)
      const surviving = history.replicas.flatMap((replica) => replica.ledger.records())
      heal(history.replicas)
      // More than what the ledgers held: entries that had come too early were waiting beside them.
      const healed = history.replica(0).ledger.records()
      expectSubset(surviving, healed)
      expectSubset(healed, history.issued)
      const family = history.replica(0).view.families.get(FAMILY)
      for (let shard = 0; shard < SHARDS; shard++) {
        expect(family && shownShard(family, shard)).toEqual(oracleShard(healed, FAMILY, shard))
        const results = resultsOf(surviving, shard)
        if (results.length > 0) expect(family?.isDone(shard)).toBe(true)
        for (const result of results) expect(family?.done(shard)?.epoch).toBeLessThanOrEqual(result.epoch)
      }
    }),
    { numRuns: 80 },
  )
})

test('I7, I8: hubs that follow the view never claim a shard they saw done, nor one (shard, epoch) at two prices', () => {
  fc.assert(
    fc.property(historyArb, ({ seed, steps }) => {
      const history = played(seed, steps)
      const prices = new Map<string, number>()
      for (const { author, record } of history.issued) {
        if (record.kind !== 'claim') continue
        const key = [author.hub, author.boot, record.lo, record.epoch].join()
        expect(prices.get(key) ?? record.cost).toBe(record.cost)
        prices.set(key, record.cost)
      }
    }),
    { numRuns: 40 },
  )
})

test('I10: every boot writes under a client id and a log of its own', () => {
  fc.assert(
    fc.property(historyArb, ({ seed, steps }) => {
      const history = played(seed, steps)
      heal(history.replicas)
      const logs = history.replica(0).ledger.logs()
      expect(new Set(logs.map(({ client }) => client)).size).toBe(logs.length)
      expect(new Set(logs.map(({ author }) => `${author.hub}/${author.boot}`)).size).toBe(logs.length)
      const used = history.replicas.flatMap((replica) => [...replica.clientIds])
      expect(new Set(used).size).toBe(used.length)
    }),
    { numRuns: 20 },
  )
})

function played(seed: number, steps: readonly Parameters<History['run']>[0][]): History {
  const history = new History(seed)
  for (const step of steps) history.run(step)
  return history
}

function vectorText(vector: Uint8Array): string {
  return Buffer.from(vector).toString('hex')
}

function expectSubset(part: readonly Authored[], whole: readonly Authored[]): void {
  const known = new Set(whole.map(text))
  for (const authored of part) expect(known.has(text(authored))).toBe(true)
}

function resultsOf(all: readonly Authored[], shard: number): DoneRecord[] {
  return all.flatMap(({ record }) =>
    record.kind === 'done' && record.lo <= shard && shard < record.hi ? [record] : [],
  )
}
