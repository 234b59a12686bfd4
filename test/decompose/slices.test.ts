import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { encode } from '../../src/execute/codec/encode.ts'
import { type RunReport, runSharded } from './harness.ts'

const rows = Array.from({ length: 400 }, (_, id) => ({ id, name: `row ${id}` }))
const xs = rows.map(({ id }) => id / 7)

async function sentFor(
  body: string,
): Promise<{ readonly shared: number; readonly own: number; readonly run: RunReport }> {
  const source = `export default function ({ xs, rows, k }) { ${body} }`
  const run = await runSharded(source, 'slices.js', { value: { xs, rows, k: 3 } }, { chunks: 8 })
  expect(run.thrown?.stack).toBeUndefined()
  expect(run.logs).toEqual([])
  const plain: unknown = new Function('input', `return (${source.slice('export default '.length)})(input)`)({
    xs,
    rows,
    k: 3,
  })
  expect(isDeepStrictEqual(run.value, plain)).toBe(true)
  const shared = run.spawns.reduce((bytes, spawn) => bytes + (spawn.shared?.byteLength ?? 0), 0)
  const own = run.spawns.flatMap(({ slices }) => slices).reduce((bytes, slice) => bytes + slice.bytes.byteLength, 0)
  return { shared, own, run }
}

const listBytes = encode(rows).byteLength

test.each([
  ['its own index', 'const out = []; for (let i = 0; i < rows.length; i++) out.push(rows[i].name); return out'],
  ['neighbours', 'return rows.map((row, i) => [rows[i - 1]?.id, rows[i + 1]?.id])'],
  ['the neighbours that the callback is given', 'return rows.map((row, i, all) => all[i - 1]?.id ?? all.length)'],
  [
    'clamped neighbours',
    'return xs.map((x, i) => rows[Math.max(0, i - k)].id + rows[Math.min(rows.length - 1, i + k)].id)',
  ],
  [
    'a moving window',
    'return xs.map((x, i) => { let s = 0; for (let j = Math.max(0, i - k); j <= i; j++) s += rows[j].id; return s })',
  ],
])('a list of which %s is read goes in parts', async (_, body) => {
  const { shared, own } = await sentFor(body)
  expect(shared).toBeLessThan(listBytes / 20)
  expect(own).toBeLessThan(listBytes * 2)
})

test.each([
  ['anything', 'return xs.map((x, i) => rows[(i * 7) % rows.length].id)'],
  ['all of it', 'return xs.map((x, i) => rows.filter((row) => row.id < x).length)'],
  ['its far end', 'return xs.map((x, i) => { let s = 0; for (let j = 0; j <= i; j++) s += rows[j].id; return s })'],
  ['its sum by the callback', 'return rows.map((row, i, all) => all.findIndex((other) => other.id > row.id))'],
])('a list of which %s is read goes once, as a whole', async (_, body) => {
  const { shared } = await sentFor(body)
  expect(shared).toBeGreaterThan(listBytes * 0.9)
})

async function sentOfInput(body: string): Promise<{ readonly shared: number; readonly own: number }> {
  const input = { xs, deep: { rows, k: 3 }, k: 2 }
  const source = `export default function (input) { ${body} }`
  const run = await runSharded(source, 'slices.js', { value: input }, { chunks: 8 })
  const plain: unknown = new Function('input', `return (${source.slice('export default '.length)})(input)`)(input)
  expect({ thrown: run.thrown, logs: run.logs }).toEqual({ thrown: null, logs: [] })
  expect(isDeepStrictEqual(run.value, plain)).toBe(true)
  const own = run.spawns.flatMap(({ slices }) => slices).reduce((bytes, slice) => bytes + slice.bytes.byteLength, 0)
  return { shared: run.spawns.reduce((bytes, spawn) => bytes + (spawn.shared?.byteLength ?? 0), 0), own }
}

test.each([
  ['a number', 'return input.xs.map((x) => x * input.k + input.deep.k)'],
  ['a length', 'return input.xs.map((x) => x * input.deep.rows.length)'],
  [
    'a list near the index',
    'const out = []; for (let i = 0; i < input.deep.rows.length; i++) out.push(input.deep.rows[i].id); return out',
  ],
  [
    'a list near the index, and a number',
    'return input.xs.map((x, i) => input.deep.rows[Math.max(0, i - input.k)].id + input.deep.k)',
  ],
  [
    'a list that is iterated over',
    'const out = []; for (const row of input.deep.rows) out.push(row.id * input.k); return out',
  ],
  [
    'properties in a pipeline',
    'return input.deep.rows.filter((row) => row.id % input.k).map((row) => row.id * input.deep.k)',
  ],
  [
    'what a function around reads',
    'const rate = (x) => x * input.k; return input.xs.map((x, i) => rate(input.deep.rows[i].id))',
  ],
])('of an object of which %s is read, nothing else goes along', async (_, body) => {
  const { shared, own } = await sentOfInput(body)
  expect(shared).toBeLessThan(listBytes / 20)
  expect(own).toBeLessThan(listBytes * 2)
})

test.each([
  ['is handed over', 'return mapAll(input.deep.rows, (row) => row.id * input.k)'],
  [
    'calls one beside it',
    'const t = (x) => x * input.deep.k; return mapAll(input.deep.rows, (row) => t(row.id) * input.k)',
  ],
  ['was made', 'const h = scaler(input); return input.deep.rows.map((row) => h(row.id))'],
])('of what a function reads that %s, nothing else goes along', async (_, body) => {
  const { shared, own } = await sentOfInput(
    `function mapAll(xs, f) { return xs.map(f) } const scaler = (o) => (x) => x * o.k; ${body}`,
  )
  expect(shared).toBeLessThan(listBytes / 20)
  expect(own).toBeLessThan(listBytes * 2)
})

test('an object that is handed on goes as a whole', async () => {
  const { shared } = await sentOfInput('const rate = (o, x) => x * o.k; return input.xs.map((x) => rate(input, x))')
  expect(shared).toBeGreaterThan(listBytes)
})

test('items are not sent a second time where the whole list is', async () => {
  const { shared, own } = await sentFor('return rows.map((row, i, all) => all.indexOf(row))')
  expect(shared).toBeLessThan(listBytes * 1.2)
  expect(own).toBeLessThan(listBytes / 10)
})
