import { Encoder } from 'cbor-x'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { noLoad } from '../../src/hub/beacon.ts'
import { encodeFrame } from '../../src/wire/forecast-frame.ts'
import { decodeMessage, encodeMessage, WIRE_VERSION, type WireMessage } from '../../src/wire/message.ts'

const beacon = {
  hub: 'hub-a',
  boot: 'b1',
  incarnation: 7,
  sequence: 3,
  leaving: false,
  slots: 2,
  cores: 4,
  speed: 1.5,
  compute: true,
  labels: { gpu: 'no' },
  slotFreeInMs: [0, 120],
  report: {
    ...noLoad,
    sequence: 4,
    coverage: { cpu: 1, memory: 1, network: 0.8 },
    forecastError: { cpu: 0.5, memory: 1, network: 1 },
    forecast: [
      {
        horizonMs: 1000,
        cpu: { mean: 0.25, p90: 0.5 },
        memory: { mean: 0.1, p90: 0.1 },
        network: { mean: 0, p90: 255 },
      },
    ],
  },
}

const messages: WireMessage[] = [
  { type: 'flush', job: 'j', updates: [Uint8Array.of(1, 2)], slotFreeInMs: [5] },
  { type: 'sync', reply: true, jobs: [{ job: 'j', vector: Uint8Array.of(0) }] },
  { type: 'diff', job: 'j', updates: [] },
  { type: 'hub', message: { type: 'steal', request: 1, startInMs: 0.5 } },
  {
    type: 'hub',
    message: { type: 'stolen', request: 1, given: { job: 'j', family: 'f', lo: 0, hi: 4, isMove: true, leftMs: 2.5 } },
  },
  { type: 'hub', message: { type: 'stolen', request: 2, given: null } },
  { type: 'hub', message: { type: 'job-held', job: 'j' } },
  { type: 'why', request: 3, job: 'j', family: 'f', shard: 4 },
  { type: 'logs', request: 4, job: 'j', after: 3 },
  { type: 'logged', request: 4, first: 3, lines: [{ shard: 'root:0', line: 'hello' }], isWhole: true },
  { type: 'because', request: 3, bids: [{ hub: 'a', finishInMs: 12.5, terms: { queueMs: 2.5, workMs: 10 } }] },
  { type: 'because', request: 3, bids: [] },
  { type: 'drain', request: 4, order: { body: '{"version":1}', signature: 'x'.repeat(86) } },
  { type: 'drain-answer', request: 4, refused: null },
  { type: 'drain-answer', request: 5, refused: 'who gives it has no submit role' },
  { type: 'beacon', beacon },
  { type: 'beacon', beacon: { ...beacon, profiles: [{ code: 'bafy/0', count: 12, meanMs: 0.5, p90Ms: 2 }] } },
]

test.each(messages)('a $type message arrives as it was sent', (message) => {
  expect(decodeMessage(encodeMessage(message))).toEqual(message)
})

test('a message of another version is refused by its version', () => {
  const bytes = encodeMessage({ type: 'diff', job: 'j', updates: [] })
  bytes[0] = WIRE_VERSION + 1
  expect(() => decodeMessage(bytes)).toThrow(expect.objectContaining({ code: 'SHOAL_VERSION_UNKNOWN' }))
})

test('fields that are not known are left out, shapes that are wrong are refused', () => {
  const sent = { ...beacon, report: { load: noLoad.load, frame: encodeFrame(beacon.report) } }
  expect(
    decodeMessage(
      Uint8Array.of(
        WIRE_VERSION,
        ...new Encoder({ useRecords: false, tagUint8Array: false }).encode({ type: 'beacon', beacon: sent }),
      ),
    ),
  ).toEqual({ type: 'beacon', beacon })
  const frame = (body: unknown) => Uint8Array.of(WIRE_VERSION, ...new Encoder({ useRecords: false }).encode(body))
  expect(decodeMessage(frame({ type: 'diff', job: 'j', updates: [], more: 1 }))).toEqual({
    type: 'diff',
    job: 'j',
    updates: [],
  })
  for (const wrong of [
    { type: 'diff', job: 5, updates: [] },
    { type: 'nothing' },
    { type: 'beacon', beacon: { ...sent, slots: 1e9 } },
    { type: 'beacon', beacon: { ...sent, speed: Number.NaN } },
    { type: 'beacon', beacon: { ...sent, report: { load: noLoad.load, frame: new Uint8Array(47) } } },
    { type: 'beacon', beacon: { ...sent, report: { load: noLoad.load, frame: new Uint8Array(4000) } } },
    { type: 'beacon', beacon },
    { type: 'hub', message: { type: 'stolen', request: 1, given: { job: 'j', family: 'f', lo: -1, hi: 4 } } },
    { type: 'because', request: 1, bids: [{ hub: 'a', finishInMs: Number.POSITIVE_INFINITY, terms: {} }] },
    { type: 'because', request: 1, bids: [{ hub: 'a', finishInMs: 1, terms: { queueMs: 'soon' } }] },
    [1, 2],
    null,
  ]) {
    expect(() => decodeMessage(frame(wrong))).toThrow(expect.objectContaining({ code: 'SHOAL_MESSAGE_INVALID' }))
  }
})

test('bytes of any kind give a message or one of two errors', () => {
  const codes = ['SHOAL_VERSION_UNKNOWN', 'SHOAL_MESSAGE_INVALID']
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, isOurs) => {
      if (isOurs && bytes.length > 0) bytes[0] = WIRE_VERSION
      try {
        decodeMessage(bytes)
      } catch (error) {
        expect(codes).toContain(Reflect.get(Object(error), 'code'))
      }
    }),
    { numRuns: 2_000 },
  )
})
