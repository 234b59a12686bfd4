import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../src/errors.ts'
import { cidOfHash, hashOfCid } from '../../src/ledger/cid-bytes.ts'
import { PACK_VERSION, packRecords, unpackRecords } from '../../src/ledger/pack.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import type { FamilySpec } from '../../src/program/family.ts'
import { cidOf } from '../../src/store/cid.ts'
import { recordArb } from './records.ts'

const claim: LedgerRecord = {
  kind: 'claim',
  generation: 0,
  family: 'f1',
  lo: 0,
  hi: 64,
  epoch: 3,
  cost: 17,
  state: 'running',
  reason: 'plan',
  resumedFrom: 0,
  atMs: 1_700_000_000_000,
}

test('records come back exactly as they were packed', () => {
  fc.assert(
    fc.property(fc.array(recordArb, { maxLength: 30 }), (records) => {
      expect(unpackRecords(packRecords(records))).toEqual(records)
    }),
  )
})

test('a family of 65,536 shards with edges, slices and estimates comes back exactly', () => {
  const starts = Array.from({ length: 65_536 }, (_, index) => index * 3)
  const big: FamilySpec = {
    key: 'big',
    sequence: 9,
    spot: 2,
    cut: { items: 200_000, starts },
    shared: { kind: 'blob', cid: cidOf(new Uint8Array(3)), size: 3 },
    slices: [{ lo: 0, hi: 512, ref: { kind: 'inline', bytes: new Uint8Array([1, 2]) } }],
    edges: [{ family: 'f1', from: 4, to: 65_535, bytes: 1e9 }],
    workMs: Array.from({ length: 65_536 }, (_, index) => (index % 7) + 0.5),
  }
  const packed = packRecords([{ kind: 'family', spec: big }])
  expect(unpackRecords(packed)).toEqual([{ kind: 'family', spec: big }])
})

test('a regular cut of 65,536 shards packs into less than 64 bytes', () => {
  const starts = Array.from({ length: 65_536 }, (_, index) => index * 3)
  const spec: FamilySpec = {
    key: 'k',
    sequence: 1,
    spot: 0,
    cut: { items: 200_000, starts },
    shared: null,
    slices: [],
    edges: [],
    workMs: [2],
  }
  expect(packRecords([{ kind: 'family', spec }]).byteLength).toBeLessThan(64)
})

test('a claim costs at most 20 bytes among others', () => {
  const records = Array.from({ length: 100 }, (_, index): LedgerRecord => ({ ...claim, lo: index, hi: index + 1 }))
  expect(packRecords(records).byteLength).toBeLessThan(100 * 20)
})

test('kinds and fields of newer versions are skipped', () => {
  const packed = packRecords([claim])
  const withNewKind = Uint8Array.from([...packed, 200, 3, 9, 9, 9])
  expect(unpackRecords(withNewKind)).toEqual([claim])
  const acknowledged = packRecords([{ kind: 'acknowledged', atMs: 5 }])
  const sizeAt = acknowledged.length - 2
  expect(acknowledged[sizeAt]).toBe(1)
  const withNewField = Uint8Array.from([...acknowledged.slice(0, sizeAt), 2, acknowledged[sizeAt + 1] ?? 0, 77])
  expect(unpackRecords(withNewField)).toEqual([{ kind: 'acknowledged', atMs: 5 }])
})

test('an entry of a newer version holds no records for us', () => {
  const packed = packRecords([claim])
  packed[0] = PACK_VERSION + 1
  expect(unpackRecords(packed)).toEqual([])
})

test('any bytes either unpack or throw SHOAL_FRAME_INVALID, within the memory they justify', () => {
  const mutation = fc.record({
    records: fc.array(recordArb, { minLength: 1, maxLength: 5 }),
    flips: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
    cut: fc.nat(),
  })
  fc.assert(
    fc.property(mutation, ({ records, flips, cut }) => {
      const packed = packRecords(records)
      for (const [at, value] of flips) packed[at % packed.length] = value
      expectReadOrInvalid(packed)
      expectReadOrInvalid(packed.subarray(0, cut % packed.length))
    }),
    { numRuns: 500 },
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => expectReadOrInvalid(Uint8Array.from([1, ...bytes]))),
    { numRuns: 500 },
  )
})

test('what unpacks from foreign bytes packs again', () => {
  fc.assert(
    fc.property(fc.array(recordArb, { minLength: 1, maxLength: 4 }), fc.nat(), fc.nat(255), (records, at, value) => {
      const packed = packRecords(records)
      packed[at % packed.length] = value
      const read = readOrNull(packed)
      if (read !== null) expect(unpackRecords(packRecords(read))).toEqual(read)
    }),
    { numRuns: 500 },
  )
})

test('a few bytes cannot ask for millions of shard boundaries', () => {
  const spec = { ...emptySpec('x'), cut: { items: 1e6, starts: Array.from({ length: 65_536 }, (_, i) => i) } }
  const many = Array.from({ length: 8 }, (): LedgerRecord => ({ kind: 'family', spec }))
  expect(() => unpackRecords(packRecords(many))).toThrow(ShoalError)
})

test('the 32 bytes of a hash stand for the usual identity text, and for no other', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const cid = cidOf(bytes)
      const hash = hashOfCid(cid)
      expect(hash).not.toBeNull()
      expect(hash === null ? '' : cidOfHash(hash)).toBe(cid)
    }),
  )
  const cid = cidOf(new Uint8Array(1))
  for (const other of [
    '',
    'b',
    cid.slice(1),
    `${cid}a`,
    `z${cid.slice(1)}`,
    `${cid.slice(0, -1)}7`,
    cid.toUpperCase(),
  ]) {
    expect(hashOfCid(other)).toBeNull()
  }
})

function emptySpec(key: string): FamilySpec {
  return {
    key,
    sequence: 1,
    spot: 0,
    cut: { items: 1, starts: [0] },
    shared: null,
    slices: [],
    edges: [],
    workMs: null,
  }
}

function readOrNull(bytes: Uint8Array): LedgerRecord[] | null {
  try {
    return unpackRecords(bytes)
  } catch (error) {
    expect(error).toMatchObject({ code: 'SHOAL_FRAME_INVALID' })
    return null
  }
}

function expectReadOrInvalid(bytes: Uint8Array): void {
  readOrNull(bytes)
}
