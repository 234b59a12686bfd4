/** Whatever would not arrive exactly is refused, with the path and a stable reason. */
import { expect, test } from 'vitest'
import { encode } from '../../../src/execute/codec/encode.ts'
import { ValueError } from '../../../src/execute/codec/refusal.ts'

function refusal(value: unknown): { reason: string; path: string } {
  try {
    encode(value)
  } catch (thrown) {
    if (thrown instanceof ValueError) return { reason: thrown.reason, path: thrown.path }
    throw thrown
  }
  return { reason: 'none', path: '' }
}

class Stranger {
  x = 1
}
class Numbers extends Array<number> {}
class Names extends Map<string, string> {}

function argumentsOf(..._values: unknown[]): unknown {
  // biome-ignore lint/complexity/noArguments: the arguments object is the point
  return arguments
}

const hidden = Object.defineProperty({ a: 1 }, 'b', { value: 2, writable: true, configurable: true })
const readonly = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: true, configurable: true })
const permanent = Object.defineProperty({ a: 1 }, 'b', { value: 2, enumerable: true, writable: true })
const resizable = new ArrayBuffer(4, { maxByteLength: 8 })

const cases: readonly (readonly [string, unknown, string])[] = [
  ['function', () => 1, 'function'],
  ['symbol', Symbol('s'), 'symbol'],
  ['symbol key', { [Symbol('s')]: 1 }, 'symbol-key'],
  ['proxy of an object', new Proxy({}, {}), 'proxy'],
  ['proxy of an array', new Proxy([], {}), 'proxy'],
  ['proxy of a map', new Proxy(new Map(), {}), 'proxy'],
  [
    'getter',
    {
      get a() {
        return 1
      },
    },
    'accessor',
  ],
  ['hidden property', hidden, 'unusual-property'],
  ['read-only property', readonly, 'unusual-property'],
  ['permanent property', permanent, 'unusual-property'],
  ['frozen object', Object.freeze({ a: 1 }), 'frozen'],
  ['sealed object', Object.seal({ a: 1 }), 'frozen'],
  ['closed object', Object.preventExtensions({ a: 1 }), 'frozen'],
  ['frozen array', Object.freeze([1]), 'frozen'],
  ['frozen map', Object.freeze(new Map()), 'frozen'],
  ['array with a name', Object.assign([1], { name: 'x' }), 'extra-property'],
  [
    'array with a getter',
    Object.defineProperty([1], 0, { get: () => 1, enumerable: true, configurable: true }),
    'accessor',
  ],
  ['array of fixed length', Object.defineProperty([1], 'length', { writable: false }), 'unusual-property'],
  ['map with a name', Object.assign(new Map(), { name: 'x' }), 'extra-property'],
  ['date with a name', Object.assign(new Date(), { name: 'x' }), 'extra-property'],
  ['typed array with a name', Object.assign(new Uint8Array(2), { name: 'x' }), 'extra-property'],
  ['buffer with a name', Object.assign(new ArrayBuffer(2), { name: 'x' }), 'extra-property'],
  ['unknown class', new Stranger(), 'unknown-class'],
  ['subclass of Array', new Numbers(), 'subclassed-builtin'],
  ['subclass of Map', new Names(), 'subclassed-builtin'],
  ['map posing as object', Object.setPrototypeOf(new Map(), Object.prototype), 'subclassed-builtin'],
  ['object posing as map', Object.create(Map.prototype), 'unknown-class'],
  ['object posing as date', Object.create(Date.prototype), 'unsupported-builtin'],
  ['WeakMap', new WeakMap(), 'unsupported-builtin'],
  ['WeakSet', new WeakSet(), 'unsupported-builtin'],
  ['WeakRef', new WeakRef({}), 'unsupported-builtin'],
  ['Promise', Promise.resolve(), 'unsupported-builtin'],
  [
    'generator',
    (function* () {
      yield 1
    })(),
    'unsupported-builtin',
  ],
  ['map iterator', new Map().entries(), 'unsupported-builtin'],
  ['boxed number', Object(1), 'unsupported-builtin'],
  ['arguments', argumentsOf(1), 'unsupported-builtin'],
  ['SharedArrayBuffer', new SharedArrayBuffer(4), 'shared-memory'],
  ['view on shared memory', new Uint8Array(new SharedArrayBuffer(4)), 'shared-memory'],
  ['resizable buffer', resizable, 'resizable-buffer'],
  ['view on a resizable buffer', new Uint8Array(resizable), 'resizable-buffer'],
]

test.each(cases)('%s is refused', (_name, value, reason) => {
  expect(refusal(value).reason).toBe(reason)
  expect(refusal([{ deep: value }]).reason).toBe(reason)
})

test('the second of two alike objects is looked at as closely as the first', () => {
  const plain = { a: 1, b: 2 }
  const getter = Object.defineProperty({ a: 1, b: 2 }, 'b', { get: () => 2, enumerable: true, configurable: true })
  expect(refusal([plain, { a: 1, b: 2 }, getter])).toEqual({ reason: 'accessor', path: '$[2].b' })
  expect(refusal([plain, Object.freeze({ a: 1, b: 2 })]).reason).toBe('frozen')
  expect(refusal([plain, Object.assign(new Stranger(), plain)]).reason).toBe('unknown-class')
})

test('elements beside named keys are not forgotten', () => {
  const withElement: Record<string, number> = { a: 1 }
  withElement[0] = 5
  const hiddenElement = Object.defineProperty({ a: 1 }, 0, { value: 1 })
  expect(encode([{ a: 1 }, { a: 1 }, withElement])).not.toEqual(encode([{ a: 1 }, { a: 1 }, { a: 1 }]))
  expect(refusal([{ a: 1 }, { a: 1 }, hiddenElement]).reason).toBe('unusual-property')
})

test('the path leads to the value, also through maps, strange keys and great depth', () => {
  expect(refusal({ orders: [1, { 'a-b': [() => 1] }] }).path).toBe('$.orders[1]["a-b"][0]')
  expect(refusal(new Map([[1, [() => 1]]])).path).toBe('$<value 0>[0]')
  expect(refusal(new Set([1, () => 1])).path).toBe('$<member 1>')
  let deep: unknown = { end: () => 1 }
  for (let at = 0; at < 1000; at++) deep = [deep]
  expect(refusal(deep).path).toMatch(/^\$\[0\].* … .*\[0\]\.end$/)
})

test('a detached buffer is refused', () => {
  const buffer = new ArrayBuffer(4)
  buffer.transfer()
  expect(refusal(buffer).reason).toBe('detached-buffer')
})

test('a refused value leaves no trace in the table of known objects', () => {
  const known = new Map<object, number>()
  const first = { a: 1 }
  encode(first, { known })
  expect(() => encode([{}, () => 1], { known })).toThrow(ValueError)
  expect([...known]).toEqual([[first, 0]])
})

test('pieces of the Buffer pool that overlap are refused: apart they would no longer share bytes', () => {
  const piece = Buffer.from('some bytes of the pool')
  expect(refusal([piece, piece.subarray(2, 5)]).reason).toBe('pooled-buffer')
  expect(refusal([piece, new Uint8Array(piece.buffer, 0, 8)]).reason).toBe('pooled-buffer')
  expect(refusal([Buffer.from('one'), Buffer.from('two')]).reason).toBe('none')
})
