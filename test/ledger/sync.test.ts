import fc from 'fast-check'
import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { expect, test } from 'vitest'
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import { readStateVector, writeStateVector } from '../../src/ledger/state-vector.ts'
import { decodeSync, encodeSync, syncAnswer, syncReceive, syncStart } from '../../src/ledger/sync.ts'
import { openLedger } from './keys.ts'

const cancel = { kind: 'cancel', reason: 'user', atMs: 1 } as const

test('a plain Yjs peer of y-protocols understands our messages, and we its', () => {
  const ledger = openLedger({ hub: 'hubA', boot: 'boot1' }, 5)
  ledger.append([cancel])
  const doc = new Y.Doc()
  const ask = encoding.createEncoder()
  writeSyncStep1(ask, doc)
  const question = decodeSync(encoding.toUint8Array(ask))
  if (question.kind !== 'step1') throw new Error('a state vector is step 1')
  for (const answer of syncAnswer(ledger, question.stateVector)) {
    const reply = encoding.createEncoder()
    readSyncMessage(decoding.createDecoder(encodeSync(answer)), reply, doc, null)
  }
  expect(Y.encodeStateAsUpdate(doc)).toEqual(ledger.snapshot())
  const flush = encoding.createEncoder()
  writeUpdate(flush, Y.encodeStateAsUpdate(doc))
  const message = decodeSync(encoding.toUint8Array(flush))
  if (message.kind === 'step1') throw new Error('an update is no step 1')
  const reader = openLedger({ hub: 'hubB', boot: 'boot1' }, 6)
  expect(syncReceive(reader, [{ from: 'hubA', message }]).records.length).toBe(1)
})

test('one round makes both sides whole: the answer asks back for what the asker holds more', () => {
  const a = openLedger({ hub: 'hubA', boot: 'boot1' }, 5)
  const b = openLedger({ hub: 'hubB', boot: 'boot1' }, 6)
  a.append([cancel])
  b.append([cancel])
  const ask = syncStart(a)
  if (ask.kind !== 'step1') throw new Error('a round begins with step 1')
  const kinds = syncAnswer(b, ask.stateVector).map(({ kind }) => kind)
  expect(kinds).toEqual(['step2', 'step1'])
})

test('sync messages and state vectors of any bytes are read or refused with SHOAL_FRAME_INVALID', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      for (const read of [decodeSync, readStateVector]) {
        try {
          read(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'SHOAL_FRAME_INVALID' })
        }
      }
    }),
    { numRuns: 1000 },
  )
})

test('a state vector comes back as it was written, and is what Yjs writes', () => {
  const clocksArb = fc.uniqueArray(fc.tuple(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), fc.nat()), {
    selector: ([client]) => client,
  })
  fc.assert(
    fc.property(clocksArb, (pairs) => {
      const clocks = new Map(pairs)
      expect(readStateVector(writeStateVector(clocks))).toEqual(clocks)
      expect(Y.decodeStateVector(writeStateVector(clocks))).toEqual(clocks)
    }),
  )
})

test('a state vector of nonsense clocks asks for nothing that is not there', () => {
  const ledger = openLedger({ hub: 'hubA', boot: 'boot1' }, 5)
  ledger.append([cancel])
  const lying = writeStateVector(
    new Map([
      [5, 2 ** 50],
      [77, 3],
    ]),
  )
  expect(ledger.diff(lying)).toEqual([])
  expect(ledger.isBehind(lying)).toBe(true)
})
