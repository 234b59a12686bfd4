import { isDeepStrictEqual } from 'node:util'
import { expect, test } from 'vitest'
import { decompose } from '../../src/decompose/decompose.ts'
import { runProgram } from './harness.ts'
import { runPlain } from './plain.ts'

const input = 'export function input(scale) { return Array.from({ length: 12 * scale }, (_, i) => i) }\n'

const sharded: readonly (readonly [string, string])[] = [
  [
    'blocking on memory of its own',
    'export default function (xs) { return xs.map((x) => { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1); return x * 2 }) }',
  ],
  [
    'a timer that resolves',
    'export default async function (xs) { return await Promise.all(xs.map(async (x) => { await new Promise((resolve) => setTimeout(resolve, 1)); return x * 2 })) }',
  ],
  [
    'a timer that resolves with a value',
    'export default async function (xs) { return await Promise.all(xs.map(async (x) => await new Promise((resolve) => setTimeout(() => resolve(x * 3), 12 - x)))) }',
  ],
  [
    'a callback that gives the promise itself',
    'export default async function (xs) { return await Promise.all(xs.map((x) => new Promise((done) => { setTimeout(() => { done({ x }) }, 1) }))) }',
  ],
  [
    'a function that sleeps',
    'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))\nexport default async function (xs) { const out = []; for (const x of xs) { await sleep(1); out.push(x + 1) } return out }',
  ],
  [
    'a declared function that sleeps',
    'function sleep(ms) { return new Promise((resolve) => { setTimeout(resolve, ms) }) }\nexport default async function (xs) { return await Promise.all(xs.map(async (x) => { await sleep(1); return -x })) }',
  ],
  [
    'timers/promises',
    "import { setTimeout as sleep } from 'node:timers/promises'\nexport default async function (xs) { const out = []; for (const x of xs) { out.push(await sleep(1, x)) } return out }",
  ],
  [
    'timers/promises as a whole',
    "import * as timers from 'node:timers/promises'\nexport default async function (xs) { return await Promise.all(xs.map(async (x) => { await timers.setTimeout(1); return [x] })) }",
  ],
  [
    'promises in a variable, of whose results something is made',
    'const load = async (x) => ({ x })\nexport default async function (xs) { const all = xs.map((x) => load(x)); return (await Promise.all(all)).slice(1).length }',
  ],
  [
    'all that is settled, one way or the other',
    'const load = (x) => new Promise((resolve, reject) => { setTimeout(() => { if (x % 5 === 4) reject(new Error("e" + x)); else resolve(x) }, 1) })\nexport default async function (xs) { const settled = await Promise.allSettled(xs.map((x) => load(x))); return /* shoal: sequential */ settled.map((s) => s.value ?? s.reason.message) }',
  ],
  [
    'all that is settled, where nothing fails',
    'const load = async (x) => ({ x })\nexport default async function (xs) { const list = xs.map(load); const settled = await Promise.allSettled(list); return settled }',
  ],
  [
    'a timer that counts',
    'export default async function (xs) { let n = 0; const ys = []; for (const x of xs) { await new Promise((resolve) => setTimeout(() => { n++; resolve() }, 1)); ys.push(x) } return [ys, n] }',
  ],
  [
    'a promise that rejects by itself',
    'const load = (x) => new Promise((resolve, reject) => { setTimeout(() => { if (x % 7 === 3) reject(new Error("no " + x)); else resolve({ x }) }, 1) })\nexport default async function (xs) { return await Promise.all(xs.map(async (x) => { try { return await load(x) } catch (error) { return error.message } })) }',
  ],
  [
    'a promise that is settled at once',
    'function parse(x) { return new Promise((resolve, reject) => { try { resolve(JSON.parse("[" + x + (x === 4 ? "" : "]"))) } catch (error) { reject(error) } }) }\nexport default async function (xs) { const out = []; for (const x of xs) out.push(await parse(x).catch((error) => error.name)); return out }',
  ],
  [
    'a promise that is rejected or waits',
    'const load = (x) => new Promise((resolve, reject) => { if (x === 5) { reject(new Error("five")); return }\nsetTimeout(resolve, 1, { x }) })\nexport default async function (xs) { return await Promise.all(xs.map((x) => load(x).then(({ x }) => x * 2, () => null).finally(() => undefined))) }',
  ],
  [
    'trying again',
    'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))\nasync function load(x, attempt) { await sleep(1); if ((x + attempt) % 3 === 0) throw new Error("later"); return { x, attempt } }\nasync function retry(fn, times) { for (let i = 1; ; i++) { try { return await fn(i) } catch (error) { if (i >= times) return error.message } } }\nexport default async function (xs) { return await Promise.all(xs.map((x) => retry((i) => load(x, i), 2))) }',
  ],
  [
    'functions that hand promises on',
    'const load = async (x) => x * 2\nconst both = (x) => Promise.all([load(x), load(x + 1)])\nconst first = (x) => (x > 3 ? both(x) : load(x))\nexport default async function (xs) { const out = []; for (const x of xs) out.push(await first(x)); return out }',
  ],
  [
    'results of all, settled',
    'const load = async (x) => { if (x % 4 === 1) throw new RangeError("r" + x); return { x } }\nexport default async function (xs) { const out = []; for (const x of xs) { const settled = await Promise.allSettled([x, x + 1].map((y) => load(y))); for (const s of settled) s.seen = x; out.push(settled.map((s) => (s.status === "fulfilled" ? s.value.x : s.reason.message))) } return out }',
  ],
  [
    'an async function that is called where it is written',
    'export default async function (xs) { const out = []; for (const x of xs) out.push(await (async () => { await null; return x + 1 })()); return out }',
  ],
  [
    'a failing item',
    'export default async function (xs) { return await Promise.all(xs.map(async (x) => { await new Promise((resolve) => setTimeout(resolve, 1)); if (x % 5 === 4) throw new Error(String(x)); return x })) }',
  ],
]

test.each(sharded)('%s: sharded, with the plain result', async (_name, source) => {
  const text = `${source}\n${input}`
  const program = decompose(text, 'wait.mjs')
  const plain = await outcomeOf(() => runPlain(text, 'wait.mjs', 1))
  for (const chunks of [1, 3, 12, null]) {
    const run = await runProgram(program, { scale: 1 }, { chunks, order: 'shuffled', audit: chunks === 3 })
    if (chunks !== null) expect(run.spawns.length).toBe(1)
    const value = run.thrown === null ? run.value : run.thrown.message
    expect(isDeepStrictEqual(value, plain), `${chunks}: ${JSON.stringify(value)}`).toBe(true)
  }
})

const kept: readonly (readonly [string, string, string])[] = [
  [
    'a timer that is not awaited',
    'async-order',
    'export default async function (xs) { const p = new Promise((resolve) => setTimeout(resolve, 1)); const ys = xs.map((x) => x); await p; return ys }',
  ],
  [
    'a timer that changes something',
    'carried-dependency',
    'export default async function (xs) { let n = 1; const ys = []; for (const x of xs) { await new Promise((resolve) => setTimeout(() => { n = n * 3 % 7; resolve() }, 1)); ys.push(x) } return [ys, n] }',
  ],
  [
    'a promise that is settled before its timer',
    'async-order',
    'export default async function (xs) { const seen = []; await Promise.all(xs.map((x) => new Promise((resolve) => { setTimeout(() => seen.push(x), 1); resolve(x) }))); return [xs.map((x) => x), seen.length] }',
  ],
  [
    'two timers of one promise',
    'side-effect',
    'export default async function (xs) { return await Promise.all(xs.map((x) => new Promise((resolve) => { setTimeout(() => resolve(1), 3); setTimeout(() => resolve(2), 1) }))) }',
  ],
  [
    'a promise that something else settles',
    'async-order',
    'export default async function (xs) { const go = []; const all = xs.map((x) => new Promise((resolve) => { go.push(() => resolve(x)) })); for (const f of go) f(); return [await Promise.all(all), xs.map((x) => x)] }',
  ],
  [
    'a race',
    'unknown-call',
    'const after = (ms, v) => new Promise((resolve) => setTimeout(() => resolve(v), ms))\nexport default async function (xs) { const ys = []; for (const x of xs) ys.push(await Promise.race([after(1, x), after(30, -1)])); return ys }',
  ],
  [
    'promises in a variable, with something between',
    'async-order',
    'const load = async (x) => x\nexport default async function (xs) { const all = xs.map((x) => load(x)); const n = xs.filter((x) => x > 3).length; return [(await Promise.all(all)).length, n] }',
  ],
  [
    'a chain that is not awaited',
    'async-order',
    'const load = async (x) => x\nexport default async function (xs) { const seen = []; load(1).then((x) => seen.push(x)); const ys = xs.map((x) => x * 2); await load(2); return [ys, seen.length] }',
  ],
  [
    'a function that keeps the promises it makes',
    'async-order',
    'const load = async (x) => x\nfunction start(fn, x) { const p = fn(x); return { p } }\nexport default async function (xs) { const held = xs.map((x) => start(load, x)); const ys = xs.map((x) => x * 2); for (const { p } of held) await p; return ys }',
  ],
  [
    'waiting on memory from outside',
    'side-effect',
    'const memory = new Int32Array(new SharedArrayBuffer(4))\nexport default function (xs) { return xs.map((x) => { Atomics.wait(memory, 0, 0, 1); return x }) }',
  ],
  [
    'adding to memory from outside',
    'side-effect',
    'export default function (xs) { const memory = new Int32Array(4); return xs.map((x) => Atomics.add(memory, 0, x)) }',
  ],
  [
    'a promise kept for later',
    'async-order',
    'export default async function (xs) { let keep; await Promise.all(xs.map(async (x) => new Promise((resolve) => { keep = resolve; setTimeout(resolve, 1) }))); return xs.map((x) => x) }',
  ],
  [
    'a timer of a sleeping function that runs on',
    'async-order',
    'const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))\nexport default async function (xs) { const p = sleep(1); const ys = xs.map((x) => x); await p; return ys }',
  ],
]

test.each(kept)('%s: kept in order', async (_name, reason, source) => {
  const text = `${source}\n${input}`
  const program = decompose(text, 'wait.mjs')
  expect(program.chunks).toEqual([])
  expect(program.spots.map((spot) => spot.reason)).toContain(reason)
  const plain = await outcomeOf(() => runPlain(text, 'wait.mjs', 1))
  expect((await runProgram(program, { scale: 1 }, { chunks: 3 })).value).toEqual(plain)
})

async function outcomeOf(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run()
  } catch (thrown) {
    return (thrown as Error).message
  }
}
