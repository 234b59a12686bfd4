/** Arbitrary ledger records, valid by construction, few enough hubs and shards that they meet often. */
import fc from 'fast-check'
import type { Author, LedgerRecord } from '../../src/ledger/record.ts'
import { claimStates } from '../../src/ledger/record.ts'
import type { FamilySpec } from '../../src/program/family.ts'
import type { Ref } from '../../src/program/ref.ts'
import { cidOf } from '../../src/store/cid.ts'

export const FAMILY = 'f1'
export const SHARDS = 6

export const spec: FamilySpec = {
  key: FAMILY,
  sequence: 1,
  spot: 0,
  cut: { items: 60, starts: [0, 10, 20, 30, 40, 50] },
  shared: null,
  slices: [],
  edges: [],
  workMs: [5],
}

const cids = ['a', 'b', 'c'].map((text) => cidOf(new TextEncoder().encode(text)))

export const authorArb: fc.Arbitrary<Author> = fc.record({
  hub: fc.constantFrom('hubA', 'hubB', 'hubC', 'hubD'),
  boot: fc.constantFrom('boot1', 'boot2'),
})

export const refArb: fc.Arbitrary<Ref> = fc.oneof(
  fc.uint8Array({ maxLength: 4 }).map((bytes) => ({ kind: 'inline' as const, bytes })),
  fc
    .record({ cid: fc.constantFrom(...cids, 'zOtherCid'), size: fc.nat(1000) })
    .map((blob) => ({ kind: 'blob' as const, ...blob })),
)

const runArb = fc.tuple(fc.nat(SHARDS - 1), fc.integer({ min: 1, max: SHARDS })).map(([lo, length]) => {
  return { lo, hi: Math.min(SHARDS, lo + length) }
})
const generationArb = fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(1) })
const costArb = fc.oneof(fc.nat(3), fc.constantFrom(0.5, 1.25, -3))
const timeArb = fc.oneof(fc.integer({ min: 1.6e12, max: 1.8e12 }), fc.constantFrom(0, 3.75, -12.5))

export const claimArb: fc.Arbitrary<LedgerRecord> = fc
  .record({
    run: runArb,
    generation: generationArb,
    epoch: fc.nat(3),
    cost: costArb,
    state: fc.constantFrom(...claimStates),
    reason: fc.constantFrom('plan', 'steal', 'drain'),
    resumedFrom: fc.nat(5),
    atMs: timeArb,
  })
  .map(({ run, ...claim }) => ({ kind: 'claim', family: FAMILY, ...run, ...claim }))

export const checkpointArb: fc.Arbitrary<LedgerRecord> = fc
  .record({ shard: fc.nat(SHARDS - 1), generation: generationArb, epoch: fc.nat(3), progress: fc.nat(4), ref: refArb })
  .map((checkpoint) => ({ kind: 'checkpoint', family: FAMILY, ...checkpoint }))

export const doneArb: fc.Arbitrary<LedgerRecord> = fc
  .record({
    run: runArb,
    generation: generationArb,
    epoch: fc.nat(3),
    cost: costArb,
    ref: refArb,
    holders: fc.subarray(['hubA', 'hubB', 'hubC']),
    busyMs: fc.oneof(fc.nat(500), fc.double({ min: 0, max: 500, noNaN: true, noDefaultInfinity: true })).map(Math.abs),
    startMs: timeArb,
    endMs: timeArb,
  })
  .map(({ run, ...done }) => ({ kind: 'done', family: FAMILY, ...run, ...done }))

const jobArb: fc.Arbitrary<LedgerRecord> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }).map((manifest): LedgerRecord => ({ kind: 'job', manifest })),
  fc.record({ kind: fc.constant('cancel' as const), reason: fc.constantFrom('user', 'expired'), atMs: timeArb }),
  fc.record({ kind: fc.constant('acknowledged' as const), atMs: timeArb }),
)

const reopenArb: fc.Arbitrary<LedgerRecord> = fc
  .record({ run: runArb, generation: fc.integer({ min: 1, max: 2 }) })
  .map(({ run, generation }) => ({ kind: 'reopen', family: FAMILY, ...run, generation, reason: 'lost' }))

/** Another spec under the same key, as two roots of a partition might record. */
const specArb: fc.Arbitrary<LedgerRecord> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'family' as const, spec }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom([0, 20, 40], [0, 10, 20, 30, 40, 50, 55, 58])
      .map((starts) => ({ kind: 'family' as const, spec: { ...spec, cut: { items: 60, starts } } })),
  },
)

export const recordArb: fc.Arbitrary<LedgerRecord> = fc.oneof(
  { weight: 6, arbitrary: claimArb },
  { weight: 3, arbitrary: checkpointArb },
  { weight: 4, arbitrary: doneArb },
  { weight: 1, arbitrary: jobArb },
  { weight: 1, arbitrary: reopenArb },
  { weight: 1, arbitrary: specArb },
)

export const authoredArb = fc.record({ author: authorArb, record: recordArb })
