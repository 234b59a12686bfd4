import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decompose } from '../../../src/decompose/decompose.ts'
import { keepReasonCodes } from '../../../src/decompose/spots/loops/reasons.ts'
import { runKept } from './kept-runs.ts'

const loop = 'for (let i = 0; i < n; i++) { x = (x * 7 + i) % 97'

/** What a module's first sequential loop is told, by the code expected. */
const refused: readonly (readonly [string, string])[] = [
  [
    'closure',
    `export default function (n) { let x = 1, f = (y) => y + 1; if (n > 3) f = (y) => y; ${loop}; x = f(x) } return x }`,
  ],
  [
    'closure',
    `export default function (n) { let x = 1; { let seen = 0; var count = () => ++seen } ${loop} + count() } return x }`,
  ],
  [
    'closure',
    `export default function (n) { let x = 1; const tools = { twice: (y) => 2 * y }; ${loop}; x = tools.twice(x) % 7 } return x }`,
  ],
  [
    'generator',
    `function* steps() { for (let k = 0; ; k++) yield k } export default function (n) { let x = 1; const g = steps(); ${loop} + g.next().value } return x }`,
  ],
  [
    'iterator',
    `export default function (n) { let x = 1; const it = new Map([[1, 2]]).entries(); ${loop}; it.next() } return x }`,
  ],
  ['iterator', 'export default function (o) { let x = 1; for (const k in o) { x = (x * 7 + o[k]) % 97 } return x }'],
  ['handle', `export default function (n) { let x = 1; const seen = new WeakSet(); ${loop}; seen.add({}) } return x }`],
  [
    'class',
    `class Box { #v = 1; next() { return ++this.#v } } export default function (n) { let x = 1; const box = new Box(); ${loop} + box.next() } return x }`,
  ],
  [
    'hidden-state',
    `class Ids { static last = 0 } export default function (n) { let x = 1; ${loop}; Ids.last++ } return x }`,
  ],
  [
    'hidden-state',
    `function f(y) { f.calls = (f.calls ?? 0) + 1; return y + f.calls } export default function (n) { let x = 1; ${loop} + f(i) } return x }`,
  ],
  ['hidden-state', `export default function (n) { let x = 1; ${loop}; globalThis.last = x } return x }`],
  [
    'nested-function',
    `export default function (n) { const run = () => { let x = 1; ${loop} } return x }; return run() }`,
  ],
  ['concurrent', `export default async function (n) { let x = 1; setTimeout(() => { x = 0 }, 1); ${loop} } return x }`],
  [
    'cooperative',
    `export default function (n, ctx) { let x = ctx.restored ?? 1; ${loop}; ctx.checkpoint(x) } return x }`,
  ],
  [
    'promise',
    `export default function (n) { let x = 1, p = null; p = new Promise(() => {}); ${loop}; x += p ? 1 : 0 } return x }`,
  ],
  ['unsupported', `export default function (n) { let x = 1; ${loop} + arguments.length } return x }`],
]

test.each(refused)('%s: %s', (code, source) => {
  const spots = decompose(source, 'refused.js').spots.filter(({ checkpoint }) => checkpoint?.kept === false)
  expect(spots.map(({ checkpoint }) => checkpoint?.reason)).toContain(code === 'promise' ? 'concurrent' : code)
  for (const { checkpoint } of spots) expect(checkpoint?.text).toMatch(/^no checkpoints: /)
})

test('a list gone through with nothing but plain arithmetic is left alone: to look would take longer', () => {
  const spots = (body: string) => {
    const source = `function f(x) { return x % 97 } export default function (xs) { let s = 1; for (const x of xs) { ${body} } return s }`
    return decompose(source, 'list.js').spots.map(({ checkpoint }) => checkpoint?.reason)
  }
  expect([spots('s = (s * 7 + x) % 97'), spots('s = f(s * 7 + x)')]).toEqual([['short'], ['']])
})

test('loops within loops are kept two deep; what runs in shards as well is kept there', () => {
  const deep = `export default function (n) { let x = 1; for (let a = 0; a < n; a++) { x++; for (let b = 0; b < n; b++) { x += b % 3; for (let c = 0; c < n; c++) { x = (x * 7 + c) % 97 } } } return x }`
  expect(decompose(deep, 'deep.js').spots.map(({ checkpoint }) => checkpoint?.reason)).toEqual(['', '', 'inner'])
  const both = `function step(y) { for (let i = 0; i < 9000; i++) y = (y * 7 + step.length + i) % 97; return y } export default function (xs) { return [xs.map((x) => step(x)), step(3)] }`
  expect(decompose(both, 'both.js').spots.map(({ checkpoint }) => checkpoint?.kept)).toEqual([true, undefined])
})

test('a state that turns out to be no plain data is told once, and the loop goes on', async () => {
  const source = `export default function (n) {
  const f = Object.values({ g: (y) => y + 1 })[0]; let x = 1; for (let i = 0; i < n; i++) { x = (x * 7 + f(i)) % 97 } return x }`
  const { outcome, logs, kept } = await runKept(source, 300)
  expect(typeof outcome).toBe('number')
  expect(kept).toEqual([])
  expect(logs).toHaveLength(1)
  expect(logs[0]).toMatch(/^line 2 runs without checkpoints: function: .* is a function/)
})

test('a large state is noted once the loop has run long enough for it, and until then costs little', async () => {
  const source = `export default function ({ world, n }) {
  let x = 1; for (let i = 0; i < n; i++) { x = (x * 7 + i) % 97; world[x].id = x } return [x, world] }`
  const world = Array.from({ length: 4_000 }, (_, i) => ({ id: i, name: `cell ${i}` }))
  const whole = await runKept(source, { world, n: 40 })
  expect(whole.logs).toEqual([])
  expect(whole.kept.length).toBeGreaterThan(3)
  const resumed = await runKept(source, { world, n: 40 }, whole.kept.at(-1)?.state)
  expect(resumed.outcome).toEqual(whole.outcome)
})

test('a state of other code, or a damaged one, is left alone: the loop runs from its start', async () => {
  const source =
    'export default function (n) { let x = 1; for (let i = 0; i < n; i++) { x = (x * 7 + i) % 97 } return x }'
  const whole = await runKept(source, 40)
  const state = whole.kept.at(-1)?.state ?? new Uint8Array()
  for (let at = 0; at < state.length; at += 3) {
    const damaged = state.slice()
    damaged[at] = (damaged[at] ?? 0) ^ 0x41
    const run = await runKept(source, 40, damaged).catch(() => null)
    // Its hash is looked at before anybody reads it: here it only must not crash the root in a way that is no error of the codec.
    if (run !== null) expect(['number', 'object']).toContain(typeof run.outcome)
  }
  expect((await runKept(source, 40, new Uint8Array([1, 2, 3]))).outcome).toBe(whole.outcome)
})

test('the page on checkpoints explains every reason code, and no other', () => {
  const page = readFileSync(new URL('../../../docs/explanation/checkpoints.md', import.meta.url), 'utf8')
  const section = page.slice(page.indexOf('## Loops without checkpoints'))
  const explained = [...section.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, code]) => code)
  expect(explained.toSorted()).toEqual([...keepReasonCodes].toSorted())
})
