import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../src/errors.ts'
import { CHECKPOINT_HEAD_BYTES } from '../../src/execute/checkpoint.ts'
import { FRAME_HEADER_BYTES, FrameBuilder, FrameDecoder } from '../../src/execute/frame.ts'
import type { FromSlot, ToSlot } from '../../src/execute/message.ts'
import { decodeToSlot, encodeToSlot } from '../../src/execute/message-down.ts'
import { decodeFromSlot, encodeFromSlot } from '../../src/execute/message-up.ts'
import { sizes } from '../../src/limits.ts'

const bytes = (length: number) => new Uint8Array(length).fill(7)

test('frames come out as they went in, however the stream is cut', () => {
  const frames = fc.array(fc.tuple(fc.nat(255), fc.nat(2 ** 32 - 1), fc.uint8Array({ maxLength: 300 })), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }), (sent, cuts) => {
      const stream = Buffer.concat(
        sent.flatMap(([kind, id, value]) => new FrameBuilder(kind, id).bytes(value).finish()),
      )
      const received = pushInPieces(new FrameDecoder(), stream, cuts)
      expect(received.map(({ kind, id, payload }) => [kind, id, new Uint8Array(payload.subarray(4))])).toEqual(sent)
    }),
  )
})

test('garbage is refused as an invalid frame, never as anything else', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(decodeFromSlot, decodeToSlot), (garbage, decode) => {
      try {
        for (const frame of new FrameDecoder().push(garbage)) decode(frame)
      } catch (error) {
        expect(error).toBeInstanceOf(ShoalError)
        expect((error as ShoalError).code).toBe('SHOAL_FRAME_INVALID')
      }
    }),
  )
})

test('a frame that claims more than the maximum is refused before any of it is kept', () => {
  const header = new Uint8Array(FRAME_HEADER_BYTES)
  new DataView(header.buffer).setUint32(0, sizes.slotFrameBytesMax + 1, true)
  expect(() => new FrameDecoder().push(header)).toThrow('the slot protocol was broken')
})

test('large byte strings are not copied into the frame', () => {
  const large = bytes(1024 * 1024)
  const parts = new FrameBuilder(1, 1).u32(5).bytes(large).u8(1).finish()
  expect(parts).toContain(large)
})

const setting = { job: 'j', program: 'p', seed: 2 ** 52, clockMs: 1.5, audit: true, mtbfMs: 3_600_000 }
const toSlot: ToSlot[] = [
  { type: 'put', key: 'key', bytes: bytes(100_000) },
  { type: 'forget', key: 'ключ' },
  { type: 'open', id: 1, setting, spot: 3, items: 2 ** 40, shared: 's' },
  { type: 'open', id: 1, setting, spot: 3, items: 5, shared: null },
  {
    type: 'shards',
    id: 2,
    shards: [
      { index: 1, lo: 5, hi: 9, input: bytes(2), parents: [bytes(0), bytes(3)], restored: null, divideAfterMs: 2.5 },
    ],
  },
  { type: 'close', id: 3 },
  { type: 'cancel', id: 4 },
  { type: 'divide', id: 4, afterMs: 150.5 },
  {
    type: 'root',
    id: 5,
    setting,
    input: { kind: 'value', bytes: bytes(3) },
    chunks: 4,
    recordedCuts: new Map([[2, { items: 10, starts: [1, 5] }]]),
    profile: new Map([[3, 1.5]]),
    slots: 8,
    restored: bytes(4),
  },
  {
    type: 'root',
    id: 5,
    setting,
    input: { kind: 'generated', scale: 0.5 },
    chunks: null,
    recordedCuts: new Map(),
    slots: 1,
    restored: null,
    profile: new Map([[3, 1.5]]),
  },
  { type: 'results', id: 6, sequence: 1, lo: 2, outcomes: [bytes(1), bytes(70_000)] },
  { type: 'slots', id: 7, slots: 12 },
]

test.each(toSlot)('a message to a slot survives its bytes: $type', (message) => {
  expect(plain(decodeToSlot(oneFrame(encodeToSlot(message))))).toEqual(plain(message))
})

const spawn = {
  sequence: 1,
  spot: 2,
  cut: { items: 30, starts: [3, 10, 20] },
  shared: bytes(4),
  slices: [{ lo: 0, hi: 3, bytes: bytes(9) }],
  workMs: [2.5],
  edges: [{ sequence: 0, from: 1, to: 2, bytes: 10 }],
}
const fromSlot: FromSlot[] = [
  { type: 'ready', id: 0 },
  { type: 'results', id: 1, first: 3, wallMs: 1.5, busyMs: 2, outcomes: [bytes(5), bytes(0)] },
  { type: 'returned', id: 1, first: 3 },
  { type: 'checkpoint', id: 1, shard: 2, progress: 0.5, state: bytes(10) },
  { type: 'progress', id: 1, shard: 2, fraction: 0.25 },
  { type: 'log', id: 1, shard: 2, line: 'hé' },
  { type: 'spawn', id: 1, spawn },
  { type: 'busy', id: 1, computing: false },
  { type: 'outcome', id: 1, bytes: bytes(6) },
  { type: 'end', id: 1 },
  { type: 'visited', id: 1, spots: [{ spot: 3, visits: 2, width: 1e9, inPlaceMs: 0.5, stayed: 'é' }] },
  { type: 'fault', isMemory: true, id: 1, detail: 'why' },
]

test.each(fromSlot)('a message from a slot survives its bytes: $type', (message) => {
  expect(plain(decodeFromSlot(oneFrame(encodeFromSlot(message))))).toEqual(plain(message))
})

const lies: [string, FromSlot][] = [
  ['progress beyond one', { type: 'progress', id: 1, shard: 0, fraction: 1.5 }],
  ['progress that is no number', { type: 'progress', id: 1, shard: 0, fraction: Number.NaN }],
  [
    'a checkpoint above the maximum',
    {
      type: 'checkpoint',
      id: 1,
      shard: 0,
      progress: 1,
      state: bytes(sizes.checkpointBytesMax + CHECKPOINT_HEAD_BYTES + 1),
    },
  ],
  ['a cut out of order', { type: 'spawn', id: 1, spawn: { ...spawn, cut: { items: 30, starts: [3, 3, 20] } } }],
  ['a cut without shards', { type: 'spawn', id: 1, spawn: { ...spawn, cut: { items: 30, starts: [] } } }],
  [
    'a slice beyond the shards',
    { type: 'spawn', id: 1, spawn: { ...spawn, slices: [{ lo: 0, hi: 4, bytes: bytes(1) }] } },
  ],
  [
    'an edge to no shard',
    { type: 'spawn', id: 1, spawn: { ...spawn, edges: [{ sequence: 0, from: 0, to: 3, bytes: 0 }] } },
  ],
  ['negative time', { type: 'results', id: 1, first: 0, wallMs: -1, busyMs: 0, outcomes: [] }],
]

test.each(lies)('a slot is not believed: %s', (_name, message) => {
  expect(() => decodeFromSlot(oneFrame(encodeFromSlot(message)))).toThrow('the slot protocol was broken')
})

function oneFrame(parts: readonly Uint8Array[]) {
  const [frame, ...others] = new FrameDecoder().push(Buffer.concat(parts))
  if (frame === undefined || others.length > 0) throw new Error('expected one frame')
  return frame
}

function pushInPieces(decoder: FrameDecoder, stream: Uint8Array, cuts: readonly number[]) {
  const frames = []
  for (let offset = 0, turn = 0; offset < stream.byteLength; turn++) {
    const size = cuts[turn % cuts.length] ?? 1
    frames.push(...decoder.push(stream.subarray(offset, offset + size)))
    offset += size
  }
  return frames
}

/** Byte strings as plain arrays, whatever class of view they are. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `${value.byteLength} bytes, first ${value[0]}`
  if (value instanceof Map) return [...value].map(plain)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
}
