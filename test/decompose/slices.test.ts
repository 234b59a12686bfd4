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

test('items are not sent a second time where the whole list is', async () => {
  const { shared, own } = await sentFor('return rows.map((row, i, all) => all.indexOf(row))')
  expect(shared).toBeLessThan(listBytes * 1.2)
  expect(own).toBeLessThan(listBytes / 10)
})
