/** The values that serializers lose (devalue, msgpack, structured clone): each must arrive exactly as it was. */
import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decode } from '../../../src/execute/codec/decode.ts'
import { encode } from '../../../src/execute/codec/encode.ts'

function roundTrip<T>(value: T): T {
  const bytes = encode(value)
  const arrived = decode(bytes) as T
  expect(Buffer.compare(encode(arrived), bytes), 'equal values give equal bytes').toBe(0)
  return arrived
}

function cycle(): unknown {
  const ring: { self?: unknown; list: unknown[] } = { list: [] }
  ring.self = ring
  ring.list.push(ring, ring.list)
  return ring
}

const plainCases: readonly (readonly [string, unknown])[] = [
  [
    'Map',
    new Map<unknown, unknown>([
      [1, 'a'],
      [{ k: 1 }, new Map([[null, undefined]])],
    ]),
  ],
  ['Set', new Set<unknown>([3, 'x', new Set([1])])],
  [
    'typed arrays',
    [new Float64Array([1.5, Number.NaN]), new Uint8ClampedArray(3), new Int16Array([-1, 7]), new Float32Array([0.1])],
  ],
  ['BigInt', [0n, -1n, 2n ** 64n, -(10n ** 60n), 127n, 128n, 255n, 256n]],
  ['BigUint64Array', new BigUint64Array([2n ** 64n - 1n])],
  ['Date', [new Date(0), new Date(8.64e15), new Date(Number.NaN)]],
  ['RegExp', [/a\/b/giu, /\n/, /(?:)/y]],
  ['NaN', Number.NaN],
  ['-0', [-0, [-0, 1], { zero: -0 }, new Set([1]), new Map([['z', -0]])]],
  [
    'Infinity',
    [
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.MAX_SAFE_INTEGER,
      Number.MIN_VALUE,
      2 ** 31,
      -(2 ** 31),
    ],
  ],
  ['cycles', cycle()],
  // biome-ignore lint/suspicious/noSparseArray: holes are the point
  ['holes', [[1, , 3], [, undefined], new Array(5)]],
  ['undefined', { u: undefined, list: [undefined, null] }],
  ['own __proto__', JSON.parse('{"__proto__": {"polluted": 1}, "a": 2}')],
  ['lone surrogate', ['\ud800', '\udfff\ud800', `${'a'.repeat(100)}\ud83d`, 'ÿ', 'Ā', '😀'.repeat(40)]],
  ['null prototype', Object.assign(Object.create(null), { a: 1 })],
  ['key order', { b: 1, a: 2, 10: 'x', 9: 'y' }],
  ['ArrayBuffer and DataView', [new ArrayBuffer(3), new DataView(new ArrayBuffer(8), 2, 4)]],
]

test.each(plainCases)('%s arrives exactly', (_name, value) => {
  expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true)
})

test('holes stay holes and undefined stays undefined', () => {
  // biome-ignore lint/suspicious/noSparseArray: holes are the point
  const arrived = roundTrip([1, , undefined])
  expect([0 in arrived, 1 in arrived, 2 in arrived]).toEqual([true, false, true])
})

test('a long array of holes costs a few bytes', () => {
  const sparse: number[] = []
  sparse[4_000_000_000] = 1
  expect(encode(sparse).byteLength).toBeLessThan(20)
  expect(roundTrip(sparse)).toHaveLength(4_000_000_001)
})

test('key order is part of the value', () => {
  expect(Object.keys(roundTrip({ z: 1, y: 2, 3: 3 }))).toEqual(['3', 'z', 'y'])
  expect(encode({ a: 1, b: 2 })).not.toEqual(encode({ b: 2, a: 1 }))
})

test('an own __proto__ key pollutes nothing', () => {
  const arrived = roundTrip(JSON.parse('{"__proto__": {"polluted": true}}'))
  expect(Object.getPrototypeOf(arrived)).toBe(Object.prototype)
  expect(Object.hasOwn(arrived, '__proto__')).toBe(true)
  expect(Reflect.get({}, 'polluted')).toBeUndefined()
})

test('a null prototype stays null', () => {
  expect(Object.getPrototypeOf(roundTrip(Object.create(null)))).toBeNull()
})

test('shared references stay shared, cycles stay cycles', () => {
  const shared = { n: 1 }
  const [first, second] = roundTrip([shared, shared])
  expect(first).toBe(second)
  const ring = roundTrip(cycle()) as { self: unknown; list: unknown[] }
  expect(ring.self).toBe(ring)
  expect(ring.list).toEqual([ring, ring.list])
})

test('two views on one buffer share it afterwards', () => {
  const buffer = new ArrayBuffer(16)
  const [bytes, halves] = roundTrip([new Uint8Array(buffer, 2, 4), new Uint16Array(buffer)] as const)
  expect(bytes.buffer).toBe(halves.buffer)
  expect([bytes.byteOffset, bytes.length, halves.length]).toEqual([2, 4, 8])
  halves[1] = 0x0201
  expect([...bytes.subarray(0, 2)]).toEqual([1, 2])
})

test('a view before its buffer, and the buffer before its view', () => {
  const view = new Uint8Array(8)
  const [first, second] = roundTrip([view, view.buffer] as const)
  expect(first.buffer).toBe(second)
  const [third, fourth] = roundTrip([view.buffer, view] as const)
  expect(fourth.buffer).toBe(third)
})

test('a RegExp keeps its lastIndex', () => {
  const matcher = /a/g
  matcher.lastIndex = 3
  expect(roundTrip(matcher).lastIndex).toBe(3)
})

test('a Buffer stays a Buffer, from the pool or with memory of its own', () => {
  for (const buffer of [Buffer.from('pooled'), Buffer.alloc(4, 7), Buffer.alloc(0)]) {
    const arrived = roundTrip({ buffer }).buffer
    expect(Buffer.isBuffer(arrived)).toBe(true)
    expect(arrived.equals(buffer)).toBe(true)
  }
})

test('errors keep kind, message, stack, cause and own properties', () => {
  const error = Object.assign(new RangeError('too far', { cause: new Error('inner') }), { limit: 3 })
  const arrived = roundTrip(error)
  expect(arrived).toBeInstanceOf(RangeError)
  expect([arrived.message, arrived.stack, arrived.limit]).toEqual(['too far', error.stack, 3])
  expect((arrived.cause as Error).message).toBe('inner')
  expect(Object.keys(arrived)).toEqual(['limit'])
  expect(roundTrip(new AggregateError([1, new TypeError('t')], 'many')).errors[1]).toBeInstanceOf(TypeError)
  expect(Object.hasOwn(roundTrip(new Error()), 'message')).toBe(false)
})

test('objects with many keys, and more key lists than the table holds', () => {
  const wide = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`key${at}`, at]))
  const many = Array.from({ length: 5000 }, (_, at) => ({ [`k${at}`]: at, same: 1 }))
  expect(roundTrip(wide)).toEqual(wide)
  expect(roundTrip([...many, ...many.map((object) => ({ ...object }))])).toHaveLength(10_000)
})

test('a list of 100 000 links needs no stack', () => {
  let head: { next: unknown; at: number } | null = null
  for (let at = 0; at < 100_000; at++) head = { next: head, at }
  let count = 0
  for (let link = roundTrip(head); link !== null; link = link.next as typeof head) count++
  expect(count).toBe(100_000)
})

test('deep nesting of every container arrives', () => {
  let value: unknown = 'core'
  for (let at = 0; at < 300; at++) {
    const wrappers = [[value], { value }, new Map([[1, value]]), new Set([value]), new Error('e', { cause: value })]
    value = wrappers[at % wrappers.length]
  }
  expect(isDeepStrictEqual(roundTrip(value), value)).toBe(true)
})
