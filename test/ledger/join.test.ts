import fc from 'fast-check'
import { expect, test } from 'vitest'
import { JoinedJob } from '../../src/ledger/join.ts'
import type { Author, DoneRecord, LedgerRecord } from '../../src/ledger/record.ts'
import type { Authored } from '../../src/ledger/view.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { oracleShard, shownJob, shownShard } from './oracle.ts'
import { authoredArb, FAMILY, SHARDS, spec } from './records.ts'

const A: Author = { hub: 'hubA', boot: 'boot1' }
const B: Author = { hub: 'hubB', boot: 'boot1' }
const specRecord: Authored = { author: A, record: { kind: 'family', spec } }

const setArb = fc.array(authoredArb, { maxLength: 40 })
const shuffledArb = setArb.chain((set) =>
  fc.tuple(
    fc.constant(set),
    fc.shuffledSubarray([...set, ...set], { minLength: set.length * 2, maxLength: set.length * 2 }),
  ),
)

test('I2: the fold depends on the set of records alone, not on order or repetition', () => {
  fc.assert(
    fc.property(shuffledArb, ([set, shuffledTwice]) => {
      expect(shownJob(fold([specRecord, ...set]))).toBe(shownJob(fold([...shuffledTwice, specRecord])))
    }),
    { numRuns: 400 },
  )
})

test('I2: folding two sets together is joining their folds, in any grouping', () => {
  fc.assert(
    fc.property(setArb, setArb, setArb, (a, b, c) => {
      const view = shownJob(fold([specRecord, ...a, ...b, ...c]))
      expect(shownJob(fold([...b, ...c, ...a, specRecord]))).toBe(view)
      expect(shownJob(fold([...c, specRecord, ...a, ...b, ...a]))).toBe(view)
    }),
    { numRuns: 100 },
  )
})

test('I5: every winner is the one that a naive sort over all records finds', () => {
  fc.assert(
    fc.property(setArb, (drawn) => {
      const set = [specRecord, ...drawn.filter(({ record }) => record.kind !== 'family')]
      const family = fold(set).families.get(FAMILY)
      for (let shard = 0; shard < SHARDS; shard++) {
        expect(family && shownShard(family, shard)).toEqual(oracleShard(set, FAMILY, shard))
      }
    }),
    { numRuns: 300 },
  )
})

test('I4: on a live replica no component of a shard goes back within its generation', () => {
  fc.assert(
    fc.property(setArb, (set) => {
      const job = fold([specRecord])
      for (const authored of set.filter(({ record }) => record.kind !== 'family')) {
        const before = shards(job)
        job.apply(authored.author, authored.record)
        for (const [index, after] of shards(job).entries()) expectNotBelow(before[index], after)
      }
    }),
    { numRuns: 100 },
  )
})

test('I3: applying step by step shows at every step what a full fold shows', () => {
  fc.assert(
    fc.property(setArb, (set) => {
      const job = new JoinedJob()
      const applied: Authored[] = []
      for (const authored of [...set, specRecord]) {
        const before = shownJob(job)
        const changed = job.apply(authored.author, authored.record)
        applied.push(authored)
        expect(shownJob(job)).toBe(shownJob(fold([...applied].reverse())))
        if (!changed) expect(shownJob(job)).toBe(before)
      }
    }),
    { numRuns: 60 },
  )
})

test('while the standing is the same, so is who holds what, what is done and what lies where it is open', () => {
  fc.assert(
    fc.property(setArb, (set) => {
      const job = fold([specRecord])
      const family = job.families.get(FAMILY) ?? expect.fail('the family is there')
      let [standing, seen] = [family.standing, derived(job)]
      for (const { author, record } of set) {
        job.apply(author, record)
        if (family.standing === standing) expect(derived(job)).toEqual(seen)
        ;[standing, seen] = [family.standing, derived(job)]
      }
    }),
    { numRuns: 400 },
  )
})

test('a start and a checkpoint of what is held leave the standing as it is; a claim does not', () => {
  const place = { generation: 0, family: FAMILY, lo: 0, hi: 1, epoch: 3, cost: 1 }
  const claim = { kind: 'claim', ...place, reason: 'plan', resumedFrom: 0, atMs: 0 } as const
  const inline = { kind: 'inline', bytes: new Uint8Array(1) } as const
  const saved = {
    kind: 'checkpoint',
    generation: 0,
    family: FAMILY,
    shard: 0,
    epoch: 3,
    progress: 1,
    ref: inline,
  } as const
  const job = fold([specRecord, { author: A, record: { ...claim, state: 'claimed' } }])
  const family = job.families.get(FAMILY) ?? expect.fail('the family is there')
  const held = family.standing
  expect(job.apply(A, { ...claim, state: 'running' })).toBe(true)
  expect(job.apply(A, saved)).toBe(true)
  expect(family.standing).toBe(held)
  expect(job.apply(B, { ...claim, epoch: 4, state: 'running' })).toBe(true)
  expect(family.standing).toBe(held + 1)
})

test('I7: no claim, release or failure changes a result that is there', () => {
  fc.assert(
    fc.property(setArb, (set) => {
      const late = set.filter(({ record }) => record.kind === 'claim' && record.generation === 0)
      const job = fold([specRecord, { author: B, record: done({ lo: 0, hi: SHARDS }) }])
      const results = shards(job).map((shard) => shard.done)
      for (const { author, record } of late) job.apply(author, record)
      expect(shards(job).map((shard) => shard.done)).toEqual(results)
      expect(job.families.get(FAMILY)?.doneCount).toBe(SHARDS)
    }),
  )
})

test('a later re-run never displaces a result that was read; an earlier concurrent one does', () => {
  const job = fold([specRecord, { author: B, record: done({ epoch: 1 }) }])
  expect(job.apply(A, done({ epoch: 2, cost: 0 }))).toBe(true)
  expect(job.families.get(FAMILY)?.done(0)).toMatchObject({ hub: 'hubB', epoch: 1 })
  expect(job.families.get(FAMILY)?.doneRecords(0)).toBe(2)
  job.apply(A, done({ epoch: 0, cost: 9 }))
  expect(job.families.get(FAMILY)?.done(0)).toMatchObject({ hub: 'hubA', epoch: 0 })
})

test('the record behind a result is told with its author, also after a better one came', () => {
  const job = fold([specRecord, { author: B, record: done({ lo: 2, hi: 5, epoch: 1 }) }])
  const family = job.families.get(FAMILY)
  expect(family?.told(3)).toMatchObject({ hub: 'hubB', record: { lo: 2, hi: 5, epoch: 1 } })
  job.apply(A, done({ lo: 2, hi: 5, epoch: 0 }))
  expect(family?.told(3)?.hub).toBe('hubA')
  expect(family?.told(5)).toBeNull()
})

test('a result covers its run: each shard finds its entry of the packed list', () => {
  const job = fold([specRecord, { author: A, record: done({ lo: 2, hi: 5 }) }])
  const family = job.families.get(FAMILY)
  expect([2, 3, 4].map((shard) => family?.done(shard)?.offset)).toEqual([0, 1, 2])
  expect(family?.isDone(5)).toBe(false)
  expect(family?.doneCount).toBe(3)
})

test('re-opening starts the shards over, keeps the fence, and outlives late records of the old generation', () => {
  const job = fold([specRecord, { author: A, record: done({ lo: 0, hi: 2, epoch: 4 }) }])
  job.apply(B, { kind: 'reopen', generation: 1, family: FAMILY, lo: 0, hi: 1, reason: 'lost' })
  const family = job.families.get(FAMILY)
  expect(family?.isDone(0)).toBe(false)
  expect(family?.isDone(1)).toBe(true)
  expect(family?.generation(0)).toBe(1)
  expect(family?.epochMax(0)).toBe(4)
  job.apply(B, done({ lo: 0, hi: 2, epoch: 3 }))
  expect(family?.isDone(0)).toBe(false)
  expect(family?.doneCount).toBe(1)
})

test('the mean of busy time counts a record once, however often it comes', () => {
  const job = fold([specRecord])
  for (let times = 0; times < 3; times++) job.apply(A, done({ lo: 0, hi: 2, busyMs: 30 }))
  expect(job.families.get(FAMILY)?.busyMsMean).toBe(15)
  expect(job.families.get(FAMILY)?.doneRecords(1)).toBe(1)
  job.apply({ ...A, boot: 'boot2' }, done({ lo: 0, hi: 1, busyMs: 30 }))
  expect(job.families.get(FAMILY)?.busyMsMean).toBe(20)
})

test('records of a family not yet known wait for its spec', () => {
  const job = new JoinedJob()
  expect(job.apply(B, done({ lo: 0, hi: 3 }))).toBe(false)
  expect(job.families.has(FAMILY)).toBe(false)
  expect(job.apply(A, { kind: 'family', spec })).toBe(true)
  expect(job.families.get(FAMILY)?.doneCount).toBe(3)
})

test('of two cuts recorded for one family every replica keeps the same, and records beyond it wait', () => {
  const wide = { ...spec, cut: { items: 60, starts: [0, 1, 2, 3, 4, 5, 6, 7] } }
  const records: Authored[] = [
    { author: A, record: { kind: 'family', spec: wide } },
    specRecord,
    { author: B, record: done({ lo: 7, hi: 8 }) },
    { author: B, record: done({ lo: 0, hi: 1 }) },
  ]
  const orders = [
    [0, 1, 2, 3],
    [2, 1, 3, 0],
    [1, 3, 2, 0],
  ]
  const views = orders.map((order) => shownJob(fold(order.flatMap((index) => records[index] ?? []))))
  expect(new Set(views).size).toBe(1)
})

test('the root family is there from the start and takes no spec', () => {
  const job = new JoinedJob()
  expect(job.families.get(ROOT_FAMILY)?.shards).toBe(1)
  expect(job.apply(A, { kind: 'family', spec: { ...spec, key: ROOT_FAMILY } })).toBe(false)
  expect(job.families.get(ROOT_FAMILY)?.spec.spot).toBe(-1)
  expect(job.apply(A, { ...done({ lo: 0, hi: 1 }), family: ROOT_FAMILY })).toBe(true)
  expect(job.families.get(ROOT_FAMILY)?.doneCount).toBe(1)
})

test('history lists started, ended and failed attempts and results, each once', () => {
  const claim: LedgerRecord = {
    kind: 'claim',
    generation: 0,
    family: FAMILY,
    lo: 0,
    hi: 2,
    epoch: 0,
    cost: 1,
    state: 'claimed',
    reason: 'plan',
    resumedFrom: 0,
    atMs: 5,
  }
  const records = [
    claim,
    { ...claim, state: 'running' },
    { ...claim, state: 'failed' },
    done({ lo: 0, hi: 2 }),
  ] as const
  const job = fold([specRecord])
  for (const record of [...records, ...records]) job.apply(A, record)
  expect(job.families.get(FAMILY)?.history()).toEqual(records.slice(1).map((record) => ({ author: A, record })))
})

test('a job of too many shards is refused and says so', () => {
  const job = new JoinedJob()
  const starts = Array.from({ length: 65_536 }, (_, index) => index)
  for (let index = 0; index < 17; index++) {
    job.apply(A, { kind: 'family', spec: { ...spec, key: `k${index}`, cut: { items: 65_536, starts } } })
  }
  expect(job.incomplete).toBe(true)
  expect(job.families.size).toBeLessThan(17)
})

function fold(records: readonly Authored[]): JoinedJob {
  const job = new JoinedJob()
  for (const { author, record } of records) job.apply(author, record)
  return job
}

function shards(job: JoinedJob) {
  const family = job.families.get(FAMILY)
  if (family === undefined) return []
  return Array.from({ length: SHARDS }, (_, shard) => ({
    generation: family.generation(shard),
    epochMax: family.epochMax(shard),
    claim: family.claim(shard),
    checkpoint: family.checkpoint(shard),
    done: family.done(shard),
  }))
}

type Shown = ReturnType<typeof shards>[number]

function expectNotBelow(before: Shown | undefined, after: Shown): void {
  if (before === undefined) return
  expect(after.generation).toBeGreaterThanOrEqual(before.generation)
  expect(after.epochMax).toBeGreaterThanOrEqual(before.epochMax)
  if (after.generation > before.generation) return
  if (before.claim !== null) expect(after.claim?.epoch).toBeGreaterThanOrEqual(before.claim.epoch)
  if (before.checkpoint !== null) expect(after.checkpoint?.progress).toBeGreaterThanOrEqual(before.checkpoint.progress)
  if (before.done !== null) expect(after.done?.epoch).toBeLessThanOrEqual(before.done.epoch)
}

function done(over: Partial<DoneRecord>): DoneRecord {
  return {
    kind: 'done',
    generation: 0,
    family: FAMILY,
    lo: 0,
    hi: 1,
    epoch: 0,
    cost: 5,
    ref: { kind: 'inline', bytes: new Uint8Array([1]) },
    holders: [],
    busyMs: 10,
    startMs: 1,
    endMs: 2,
    ...over,
  }
}

/** What callers cache by a family's standing. */
function derived(job: JoinedJob): unknown {
  return shards(job).map((_, index) => {
    const family = job.families.get(FAMILY) ?? expect.fail('the family is there')
    const holder = family.holder(index)
    const at = holder === null ? family.checkpoint(index) : null
    return { holder, at, isDone: family.isDone(index), generation: family.generation(index) }
  })
}
