import { expect, test } from 'vitest'
import { roundTrip } from '../harness.ts'
import { runPlain } from '../plain.ts'
import { runShardsKept } from './kept-runs.ts'

const step = 'function step(x, i) { let y = x; for (let k = 0; k < 20; k++) y = (y * 31 + k + i) % 1009; return y }'
const until =
  'function until(y, x) { for (let i = 0; i < 90; i++) { y = (y * 7 + i) % 997; if (y % 61 === 60) break; let k = 0; do { y += k } while (++k < 3) } return [y, x] }'

/** Functions whose items hold sequential loops. */
const functions: readonly (readonly [string, string])[] = [
  [
    'a callback',
    'return xs.map((x) => { let y = x; const seen = []; for (let i = 0; i < 30; i++) { y = (y * 7 + i) % 997; seen.push(y) } return [y, seen] })',
  ],
  ['a function that it calls', 'return xs.map((x) => step(x, 1))'],
  [
    'a loop with outputs of several kinds',
    `const out = [], cells = new Float64Array(xs.length), m = new Map(); let hits = 0, most = -1;
  for (let i = 0; i < xs.length; i++) {
    out.push(-i); hits++; let y = xs[i];
    for (let k = 0; k < 25; k++) { y = (y * 13 + k) % 499; cells[i] = y / 7 }
    m.set(i, y); most = Math.max(most, y); out.push(y)
  }
  return [out, cells, m, hits, most]`,
  ],
  [
    'fields of a record',
    `const res = { list: [], cells: new Float64Array(xs.length), n: 0, by: new Map() };
  for (let i = 0; i < xs.length; i++) {
    res.list.push(-i); res.n++; let y = xs[i];
    for (let k = 0; k < 25; k++) { y = (y * 13 + k) % 499; res.cells[i] = y / 7; res.list.push(y); res.n += 2 }
    res.by.set(i, y)
  }
  return res`,
  ],
  [
    'what it reads of an object',
    'const o = { k: 7, xs: [...xs], deep: { m: [3, 5] } }; return xs.map((x, i) => { let y = o.xs[i]; for (let n = 0; n < 30; n++) y = (y * o.k + o.deep.m[n % 2] + (o.xs[i + 1] ?? 0)) % 997; return y })',
  ],
  ['a function that leaves its loop early', 'return xs.map((x) => until(x, x))'],
  [
    'what all shards read',
    'const table = [3, 1, 4, 1, 5], big = { table }; const out = []; for (const x of xs) { let y = x; let i = 0; while (i < 30) { y = (y * big.table[i % 5] + i) % 211; i++ } out.push(y) } return out',
  ],
  [
    'an error in the end',
    'return xs.map((x) => { let y = x; for (let i = 0; i < 30; i++) { y = (y * 7 + i) % 997; if (i === 28 && x === 5) throw new RangeError("at " + y) } return y })',
  ],
  [
    'an asynchronous callback',
    'return Promise.all(xs.map(async (x) => { let y = x; for (let i = 0; i < 30; i++) { y = (y * 7 + i) % 997 } return y }))',
  ],
]

test.each(functions)('%s: a shard resumed within an item gives the same bytes', async (_name, body) => {
  const source = `${step}\n${until}\nexport default async function (xs) { ${body} }`
  const xs = Array.from({ length: 9 }, (_, i) => i)
  const { value, shards } = await runShardsKept(source, xs)
  const plain = runPlain(source, 'plain.js', 1, xs).catch((error: Error) => ({ message: error.message }))
  expect(roundTrip(value)).toMatchObject((await plain) as object)
  expect(shards.length).toBeGreaterThan(1)
  let within = 0
  for (const shard of shards) {
    expect(shard.logs).toEqual([])
    const progress = shard.kept.map((kept) => kept.progress)
    expect(progress).toEqual([...new Set(progress)].toSorted((a, b) => a - b))
    within += progress.filter((at) => !Number.isInteger(at)).length
    for (const { state } of shard.kept.filter((_, index) => index % 4 === 0 || index + 1 === shard.kept.length)) {
      const resumed = await shard.again(state)
      expect(resumed.outcome).toEqual(shard.outcome)
      const later = resumed.kept.at(resumed.kept.length >> 1)
      if (later !== undefined) expect((await shard.again(later.state)).outcome).toEqual(shard.outcome)
    }
  }
  expect(within).toBeGreaterThan(8)
})
