/** Bytes that nobody encoded: always SHOAL_VALUE_CORRUPT or a canonical value, never a crash, never a polluted prototype. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../../src/errors.ts'
import { decode } from '../../../src/execute/codec/decode.ts'
import { encode } from '../../../src/execute/codec/encode.ts'
import { depthMax, formatVersion, Tag } from '../../../src/execute/codec/tags.ts'
import { anyValue } from './any-value.ts'

function attempt(bytes: Uint8Array): 'refused' | 'decoded' {
  let value: unknown
  try {
    value = decode(bytes)
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ShoalError)
    expect((thrown as ShoalError).code).toBe('SHOAL_VALUE_CORRUPT')
    return 'refused'
  }
  expect(Buffer.compare(encode(value), bytes), 'only canonical bytes decode').toBe(0)
  return 'decoded'
}

const prototypes = [Object, Array, Map, Set, Date, RegExp, Error, ArrayBuffer, Uint8Array].map(
  (builtin) => builtin.prototype,
)

function builtinKeys(): string {
  return prototypes.map((prototype) => Reflect.ownKeys(prototype).length).join()
}

test('changed, cut and lengthened bytes are refused or canonical', () => {
  const before = builtinKeys()
  const edit = fc.tuple(fc.nat(), fc.nat(255))
  fc.assert(
    fc.property(anyValue, fc.array(edit, { minLength: 1, maxLength: 4 }), fc.nat(3), (value, edits, cut) => {
      const bytes = encode(value)
      for (const [at, byte] of edits) bytes[1 + (at % bytes.length)] = byte
      attempt(cut === 0 ? bytes.subarray(0, -1) : bytes)
    }),
    { numRuns: 1500 },
  )
  expect(builtinKeys()).toBe(before)
})

test('random bytes are refused or canonical', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
      attempt(Uint8Array.of(formatVersion, ...tail))
    }),
    { numRuns: 3000 },
  )
})

const huge = [0xff, 0xff, 0xff, 0xff, 0x7f]
const lengths: readonly (readonly [string, readonly number[]])[] = [
  ['array', [Tag.array, ...huge]],
  ['number array', [Tag.numberArray, ...huge]],
  ['string', [Tag.latin1, ...huge]],
  ['wide string', [Tag.utf16, ...huge]],
  ['bigint', [Tag.bigint, 0, ...huge]],
  ['map', [Tag.map, ...huge]],
  ['buffer', [Tag.arrayBuffer, ...huge]],
  ['view', [Tag.wholeView, 8, ...huge]],
  ['key list', [Tag.object, 1, ...huge]],
  ['listed keys', [Tag.object, 0, ...huge]],
]

test.each(lengths)('a %s longer than the bytes is refused before memory is taken', (_name, body) => {
  const before = process.memoryUsage().rss
  expect(attempt(Uint8Array.of(formatVersion, ...body))).toBe('refused')
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
})

test('an array of four thousand million holes takes no memory', () => {
  const before = process.memoryUsage().rss
  expect(attempt(Uint8Array.of(formatVersion, Tag.sparseArray, 0xff, 0xff, 0xff, 0xff, 0x0f, 0))).toBe('decoded')
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
})

test('nesting beyond the depth of the format is refused, not recursed into', () => {
  const nested = new Uint8Array(2 * 100_000 + 2).fill(Tag.array)
  nested[0] = formatVersion
  for (let at = 2; at < nested.length; at += 2) nested[at] = 1
  expect(attempt(nested)).toBe('refused')
  expect(depthMax).toBeLessThan(1000)
})

test('empty bytes, a foreign version and bytes after the value are refused', () => {
  expect(attempt(new Uint8Array(0))).toBe('refused')
  expect(attempt(Uint8Array.of(99, Tag.null))).toBe('refused')
  expect(attempt(Uint8Array.of(formatVersion, Tag.null, Tag.null))).toBe('refused')
})
