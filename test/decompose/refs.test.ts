import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { shard } from '../../src/index.ts'
import { type RunReport, runProgram } from './harness.ts'

const lines = (text: string): string => `import { shard } from 'shoal'\n${text}`
const run = (text: string, value: unknown, order: 'reverse' | 'shuffled' | 'forward' = 'reverse'): Promise<RunReport> =>
  runProgram(decompose(lines(text), 'refs.js'), { value }, { order })

const tree = `
const factor = 3
function leaf(n) { return n * factor }
const leafOf = shard(leaf)
const join = shard(function join(left, right) { return { sum: left.sum + right.sum, parts: [...left.parts, ...right.parts] } })
const wrap = shard((n) => ({ sum: n, parts: [n] }))
export default async function (count) {
  let level = Array.from({ length: count }, (_, i) => wrap(leafOf(i)))
  while (level.length > 1) {
    const next = []
    for (let i = 0; i < level.length; i += 2) next.push(i + 1 < level.length ? join(level[i], level[i + 1]) : level[i])
    level = next
  }
  return await level[0]
}`

test('the graph grows as the program runs: refs as arguments are dependencies', async () => {
  const { value, spawns, logs } = await run(tree, 9)
  const parts = Array.from({ length: 9 }, (_, i) => i * 3)
  expect(value).toEqual({ sum: 108, parts })
  expect(logs).toEqual([])
  const shards = spawns.reduce((sum, spawn) => sum + spawn.cut.starts.length, 0)
  const edges = spawns.reduce((sum, spawn) => sum + spawn.edges.length, 0)
  // 9 leaves, 9 wraps with one edge each, 8 joins with two.
  expect([shards, edges]).toEqual([26, 25])
  expect(spawns.length).toBe(3)
})

test('refs within arrays, objects and maps are dependencies too, and sharing survives', async () => {
  const { value } = await run(
    `const make = shard((n) => ({ n }))
     const look = shard(({ list, map }) => [list[0] === list[1], list[0] === map.get('a'), list[2].n])
     export default async () => { const a = make(1); return look({ list: [a, a, make(2)], map: new Map([['a', a]]) }) }`,
    null,
  )
  expect(value).toEqual([true, true, 2])
})

test.each([
  ['ref + 1', 'using it as a number or text'],
  ['String(ref)', 'using it as a number or text'],
  ['ref.length', '.length'],
  ['ref[0]', '.0'],
  ['[...ref]', 'iterating over it'],
  ['Object.keys(ref)', 'listing its keys'],
  ["'x' in ref", 'the operator in'],
  ['JSON.stringify(ref)', '.toJSON'],
  ['ref instanceof Map', 'asking for its class'],
  ['ref.x = 1', 'setting a property'],
])('%s throws: a ref is no value', async (use, what) => {
  const { thrown } = await run(
    `const f = shard((x) => x)\nexport default async () => { const ref = f(1)\n await ref\n return ${use} }`,
    null,
  )
  expect(thrown?.message).toBe(`a ref is no value yet: ${what} does not work on it`)
})

test('errors propagate through every call that waits, with the stack of the user', async () => {
  const { thrown, shard } = await run(
    `const fail = shard((n) => {
       throw new RangeError('no ' + n)
     })
     const add = shard((a, b) => a + b)
     export default async () => {
       const bad = fail(7)
       return await add(add(bad, 1), 2)
     }`,
    null,
  )
  expect([thrown?.name, thrown?.message]).toEqual(['RangeError', 'no 7'])
  expect(thrown?.stack).toMatch(/refs\.js:3:14/)
  expect(shard).toEqual({ sequence: 2, index: 1 })
})

test('an error can be caught where the ref is awaited, and nobody has to await it', async () => {
  const { value } = await run(
    `const fail = shard(() => { throw new Error('lost') })
     export default async () => { fail(); try { await fail() } catch (error) { return error.message } }`,
    null,
  )
  expect(value).toBe('lost')
})

test('outcomes may come one by one or all at the end: the result is the same', async () => {
  const late = await runProgram(decompose(lines(tree), 'refs.js'), { value: 9 }, { tellsEach: false })
  expect(late.value).toEqual({ sum: 108, parts: Array.from({ length: 9 }, (_, i) => i * 3) })
})

test('refs settle in the order of their calls, whichever shard was first', async () => {
  const text = `const f = shard((n) => n)
     export default async (n) => {
       const order = []
       await Promise.all(Array.from({ length: n }, async (_, i) => { const got = await f(i); order.push(got); order.push(await f(got * 10)) }))
       return order
     }`
  const runs = await Promise.all((['reverse', 'shuffled', 'forward'] as const).map((order) => run(text, 6, order)))
  expect(runs[0]?.value).toEqual(runs[1]?.value)
  expect(runs.map(({ spawns }) => spawns)).toEqual([runs[2]?.spawns, runs[2]?.spawns, runs[2]?.spawns])
})

test('arguments and captured values are those at the time of the call', async () => {
  const { value } = await run(
    `const f = shard((x) => x.n)
     export default async () => {
       let step = 1
       const g = shard((n) => n + step)
       const x = { n: 1 }
       const first = f(x), early = g(10)
       x.n = 2
       step = 5
       return [await first, await f(x), await early, await g(10)]
     }`,
    null,
  )
  expect(value).toEqual([1, 2, 11, 15])
})

test('what changes things that are not its own is not shipped, or found out', async () => {
  const counter = `let count = 0
     const next = shard(() => ++count)
     export default async () => [await next(), await next()]`
  const here = await run(counter, null)
  expect([here.value, here.spawns]).toEqual([[1, 2], []])
  const hidden = await run(
    `const cache = new Map()
     const look = shard((n) => cache.set(n, n).size)
     export default async () => await look(1)`,
    null,
  )
  expect(hidden.thrown?.message).toBe('the function of shard() in line 3 changes what is not its own')
})

test('a function whose text is not known runs in the root, and so do calls that wait for it', async () => {
  const { value, spawns, logs } = await run(
    `const wrap = shard
     const f = wrap((n) => n + 1)
     const g = shard((n) => n * 2)
     export default async () => await g(f(1))`,
    null,
  )
  expect([value, spawns]).toEqual([4, []])
  expect(logs.join()).toContain('the text of the function is not known')
})

test('returned refs are replaced by their values, and instances keep their class', async () => {
  const { value } = await run(
    `class Point { constructor(x) { this.x = x } double() { return new Point(this.x * 2) } }
     const twice = shard((point) => point.double())
     const read = shard((point) => [point instanceof Point, point.x])
     export default async () => ({ list: [read(twice(new Point(4)))], one: read(new Point(1)) })`,
    null,
  )
  expect(value).toEqual({ list: [[true, 8]], one: [true, 1] })
})

test('sharded functions may call sharded functions: within a shard they run there', async () => {
  const { value } = await run(
    `const leaf = shard((n) => n * 2)
     const sum = shard(async (n) => { let total = 0; for (let i = 0; i < n; i++) total += await leaf(i); return total })
     export default async () => [await sum(3), await sum(4)]`,
    null,
  )
  expect(value).toEqual([6, 12])
})

test('without a swarm the same function gives the same: copies, order, errors, classes', async () => {
  class Weight {
    readonly grams: number
    constructor(grams: number) {
      this.grams = grams
    }
  }
  const made: number[] = []
  const weigh = shard((weight: Weight) => new Weight(weight.grams * 2))
  const read = shard((weight: Weight) => {
    made.push(weight.grams)
    return weight instanceof Weight
  })
  const given = { grams: 1 }
  const fail = shard((n: number): number => {
    throw new TypeError(`no ${n}`)
  })
  const nested = shard(async (n: number) => (await read(new Weight(n))) && n)
  const heavy = weigh(new Weight(5))
  expect(() => `${heavy}`).toThrow('a ref is no value yet')
  expect(await read(heavy)).toBe(true)
  expect(await nested(3)).toBe(3)
  await expect(read(weigh(fail(1) as never))).rejects.toThrow(new TypeError('no 1'))
  expect([made, given]).toEqual([[10, 3], { grams: 1 }])
  expect(() => shard(3 as never)).toThrow(TypeError)
  expect(() => weigh((() => 1) as never)).toThrow(/function/)
})

test.each([
  ['if (f(1)) return 2', true],
  ['const r = f(1)\n if (!r) return 2', true],
  ['const r = f(1)\n return r && 2', true],
  ['const r = f(1)\n return r ? 1 : 2', true],
  ['const r = f(1)\n if (await r) return 2', false],
  ['const r = f(1)\n return [r, f(r)]', false],
])('%s: a ref that is tested is refused with its line', (body, refused) => {
  const source = lines(`const f = shard((x) => x)\nexport default async () => { ${body} }`)
  const line = 3 + (body.startsWith('const') ? 1 : 0)
  if (refused)
    expect(() => decompose(source, 'x.js')).toThrow(`x.js:${line}: a ref is tested, and a ref is always true`)
  else expect(() => decompose(source, 'x.js')).not.toThrow()
})

test('a job imports nothing else of shoal', () => {
  expect(() => decompose("import { connect } from 'shoal'\nexport default () => connect()", 'x.js')).toThrow(
    'x.js:1: a job cannot import connect of shoal',
  )
})
