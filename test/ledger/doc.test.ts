import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { JobLedger } from '../../src/ledger/doc.ts'
import { packRecords } from '../../src/ledger/pack.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'
import { readSealed } from '../../src/ledger/seal.ts'
import { syncAnswer } from '../../src/ledger/sync.ts'
import { readUpdate, writeUpdate } from '../../src/ledger/update-format.ts'
import { sizes } from '../../src/limits.ts'
import { openLedger } from './keys.ts'
import { recordArb } from './records.ts'

const cancel: LedgerRecord = { kind: 'cancel', reason: 'user', atMs: 1 }

test("a flush is one entry at the front of the owner's root array, after its boot entry", () => {
  const ledger = openLedger({ hub: 'hubA', boot: 'boot1' }, 2 ** 52 + 1)
  ledger.append([cancel])
  const flushed = ledger.append([cancel, cancel])
  const doc = new Y.Doc()
  Y.applyUpdate(doc, ledger.snapshot())
  const log = doc.getArray<Uint8Array>('L/hubA/boot1')
  expect(log.length).toBe(3)
  expect(Buffer.from(readSealed(log.get(0)).body)).toEqual(Buffer.from(packRecords([cancel, cancel])))
  const first = flushed[0] ?? new Uint8Array()
  expect(Y.decodeUpdate(first).structs.map((struct) => struct.id)).toEqual([{ client: 2 ** 52 + 1, clock: 2 }])
})

test('a hub that only watches writes nothing', () => {
  const ledger = openLedger({ hub: 'hubA', boot: 'boot1' }, 7)
  expect(ledger.append([])).toEqual([])
  expect(ledger.logs()).toEqual([])
  expect(ledger.stateVector()).toEqual(new Uint8Array([0]))
})

test('records arrive with their author, in the order of the log, once', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(recordArb, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      (flushes) => {
        const [a, b] = pair()
        const updates = flushes.flatMap((records) => a.append(records))
        const twice = [...updates, ...updates].map((bytes) => ({ from: 'hubA', relayed: false, bytes }))
        const received = b.receive(twice)
        expect(received.refused).toEqual([])
        expect(received.missing).toBe(false)
        expect(received.records).toEqual(flushes.flat().map((record) => ({ author: a.author, record })))
        expect(b.snapshot()).toEqual(a.snapshot())
      },
    ),
    { numRuns: 60 },
  )
})

test('I16: whatever order flushes come in, nothing is left pending, and the gap is reported until it is filled', () => {
  const orderArb = fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6, maxLength: 6 })
  fc.assert(
    fc.property(orderArb, (order) => {
      const [a, b] = pair()
      const updates = order.map(() => a.append([cancel])[0] ?? new Uint8Array())
      let arrived = 0
      for (const index of order) {
        const received = b.receive([{ from: 'hubA', relayed: false, bytes: updates[index] ?? new Uint8Array() }])
        arrived += received.records.length
        expect(received.missing).toBe(!coveredUpTo(order, index))
      }
      expect(arrived).toBe(order.length)
      expect(pendingOf(b)).toEqual({ structs: null, ds: null })
      expect(b.snapshot()).toEqual(a.snapshot())
    }),
  )
})

test('I16: a lost flush is reported as missing and one round of anti-entropy fills the gap', () => {
  const [a, b] = pair()
  const [first, , third] = [1, 2, 3].map(() => a.append([cancel])[0] ?? new Uint8Array())
  b.receive([{ from: 'hubA', relayed: false, bytes: first ?? new Uint8Array() }])
  const gap = b.receive([{ from: 'hubA', relayed: false, bytes: third ?? new Uint8Array() }])
  expect(gap).toMatchObject({ missing: true, records: [], update: null })
  expect(b.isBehind(a.stateVector())).toBe(true)
  const filled = b.receive(a.diff(b.stateVector()).map((bytes) => ({ from: 'hubC', relayed: true, bytes })))
  expect(filled.missing).toBe(false)
  expect(filled.records.length).toBe(2)
  expect(b.isBehind(a.stateVector())).toBe(false)
  expect(pendingOf(b)).toEqual({ structs: null, ds: null })
})

test('I14: two hubs in sync exchange less than 64 bytes, however long the job', () => {
  const [a, b] = pair()
  for (let index = 0; index < 500; index++) a.append([cancel])
  b.append([cancel])
  b.receive(a.diff(b.stateVector()).map((bytes) => ({ from: 'hubA', relayed: true, bytes })))
  a.receive(b.diff(a.stateVector()).map((bytes) => ({ from: 'hubB', relayed: true, bytes })))
  const answers = syncAnswer(a, b.stateVector())
  expect(answers).toEqual([{ kind: 'step2', update: new Uint8Array([0, 0]) }])
  expect(Y.decodeUpdate(a.snapshot()).ds.clients.size).toBe(0)
})

test('a large ledger is sent in parts that any guard accepts', () => {
  const [a, b] = pair()
  const bytes = new Uint8Array(60_000).fill(7)
  for (let index = 0; index < 60; index++) a.append([{ kind: 'job', manifest: bytes }])
  const parts = a.diff(b.stateVector())
  expect(parts.length).toBeGreaterThan(3)
  for (const part of parts) expect(part.byteLength).toBeLessThanOrEqual(sizes.updateBytesMax)
  const received = b.receive(parts.map((part) => ({ from: 'hubC', relayed: true, bytes: part })))
  expect(received.refused).toEqual([])
  expect(b.snapshot()).toEqual(a.snapshot())
})

test('more records than one entry holds are cut into several, all of which arrive', () => {
  const [a, b] = pair()
  const records = Array.from({ length: 20 }, (): LedgerRecord => ({ kind: 'job', manifest: new Uint8Array(60_000) }))
  const updates = a.append(records)
  expect(updates.length).toBeGreaterThan(1)
  const received = b.receive(updates.map((bytes) => ({ from: 'hubA', relayed: false, bytes })))
  expect(received.records.length).toBe(20)
})

test("our reading and writing of updates is Yjs' own, byte for byte", () => {
  const [a, b] = pair()
  for (let index = 0; index < 4; index++) {
    a.append([cancel])
    b.append([cancel, cancel])
  }
  a.receive(b.diff(a.stateVector()).map((bytes) => ({ from: 'hubB', relayed: true, bytes })))
  const snapshot = a.snapshot()
  const sections = readUpdate(snapshot)
  expect(writeUpdate(sections)).toEqual(snapshot)
  const structs = Y.decodeUpdate(snapshot).structs.map((struct) => `${struct.id.client}:${struct.id.clock}`)
  const entries = sections.flatMap(({ client, clock, entries }) =>
    entries.map((_, index) => `${client}:${clock + index}`),
  )
  expect(entries).toEqual(structs)
  expect(a.diff(new Uint8Array([0]))).toEqual([snapshot])
})

test('I10, I11: a restart loads its disk under a new client id and goes on in a new log', () => {
  const [a, b] = pair()
  a.append([cancel])
  const disk = a.snapshot()
  a.append([{ kind: 'acknowledged', atMs: 2 }])
  b.receive([{ from: 'hubA', relayed: true, bytes: a.snapshot() }])
  const restarted = openLedger({ hub: 'hubA', boot: 'boot2' }, 3)
  expect(restarted.load([disk]).records.length).toBe(1)
  restarted.append([cancel])
  restarted.receive(b.diff(restarted.stateVector()).map((bytes) => ({ from: 'hubB', relayed: true, bytes })))
  b.receive(restarted.diff(b.stateVector()).map((bytes) => ({ from: 'hubA', relayed: true, bytes })))
  expect(restarted.snapshot()).toEqual(b.snapshot())
  expect(
    restarted
      .logs()
      .map(({ author }) => author.boot)
      .sort(),
  ).toEqual(['boot1', 'boot2'])
})

test('a boot id that is in the ledger already cannot be used again', () => {
  const [a] = pair()
  a.append([cancel])
  const impostor = openLedger({ hub: 'hubA', boot: 'boot1' }, 99)
  impostor.load([a.snapshot()])
  expect(() => impostor.append([cancel])).toThrow('boot id')
})

test('loading skips what a damaged disk lost in the middle, keeps the rest, and asks for it', () => {
  const [a, b] = pair()
  const updates = [1, 2, 3].flatMap(() => a.append([cancel]))
  b.append([cancel])
  const mixed = [updates[0], updates[2], b.snapshot()].filter((bytes) => bytes !== undefined)
  const restarted = openLedger({ hub: 'hubC', boot: 'boot1' }, 5)
  const loaded = restarted.load(mixed)
  expect(loaded).toMatchObject({ missing: true, refused: [] })
  expect(loaded.records.length).toBe(2)
})

function pair(): [JobLedger, JobLedger] {
  return [openLedger({ hub: 'hubA', boot: 'boot1' }, 2 ** 51 + 5), openLedger({ hub: 'hubB', boot: 'boot1' }, 11)]
}

/** Whether all updates before `index` in the log stand before it in the order of arrival. */
function coveredUpTo(order: readonly number[], index: number): boolean {
  const before = new Set(order.slice(0, order.indexOf(index)))
  return Array.from({ length: index }, (_, at) => at).every((at) => before.has(at))
}

/** What Yjs keeps waiting, seen through a second doc that is given the same bytes. */
function pendingOf(ledger: JobLedger): { structs: unknown; ds: unknown } {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, ledger.snapshot())
  return { structs: doc.store.pendingStructs, ds: doc.store.pendingDs }
}
