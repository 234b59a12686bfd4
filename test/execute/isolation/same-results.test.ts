import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { programFromText } from '../../../src/client/program-bytes.ts'
import { makeSubmission } from '../../../src/client/submission.ts'
import { decodeProgram } from '../../../src/decompose/program-bytes.ts'
import { encode } from '../../../src/execute/codec/encode.ts'
import { decodeOutcome } from '../../../src/execute/codec/outcome.ts'
import { ProcessSlotPool } from '../../../src/execute/pool.ts'
import { MiB, RootRecord, RunRecord, runOf, settingOf } from '../records.ts'
import { startPool, until } from '../stage.ts'
import { lacking, launcherAt, type Walled, walled } from './levels.ts'

/** Values of every kind, errors, chance, time and waiting: whatever could come out differently behind walls. */
const source = `
class Point { constructor(x) { this.x = x } }
function inner(x) { if (x > 2) throw new RangeError('too big ' + x); return x }
export default async function (input, ctx) {
  await new Promise((resolve) => setTimeout(resolve, 3))
  const caught = []
  for (const wrong of [() => null.x, () => inner(3), () => structuredClone(() => 1), () => new Proxy({}, null)]) {
    try { wrong() } catch (error) { caught.push(error.name, error.message) }
  }
  const shared = { a: [1, , 3], when: new Date(5), pattern: /x(?<y>z)/giu }
  return {
    caught, shared, again: shared, now: [Date.now(), new Date(), performance.now()],
    chance: [Math.random(), Math.random()], point: new Point(7), input,
    big: [2n ** 100n, -(2n ** 70n), 0n, -1n], odd: [NaN, -0, Infinity, 1e-320],
    text: ['ä'.repeat(40), 'Ω'.repeat(40), '\\ud800', '', 'x'.repeat(300)],
    views: [new Float64Array([1, NaN]), new Uint8Array([1, 2]).subarray(1), new BigInt64Array(2), new DataView(new ArrayBuffer(3))],
    nested: new Map([[new Set([1, 'a']), new Map()], [null, undefined]]),
    wasm: new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) instanceof WebAssembly.Module,
  }
}`

async function outcomeAt(level: 'L0' | Walled): Promise<string> {
  return createHash('sha256')
    .update(await rootAt(level, source))
    .digest('hex')
}

/** The outcome of a root with this source, or how its slot ended, as text. */
async function rootAt(level: 'L0' | Walled, text: string): Promise<Uint8Array | string> {
  const { bytes } = programFromText(text, 'kinds.js')
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, launcher: launcherAt(level, false) })
  const ended = Promise.withResolvers<Uint8Array | string>()
  const ignore = (): void => undefined
  let outcome: Uint8Array | string = 'no outcome'
  pool.root(
    {
      setting: { ...settingOf({}), program: { key: 'kinds', bytes } },
      input: { kind: 'value', bytes: encode(new Map([['k', new Float32Array([0.5])]])) },
      chunks: null,
      recordedCuts: new Map(),
      slots: 1,
      restored: null,
      limits: { shardDeadlineMs: 20_000, memoryBytesMax: 512 * MiB },
    },
    {
      ...{ spawned: ignore, checkpoint: ignore, log: ignore, busy: ignore, visited: ignore },
      outcome: (found) => {
        outcome = found
      },
      ended: (end) => ended.resolve(end.kind === 'complete' ? outcome : JSON.stringify(end)),
    },
  )
  const result = await ended.promise
  await pool.stop()
  return result
}

test.each(walled)('a function gives the same bytes at %s as in a plain process', async (level) => {
  const missing = lacking(level)
  if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
  expect(await outcomeAt(level)).toBe(await outcomeAt('L0'))
})

/** What structured clones make of values that are no plain data, or that they refuse it. */
const clones = `
const kinds = {
  values: () => [1].values(), keys: () => new Map([[1, 2]]).keys(), text: () => 'ab'[Symbol.iterator](), found: () => 'ab'.matchAll(/a/g),
  mapped: () => [1].values().map((x) => x), weak: () => new WeakRef({}), registry: () => new FinalizationRegistry(() => 0),
  numbers: () => new Intl.NumberFormat('en'), memory: () => new WebAssembly.Memory({ initial: 1 }), generator: () => (function* () {})(),
  given: () => (function () { return arguments })(1), symbol: () => Object(Symbol('s')), boxed: () => Object(1n), promise: () => Promise.resolve(1),
  resizable: () => new ArrayBuffer(8, { maxByteLength: 16 }), view: () => new DataView(new ArrayBuffer(8), 2, 4),
}
export default async () => Object.entries(kinds).map(([kind, make]) => {
  try {
    const clone = structuredClone(make())
    return [kind, Object.prototype.toString.call(clone), clone.byteLength ?? null, clone.byteOffset ?? null, clone.maxByteLength ?? null]
  } catch (error) { return [kind, error.name] }
})`

const uncopied = {
  'shared memory': 'new Uint8Array(new SharedArrayBuffer(8)).fill(7)',
  'a shared buffer': '({ held: new SharedArrayBuffer(8) })',
  'a resizable buffer': 'new Uint8Array(new ArrayBuffer(8, { maxByteLength: 16 }))',
  'an iterator': 'new Map([[1, 2]]).keys()',
}

test.each(walled)('what cannot be copied is the same at %s as in a plain process', async (level) => {
  const missing = lacking(level)
  if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
  expect(shownOf(await rootAt(level, clones))).toEqual(shownOf(await rootAt('L0', clones)))
  for (const [kind, made] of Object.entries(uncopied)) {
    const [here, plain] = await Promise.all(
      [level, 'L0' as const].map((at) => rootAt(at, `export default async () => ${made}`)),
    )
    const shown = shownOf(here)
    expect({ kind, shown }).toEqual({ kind, shown: shownOf(plain) })
    expect(shown).toMatchObject({ kind: 'error', name: expect.stringMatching(/^(Value|Shoal)Error$/) })
  }
})

function shownOf(found: Uint8Array | string | undefined): unknown {
  if (found === undefined || typeof found === 'string') throw new Error(`no outcome: ${found}`)
  const outcome = decodeOutcome(found)
  if (outcome.kind !== 'error') return outcome
  const { name, message } = outcome.error
  return { kind: 'error', name, message }
}

/** Errors that no caller sees, at line 2 of the function's file. */
const unseen = {
  'a promise that nobody waits for': "  Promise.reject(new RangeError('unseen'))",
  'a timer': "  setTimeout(() => { throw new RangeError('unseen') }, 1)",
  'a promise, with the last word of the function': "  Promise.reject(new RangeError('unseen')); return 1",
}

test.each(['L0', ...walled] as const)(
  'a root at %s dies of what nobody awaits, with the place in its own file',
  async (level) => {
    const missing = level === 'L0' ? false : lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    for (const [where, line] of Object.entries(unseen)) {
      const text = `export default async () => {\n${line}\n  await new Promise((resolve) => setTimeout(resolve, 10_000))\n}\n`
      const found = await rootAt(level, text)
      if (typeof found === 'string') throw new Error(`${where}: ${found}`)
      const outcome = decodeOutcome(found)
      if (outcome.kind !== 'error') throw new Error(`${where}: a value`)
      expect({ where, ...outcome.error }).toMatchObject({ where, name: 'RangeError', message: 'unseen' })
      expect(outcome.error.stack).toMatch(/kinds\.js:2:\d+/)
      expect(outcome.error.stack).not.toMatch(/file:|node:|boundary/)
    }
  },
)

/** The error that a sharded call with this body ends with, and the value of the call after it in the same slot. */
async function callAt(level: 'L0' | Walled, line: string) {
  const text = `import { shard } from 'shoal'
const call = shard(async (fails) => {
  if (fails) {
${line}
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  return fails
})
export default async () => [call(true), call(false)]
`
  const folder = mkdtempSync(join(tmpdir(), 'shoal-calls-'))
  const file = join(folder, 'calls.js')
  writeFileSync(file, text)
  const { program: bytes } = await makeSubmission(file, null, {})
  rmSync(folder, { recursive: true })
  const spot = decodeProgram(bytes).chunks[0]?.spot ?? -1
  const works = [true, false].map((fails, index) => {
    const input = encode({ args: encode([fails]), seed: [1, index] })
    return { index, lo: index, hi: index + 1, input, parents: [], restored: null }
  })
  const setting = { ...settingOf({}), program: { key: 'calls', bytes } }
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, launcher: launcherAt(level, false) })
  const outcomes: Uint8Array[] = []
  const record = Object.assign(new RunRecord(), {
    results: (_: number, found: readonly Uint8Array[]) => void outcomes.push(...found),
  })
  pool.run(runOf('', 2, { setting, spot, shards: works }), record)
  const end = await record.end
  await pool.stop()
  return { end, outcomes: outcomes.map((one) => decodeOutcome(one)) }
}

const unseenInCalls = {
  'a promise that nobody waits for': "    Promise.reject(new RangeError('unseen'))",
  'a timer': "    setTimeout(() => { throw new RangeError('unseen') }, 1)",
  'a promise, with the last word of the call': "    Promise.reject(new RangeError('unseen')); return 1",
}

// Isolates alone run no such calls.
test.each(['L0', 'L3'] as const)(
  'a sharded call at %s ends with what nobody awaits, once, with the place in its own file; the next one is none the worse',
  async (level) => {
    const missing = level === 'L0' ? false : lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    for (const [where, line] of Object.entries(unseenInCalls)) {
      const { end, outcomes } = await callAt(level, line)
      const [first, second] = outcomes
      expect({ where, end }).toEqual({ where, end: { kind: 'complete' } })
      if (first?.kind !== 'error') throw new Error(`${where}: a value`)
      expect({ where, ...first.error }).toMatchObject({ where, name: 'RangeError', message: 'unseen' })
      expect(first.error.stack).toMatch(/calls\.js:4:\d+/)
      expect(first.error.stack).not.toMatch(/file:|node:|boundary/)
      expect(second).toEqual({ kind: 'value', value: false })
    }
  },
)

test.each(walled)('shards, logs, checkpoints and progress come through at %s', async (level) => {
  const missing = lacking(level)
  if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
  const pool = await startPool({ launcher: launcherAt(level, true) })
  const many = new RunRecord()
  pool.run(runOf('return [call.work.index, Math.random()]', 1000), many)
  expect(await many.end).toEqual({ kind: 'complete' })
  expect(many.values.map((value) => (value as number[])[0])).toEqual(Array.from({ length: 1000 }, (_, index) => index))
  const talking = new RunRecord()
  const wait = 'const end = host.nowMs() + 1100; while (host.nowMs() < end);'
  const script = `console.log('shard', call.work.index); ${wait} host.progress(0.5); host.checkpoint(1, new Uint8Array([7])); return 1`
  pool.run(runOf(script, 1), talking)
  expect(await talking.end).toEqual({ kind: 'complete' })
  expect(talking.lines).toEqual(['0: shard 0'])
  expect(talking.checkpoints.map(({ shard, state }) => [shard, ...state])).toEqual([[0, 7]])
  expect(talking.fractions).toEqual([0.5])
})

test.each(walled)('a root spawns, waits and is cancelled at %s', async (level) => {
  const missing = lacking(level)
  if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
  const pool = await startPool({ launcher: launcherAt(level, true) })
  const script = `const got = await call.spawn({ sequence: 1, spot: 0, cut: { items: 2, starts: [0, 1] }, shared: null, slices: [], workMs: null, edges: [] });
    return got.map((bytes) => bytes[0])`
  const record = new RootRecord(() => handle.deliver(1, 0, [new Uint8Array([5]), new Uint8Array([6])]))
  const setting = settingOf({ root: script })
  const request = {
    setting,
    input: { kind: 'generated', scale: 1 },
    chunks: null,
    recordedCuts: new Map(),
    slots: 1,
  } as const
  const limits = { shardDeadlineMs: 20_000, memoryBytesMax: 512 * MiB }
  const handle = pool.root({ ...request, restored: null, limits }, record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.value).toEqual([5, 6])
  const left = new RootRecord(() => stuck.cancel())
  const stuck = pool.root({ ...request, restored: null, limits }, left)
  expect(await left.end).toEqual({ kind: 'cancelled' })
})

test.each(['L2', 'L4'] as const)(
  'at %s a job keeps its isolate from run to run, and another job gets a fresh one',
  async (level) => {
    const missing = lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    const pool = await startPool({ launcher: launcherAt(level, true) })
    const script = 'globalThis.runs = (globalThis.runs ?? 0) + 1; return globalThis.runs'
    const counts: unknown[] = []
    for (const job of ['a', 'a', 'b', 'a']) {
      const record = new RunRecord()
      pool.run(runOf(script, 1, { setting: settingOf({ shard: script }, job) }), record)
      await record.end
      counts.push(...record.values)
    }
    expect(counts).toEqual([1, 2, 1, 1])
  },
)

test.each(['L2', 'L4'] as const)(
  'at %s long shards come one by one, and a cancel is heard between them',
  async (level) => {
    const missing = lacking(level)
    if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
    const pool = await startPool({ launcher: launcherAt(level, true) })
    const wait = 'const end = host.nowMs() + 20; while (host.nowMs() < end); return call.work.index'
    const warm = new RunRecord()
    pool.run(runOf(wait.replace('20', '0'), 200), warm)
    await warm.end
    const record = new RunRecord()
    const handle = pool.run(runOf(wait, 200), record)
    await until('the first result', () => record.values.length > 0)
    handle.cancel()
    expect(await record.end).toEqual({ kind: 'cancelled' })
    expect(record.values.length).toBeLessThan(20)
  },
)
