/** Algebraic claims about the codec over generated values. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decode } from '../../../src/execute/codec/decode.ts'
import { encode } from '../../../src/execute/codec/encode.ts'
import { walkAfter } from '../../../src/execute/codec/field-walk.ts'
import { valueHash } from '../../../src/execute/codec/value-hash.ts'
import { anyValue } from './any-value.ts'

test('what arrives is equal, prototypes, holes and -0 included', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const arrived = decode(encode(value))
      expect(isDeepStrictEqual(arrived, value)).toBe(true)
    }),
    { numRuns: 600 },
  )
})

test('encoding is canonical: encode(decode(bytes)) is bytes, and equal values hash alike', () => {
  fc.assert(
    fc.property(anyValue, (value) => {
      const bytes = encode(value)
      expect(Buffer.compare(encode(decode(bytes)), bytes)).toBe(0)
      expect(valueHash(decode(bytes))).toBe(valueHash(value))
    }),
    { numRuns: 600 },
  )
})

test('bytes do not depend on how the engine happens to hold a value', () => {
  const grown: number[] = []
  for (let at = 0; at < 5; at++) grown.push(at)
  const holeyKind = new Array(5)
  for (let at = 0; at < 5; at++) holeyKind[at] = at
  const fromDoubles = [0.5, 1, 2, 3, 4]
  fromDoubles[0] = 0
  expect(encode(holeyKind)).toEqual(encode(grown))
  expect(encode(fromDoubles)).toEqual(encode(grown))
  expect(encode(`${'é'}Ā`.slice(0, 1))).toEqual(encode('é'))
  const dictionary: Record<string, number> = { x: 1, a: 1, b: 2 }
  delete dictionary.x
  expect(encode([{ a: 1, b: 2 }, dictionary])).toEqual(
    encode([
      { a: 1, b: 2 },
      { a: 1, b: 2 },
    ]),
  )
})

test('many objects alike arrive as few do, whatever their keys are', () => {
  const keys = ['__proto__', '"', '\\n\u2028', 'constructor', '', 'in', '1e1', 'é']
  const one = (id: number): unknown =>
    JSON.parse(
      JSON.stringify({ id, text: `t${id}`, deep: [id] }).replace(
        '{',
        `{${keys.map((key) => `${JSON.stringify(key)}:${id / 3},`).join('')}`,
      ),
    )
  const many = Array.from({ length: 2 * walkAfter }, (_, id) => one(id))
  const twice = [many, many[3], many[walkAfter + 3]]
  const arrived = decode(encode(twice)) as unknown[][]
  expect(isDeepStrictEqual(arrived, twice)).toBe(true)
  expect(arrived[2]).toBe(arrived[0]?.[walkAfter + 3])
  expect(() => encode([...many, Object.assign(one(1) as object, { deep: () => 1 })])).toThrow('deep')
})

test('an engine that answers no questions about hidden classes gives the same bytes', () => {
  const encoder = fileURLToPath(new URL('../../../src/execute/codec/encode.ts', import.meta.url))
  const program = `
    const { encode } = await import(${JSON.stringify(encoder)})
    const records = Array.from({ length: 600 }, (_, id) => ({ id, name: 'n' + id, value: id / 3, tags: ['a', id], sub: { 0: id } }))
    const value = [records, [1.5, 2], [1,, 2], new Float32Array(9), new Map([[1, [[]]]])]
    process.stdout.write(Buffer.from(encode(value)).toString('hex'))`
  const run = (...flags: string[]): string =>
    execFileSync(process.execPath, [...flags, '--input-type=module', '-e', program], { encoding: 'utf8' })
  expect(run('--disallow-code-generation-from-strings')).toBe(run())
})
