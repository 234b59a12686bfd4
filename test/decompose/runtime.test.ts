import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { explain } from '../../src/decompose/explain.ts'
import { decodeProgram, encodeProgram } from '../../src/decompose/program-bytes.ts'
import { isAudited } from '../../src/decompose/runtime/audit.ts'
import type { Cut } from '../../src/program/family.ts'
import { runProgram, runSharded } from './harness.ts'
import { ownFunctions } from './own-functions.ts'
import { runPlain } from './plain.ts'

const failing = `function check(order: { id: number }) {
  if (order.id % 5 === 4) {
    throw new RangeError(\`order \${order.id}\`);
  }
  return order.id;
}
export default async function (orders: { id: number }[]) {
  const ids: number[] = [];
  for (const order of orders) {
    ids.push(check(order));
  }
  return ids;
}
`

test("an error in a shard is the one of the lowest failing item, at the user's own line and column", async () => {
  const orders = Array.from({ length: 20 }, (_, id) => ({ id: id + 2 }))
  for (const chunks of [1, 3, 7]) {
    const { thrown } = await runSharded(failing, 'orders.ts', { value: orders }, { chunks })
    expect(thrown).toMatchObject({ name: 'RangeError', message: 'order 4' })
    const frames = (thrown?.stack ?? '').split('\n').filter((line) => line.includes('orders.ts'))
    expect(frames[0]).toMatch(/check \(orders\.ts:3:11\)/)
    expect(frames[1]).toMatch(/orders\.ts:10:14/)
    expect(thrown?.stack).not.toMatch(/runtime/)
  }
})

test("columns after a rewritten call on the same line are the user's", async () => {
  const source =
    'export default function (xs) {\n  const ys = xs.map((x) => x + 1); const z = null; return z.length + ys.length;\n}\n'
  const { thrown } = await runSharded(source, 'columns.js', { value: [1, 2, 3] }, { chunks: 2 })
  const column = (source.split('\n')[1] ?? '').indexOf('length') + 1
  expect(thrown?.stack).toMatch(new RegExp(`columns\\.js:2:${column}`))
})

test('a replayed root reuses recorded cuts, sample included', async () => {
  const source =
    'export default function (xs) { const ys = xs.map((x) => x * 2); const zs = []; for (const y of ys) { zs.push(y + 1) } return zs }'
  const xs = Array.from({ length: 40 }, (_, i) => i)
  const recorded = new Map<number, Cut>([
    [1, { items: 40, starts: [3, 10, 11] }],
    [2, { items: 40, starts: [0, 39] }],
  ])
  const run = await runSharded(source, 'replay.js', { value: xs }, { recordedCuts: recorded })
  expect(run.value).toEqual(xs.map((x) => x * 2 + 1))
  expect(run.spawns.map(({ sequence, cut }) => [sequence, cut])).toEqual([...recorded])
})

test('the sequence counts visits that stay in place, so a replay meets the same numbers', async () => {
  const source =
    'export default function (xs) { for (let r = 0; r < 3; r++) { xs = xs.map((x) => x + r) } return xs.filter((x) => x > 4) }'
  const run = await runSharded(
    source,
    'visits.js',
    { value: [1, 2, 3] },
    { recordedCuts: new Map([[4, { items: 3, starts: [0, 2] }]]) },
  )
  expect(run.value).toEqual([5, 6].filter((x) => x > 4))
  expect(run.spawns.map(({ sequence }) => sequence)).toEqual([4])
})

test.each(ownFunctions)(
  '$name: shards interrupted at every checkpoint resume to the same result',
  async ({ name, source }) => {
    const plain = await runPlain(source, name, 1)
    const run = await runSharded(source, name, { scale: 1 }, { chunks: 2, interrupt: true })
    expect(run.thrown?.stack).toBeUndefined()
    expect(isDeepStrictEqual(run.value, plain)).toBe(true)
    expect(run.resumed).toBeGreaterThan(0)
  },
)

test('long work is cut into shards of a sensible size without being asked', async () => {
  const source = `export default function ({ n }) {
  const out = [];
  for (let i = 0; i < n; i++) {
    let x = i;
    for (let k = 0; k < 60000; k++) x = (x * 1103515245 + 12345) % 2147483648;
    out.push(x);
  }
  return out;
}`
  const run = await runSharded(source, 'long.js', { value: { n: 400 } }, { slots: 4 })
  expect(run.spawns.length).toBe(1)
  const cut = run.spawns[0]?.cut
  expect(cut?.starts[0]).toBeGreaterThan(0)
  expect(cut?.starts.length).toBeGreaterThan(3)
  expect(run.value).toEqual(await runPlain(source, 'long.js', 1, { n: 400 }))
})

test('a function too small to shard stays where it is', async () => {
  const source = 'export default function (xs) { return xs.map((x) => x + 1).filter((x) => x % 2) }'
  const run = await runSharded(source, 'small.js', { value: [1, 2, 3, 4] })
  expect(run.value).toEqual([3, 5])
  expect(run.spawns).toEqual([])
})

test('a program survives its encoding; foreign bytes are refused', () => {
  const program = decompose(failing, 'orders.ts')
  expect(decodeProgram(encodeProgram(program))).toEqual(program)
  expect(() => decodeProgram(new Uint8Array([1, 2, 3]))).toThrow(/no program/)
  expect(explain(program)).toMatchObject([{ line: 9, verdict: 'parallel', reason: '' }])
})

test('broken modules are refused with the place', () => {
  expect(() => decompose('export default function () {\n  return 1 +* 2\n}', 'broken.js')).toThrow(/broken\.js:2:13/)
  expect(() => decompose('enum Colour { red }\nexport default () => 1', 'enum.ts')).toThrow(/enum\.ts:1:1.*enum/i)
  expect(() => decompose('const a = 1', 'none.js')).toThrow(/no default export/)
})

test('a mark keeps a spot sequential', () => {
  const source =
    'export default function (xs) {\n  /* shoal: sequential */\n  for (const x of xs) { x + 1 }\n  return xs.map((x) => x)\n}'
  expect(explain(decompose(source, 'mark.js')).map(({ verdict, reason }) => [verdict, reason])).toEqual([
    ['sequential', 'user'],
    ['parallel', ''],
  ])
})

test('ctx reaches the root: checkpoint state, progress, log', async () => {
  const source =
    'export default function (n, ctx) { ctx.log("at", n); ctx.progress(0.5); ctx.checkpoint({ n }); return ctx.restored }'
  const run = await runProgram(decompose(source, 'ctx.js'), { value: 4 })
  expect(run.value).toBeNull()
  expect(run.logs).toEqual(['at 4'])
})

const resumable = `export default async function (xs, ctx) {
  const state = ctx.restored ?? { done: 0, sum: 0 };
  if (state.done === 0) {
    state.doubled = xs.map((x) => x * 2);
    state.done = 1;
    ctx.checkpoint(state);
  }
  while (state.done <= 5) {
    state.sum += state.doubled[state.done];
    state.done += 1;
    ctx.checkpoint(state);
  }
  return [state.sum, xs.map((x) => x + state.done)];
}`

test('a root resumes from any of its checkpoints, to the same result and the same families', async () => {
  const program = decompose(resumable, 'resumable.js')
  const xs = Array.from({ length: 20 }, (_, i) => i)
  const first = await runProgram(program, { value: xs }, { chunks: 4 })
  expect(first.checkpoints.length).toBe(6)
  expect(first.spawns.map(({ sequence }) => sequence)).toEqual([1, 2])
  for (const restored of first.checkpoints) {
    const again = await runProgram(program, { value: xs }, { chunks: 4, restored })
    expect(again.value).toEqual(first.value)
    expect(again.spawns).toEqual(first.spawns.slice(1))
  }
})

test('a resumed root draws the random numbers that an unbroken one draws', async () => {
  const source = `export default function (n, ctx) {
  const first = Math.random();
  const state = ctx.restored ?? { drawn: [] };
  while (state.drawn.length < n) {
    state.drawn.push(Math.random());
    ctx.checkpoint(state);
  }
  return [first, state.drawn, Math.random()];
}`
  const program = decompose(source, 'draws.js')
  const unbroken = await runProgram(program, { value: 4 })
  expect(unbroken.checkpoints).toHaveLength(4)
  for (const restored of unbroken.checkpoints)
    expect((await runProgram(program, { value: 4 }, { restored })).value).toEqual(unbroken.value)
})

test('an error names the shard that threw it, and none when sequential code did', async () => {
  const source = `export default function (xs) {
  const ys = xs.map((x) => { if (x === 7 || x === 3) throw new RangeError('item ' + x); return x });
  throw new Error('sum ' + ys.length);
}`
  const items = Array.from({ length: 10 }, (_, i) => i)
  const failed = await runSharded(source, 'fails.js', { value: items }, { chunks: 5 })
  expect([failed.thrown?.message, failed.shard]).toEqual(['item 3', { sequence: 1, index: 1 }])
  const later = await runSharded(source, 'fails.js', { value: items.slice(8) }, { chunks: 2 })
  expect([later.thrown?.message, later.shard]).toEqual(['sum 2', null])
})

test('a slow shard hands back what it has not begun: its tail is cut by what was seen, and a replay finds it', async () => {
  const source = `export default function (xs) {
  const kept = xs.filter((x) => x % 3 !== 0);
  const out = new Float64Array(xs.length);
  for (let i = 0; i < xs.length; i++) out[i] = xs[i] / 7;
  let sum = 0.1;
  for (const x of xs) sum += Math.sqrt(x);
  return [kept, out, sum, xs.reduce((a, x) => a + Math.cbrt(x), 0), xs.find((x) => x > 15)];
}`
  const program = decompose(source, 'slow.js')
  const value = Array.from({ length: 20 }, (_, i) => i)
  const whole = await runProgram(program, { value }, { chunks: 2 })
  const divided = await runProgram(program, { value }, { chunks: 2, divideAfterMs: 1e-6 })
  expect(divided.value).toEqual(whole.value)
  expect(divided.spawns.length).toBeGreaterThan(whole.spawns.length)
  const late = await runProgram(program, { value }, { chunks: 2, divideAfterMs: 1e-6, tellsEach: false })
  expect(late.value).toEqual(whole.value)
  const sequences = divided.spawns.map(({ sequence }) => sequence)
  expect(new Set(sequences).size).toBe(sequences.length)
  const recordedCuts = new Map(divided.spawns.map(({ sequence, cut }) => [sequence, cut]))
  const replayed = await runProgram(program, { value }, { recordedCuts, divideAfterMs: 1e-6 })
  expect(replayed.value).toEqual(whole.value)
  expect(replayed.spawns.map(({ sequence, cut, slices }) => ({ sequence, cut, slices }))).toEqual(
    divided.spawns.map(({ sequence, cut, slices }) => ({ sequence, cut, slices })),
  )
})

test('what earlier jobs showed spares the sample: no item runs in the root first', async () => {
  const source = 'export default function (xs) { return xs.map((x) => Math.sqrt(x)) }'
  const program = decompose(source, 'profiled.js')
  const value = Array.from({ length: 40 }, (_, i) => i)
  const starts = async (profile: ReadonlyMap<number, number>) => {
    const run = await runProgram(program, { value }, { profile, slots: 4 })
    expect(run.value).toEqual(value.map(Math.sqrt))
    return run.spawns.map(({ cut, workMs }) => [cut.starts[0], cut.starts.length, workMs?.[0]])
  }
  expect(await starts(new Map([[0, 100]]))).toEqual([[0, 40, 100]])
  expect(await starts(new Map([[0, 0.001]]))).toEqual([])
  expect(await starts(new Map([[7, 100]]))).toEqual([])
  // One-item shards of an earlier job cost this much beside an item that is nothing.
  expect(await starts(new Map([[0, 1]]))).toEqual([])
  const forced = await runProgram(program, { value }, { profile: new Map([[0, 100]]), chunks: 3 })
  expect(forced.spawns[0]?.cut.starts).toEqual([0, 13, 26])
})

test('one shard that fails its audit takes the whole family back: it runs in place, and the reason is told', async () => {
  const source = 'export default function (xs) { return [xs.map((x) => x.n + 0), xs] }'
  const honest = decompose(source, 'audited.js')
  const value = Array.from({ length: 12 }, (_, n) => ({ n }))
  const plain = await runProgram(honest, { value }, { chunks: 4, audit: true })
  expect([plain.value, plain.logs]).toEqual([[value.map(({ n }) => n), value], []])
  // What an analysis that errs would let through: one item of the third shard is changed.
  const chunks = honest.chunks.map(({ spot, code }) => ({
    spot,
    code: code.replace('x.n + 0', '(x.n === 7 ? x.n++ : x.n)'),
  }))
  for (const divided of [{}, { divideAfterMs: 1e-6 }]) {
    const caught = await runProgram({ ...honest, chunks }, { value }, { chunks: 4, audit: true, ...divided })
    expect(caught.value).toEqual(plain.value)
    expect(caught.logs).toEqual(['line 1 runs in place: an audit found that iterations change their inputs'])
    expect(caught.visited[0]?.stayed).toContain('audit')
  }
})

test('unasked, one shard in a hundred is audited, the same ones every time', () => {
  const audited = Array.from({ length: 10_000 }, (_, item) => isAudited(false, item)).filter(Boolean).length
  expect(audited).toBeGreaterThan(60)
  expect(audited).toBeLessThan(140)
  expect(isAudited(true, 3)).toBe(true)
})

test('a root tells how often it came by each spot, how wide it was, and why it stayed', async () => {
  const source = `export default function ({ xs, rounds }) {
  let sum = 0;
  /* shoal: sequential */
  for (let round = 0; round < rounds; round++) sum += xs.map((x) => x + round).length;
  const out = Object.freeze([]);
  try { for (const x of xs) out.push(x); } catch { sum += 1; }
  return sum;
}`
  const xs = Array.from({ length: 30 }, (_, i) => i)
  const run = await runSharded(source, 'visits.js', { value: { xs, rounds: 100 } })
  expect(run.value).toBe(3001)
  const [map, push] = run.visited.filter(({ visits }) => visits > 0)
  expect(map).toMatchObject({ visits: 100, width: 30, stayed: '' })
  expect(push).toMatchObject({ visits: 1, width: 30 })
  const cut = await runSharded(source, 'visits.js', { value: { xs, rounds: 2 } }, { chunks: 3 })
  expect(cut.visited.map(({ stayed }) => stayed).join()).toContain('out is no plain array')
})

test('a state that cannot travel is skipped with a line, and the function goes on', async () => {
  const source = 'export default function (n, ctx) { ctx.checkpoint({ f: () => n }); return n }'
  const run = await runProgram(decompose(source, 'ctx.js'), { value: 4 })
  expect(run.value).toBe(4)
  expect(run.logs.join()).toMatch(/checkpoint skipped/)
})

test('a long loop that ends early looks ahead stretch by stretch, and a replay goes the same way', async () => {
  const source = `function slow(x) { let h = x; for (let k = 0; k < 200000; k++) h = (h * 1103515245 + 12345) % 2147483648; return h }
export default function (limit) { const seen = []; for (let n = 0; n < limit; n++) { seen.push(n); if (slow(n) < 0 || n === 150) return { n, seen } } return null }`
  const program = decompose(source, 'search.js')
  const seen = Array.from({ length: 151 }, (_, i) => i)
  const first = await runProgram(program, { value: 4000 }, { slots: 2 })
  expect(first.value).toEqual({ n: 150, seen })
  const cuts = new Map(first.spawns.map(({ sequence, cut }) => [sequence, cut]))
  expect(cuts.size).toBe(first.spawns.length)
  expect(cuts.size).toBeGreaterThan(0)
  expect(Math.max(...[...cuts.values()].map((cut) => cut.items))).toBeLessThan(3000)
  const again = await runProgram(program, { value: 4000 }, { slots: 2, recordedCuts: cuts })
  expect(again.value).toEqual(first.value)
  // What the first run found in place, a slower machine may send out.
  expect(again.spawns.slice(0, cuts.size).map(({ sequence, cut }) => [sequence, cut])).toEqual([...cuts])
})

test('a nest with few outer items is cut by pairs', async () => {
  const source = `function f(x) { let h = x; for (let i = 0; i < 9; i++) h = (h * 31) % 1009; return h }
export default function ({ as, bs }) { const out = []; for (const a of as) { for (const b of bs) { out.push([a, f(a * b)]) } } return out }`
  const value = { as: [1, 2, 3, 4], bs: [5, 6, 7, 8, 9] }
  const program = decompose(source, 'nest.js')
  const plain = await runPlain(source, 'nest.js', 1, value)
  for (const [chunks, shards] of [
    [20, 20],
    [16, 16],
    [7, 7],
    [1, 1],
  ] as const) {
    const run = await runProgram(program, { value }, { chunks, order: 'shuffled' })
    expect(run.value).toEqual(plain)
    expect(run.spawns.map(({ cut }) => cut.starts.length)).toEqual([shards])
  }
})

test('a long search looks ahead stretch by stretch, and a replay goes the same way', async () => {
  const source = `function slow(x) { let h = x; for (let k = 0; k < 20; k++) h = (h * 1103515245 + 12345) % 2147483648; return h }
export default function (xs) { return [xs.findIndex((x) => slow(x) < 0 || x === 150), xs.map((x) => x + 1).length] }`
  const xs = Array.from({ length: 4000 }, (_, i) => i)
  const program = decompose(source, 'search.js')
  const spot = program.spots.findIndex(({ verdict }) => verdict === 'speculative')
  // What earlier jobs showed decides, not how quick this machine is right now.
  const profile = new Map([[spot, 5]])
  const nowMs = (): number => 0
  const first = await runProgram(program, { value: xs }, { slots: 2, profile, nowMs })
  expect(first.value).toEqual([150, 4000])
  // Ten items of 5 ms make a shard of 50, two per slot a stretch: the one with the hit is the last.
  expect(first.spawns.map(({ cut }) => [cut.starts[0], cut.items])).toEqual([0, 40, 80, 120].map((at) => [at, at + 40]))
  const cuts = new Map(first.spawns.map(({ sequence, cut }) => [sequence, cut]))
  expect(cuts.size).toBe(first.spawns.length)
  const again = await runProgram(program, { value: xs }, { slots: 2, recordedCuts: cuts, nowMs })
  expect(again.value).toEqual(first.value)
  expect(again.spawns.map(({ sequence, cut }) => [sequence, cut])).toEqual([...cuts])
})

test.each([
  ['const ys = xs.map((x) => /* @__PURE__ */ ask(x))', ''],
  ['const ys = xs.map((x) => asserted(x))', ''],
  ['const ys = xs.map((x) => documented(x))', ''],
  ['const ys = xs.map((x) => ask(x))', 'side-effect'],
  ['const ys = xs.map((x) => ask(/* @__PURE__ */ asserted(x)))', 'side-effect'],
  ['const ys = xs.map((x) => { const o = /* @__PURE__ */ ask(shared); o.n = x; return o })', 'mutated-capture'],
])('%s: what the user asserts to be pure counts, and is shown', (body, reason) => {
  const source = `import { ask } from 'node:dns'
const log = []
/* @__NO_SIDE_EFFECTS__ */ function asserted(x) { log.push(x); return x }
/** Twice. @pure */
export const documented = (x) => { log.push(x); return 2 * x }
export default function ({ xs, shared }) {
  ${body}
  return ys
}`
  const [spot] = explain(decompose(source, 'asserted.mjs'))
  expect(spot?.reason).toBe(reason)
  if (reason === '') expect(spot?.text).toMatch(/asserted to be pure: \w+ \(line 7\)/)
})
