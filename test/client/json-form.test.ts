import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonForm, jsonText } from '../../src/client/json-form.ts'

test('JSON values are their own JSON form', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
      expect(JSON.stringify(jsonForm(value))).toBe(JSON.stringify(value))
    }),
  )
})

test('any value has a JSON form', () => {
  const anything = fc.anything({ withBigInt: true, withMap: true, withSet: true, withTypedArray: true, withDate: true })
  fc.assert(fc.property(anything, (value) => JSON.parse(JSON.stringify(jsonForm(value))) !== undefined))
})

test('what JSON has no word for', () => {
  const cyclic: Record<string, unknown> = { n: 1 }
  cyclic.self = cyclic
  const shared = { s: 1 }
  expect(jsonForm(cyclic)).toEqual({ n: 1, self: null })
  expect(jsonForm([shared, shared])).toEqual([{ s: 1 }, { s: 1 }])
  expect(jsonForm([undefined, Number.NaN, -0, 3n, new Date(Number.NaN)])).toEqual([null, null, -0, '3', null])
  expect(jsonForm(new Map([[{ k: 1 }, new Set([1])]]))).toEqual([[{ k: 1 }, [1]]])
  expect(jsonForm(new Uint8Array([1, 2]))).toEqual([1, 2])
  expect(jsonForm({ a: undefined, b: 1 })).toEqual({ b: 1 })
  expect(jsonForm(Object.assign(new TypeError('no'), { at: 3 }))).toEqual({ name: 'TypeError', message: 'no', at: 3 })
  expect(Object.keys(jsonForm(JSON.parse('{"__proto__":{"x":1}}')) as object)).toEqual(['__proto__'])
})

test('a value that is too much for a text has no form', () => {
  let [shared, deep]: unknown[] = [['x'], {}]
  for (let i = 0; i < 40; i++) shared = [shared, shared]
  for (let i = 0; i < 20_000; i++) deep = { deep }
  const sparse: unknown[] = []
  sparse.length = 2 ** 32 - 1
  const few = { charsMax: 100_000, depthMax: 1_000 }
  expect([jsonForm(shared, few), jsonForm({ sparse }, few), jsonForm(deep)]).toEqual([undefined, undefined, undefined])
  expect(jsonForm([[1]], { ...few, depthMax: 2 })).toEqual([[1]])
  expect(jsonForm([[1]], { ...few, depthMax: 1 })).toBeUndefined()
  expect(jsonForm('x'.repeat(100_000), few)).toBeUndefined()
  expect(jsonText(jsonForm([1]))).toBe('[\n  1\n]')
})
