/** Measures what it costs to look at sequential loops while they run: the same text with looks and without, in turn. */
import { decompose } from '../src/decompose/decompose.ts'
import { encodeProgram } from '../src/decompose/program-bytes.ts'
import type { RootCall, RuntimeHost } from '../src/decompose/runtime/contract.ts'
import { loadProgram } from '../src/decompose/runtime/program.ts'
import { encode } from '../src/execute/codec/encode.ts'
import { CheckpointClock } from '../src/execute/entry/checkpoint-clock.ts'
import { slotLimits } from '../src/limits.ts'
import { report } from './report.ts'

const rounds = Number(process.env.SHOAL_BENCH_ROUNDS ?? 15)

/** Bodies from a fraction of a nanosecond on, and nests. */
const bodies: Readonly<Record<string, { readonly text: string; readonly n: number }>> = {
  'shift register': {
    text: 'let x = 1; for (let i = 0; i < n; i++) { x ^= x << 13; x ^= x >>> 17; x ^= x << 5 } return x',
    n: 4e8,
  },
  'weighted mean': { text: 'let x = 0.1; for (let i = 0; i < n; i++) x = x * 0.999 + 0.001 * i; return x', n: 4e8 },
  'two numbers': {
    text: 'let a = 0, b = 1; for (let i = 0; i < n; i++) { const t = (a + b) | 0; a = b; b = t } return a',
    n: 1e8,
  },
  congruence: {
    text: 'let x = 1; for (let i = 0; i < n; i++) x = (x * 1103515245 + 12345) % 2147483648; return x',
    n: 2e7,
  },
  'cells of an array': {
    text: 'const a = new Float64Array(1024); for (let i = 0; i < n; i++) { a[i & 1023] = a[(i + 1) & 1023] * 0.5 + i } return a[3]',
    n: 4e8,
  },
  'a while': {
    text: 'let x = 7, k = 0; while (k < n) { x = x % 2 ? 3 * x + 1 : x / 2; if (x === 1) x = k; k++ } return x',
    n: 2e7,
  },
  'rounds of 8 cells': {
    text: 'const a = new Float64Array(8); for (let t = 0; t < n; t++) { for (let i = 0; i < 8; i++) a[i] = a[i] * 0.5 + a[(i + t) & 7] + 1 } return a[3]',
    n: 2e7,
  },
  'rounds of 3 by 3 by 3': {
    text: 'const a = new Float64Array(27); let s = 1; for (let t = 0; t < n; t++) { for (let x = 0; x < 3; x++) for (let y = 0; y < 3; y++) for (let z = 0; z < 3; z++) { s = s * 0.5 + a[x * 9 + y * 3 + z]; a[(x * 9 + y * 3 + z + t) % 27] = s } } return s',
    n: 5e6,
  },
  'items of an array': {
    text: 'const xs = Array.from({ length: 1000 }, (_, i) => i / 7); let x = 1; for (let r = 0; r < n; r++) { x = -x; for (const y of xs) x = x * 0.5 + y } return x',
    n: 2e5,
  },
  'a long array, with a call for each item': {
    text: 'const xs = Array.from({ length: 4e6 }, (_, i) => i); let x = 1; for (const y of xs) x = step(x, y); return x',
    n: 4e6,
  },
  'a long array, with an object for each item': {
    text: 'const xs = Array.from({ length: 1e6 }, (_, i) => ({ v: i })); let x = 1; for (const y of xs) { x = step(x, y.v); y.seen = x } return x',
    n: 1e6,
  },
  'a call in each pass': { text: 'let x = 1; for (let i = 0; i < n; i++) x = step(x, i); return x', n: 1e8 },
}

const module = (text: string): string =>
  `function step(x, i) { return (x * 31 + i) | 0 }\nexport default function (n) { ${text} }`

function host(): RuntimeHost {
  const now = performance.now.bind(performance)
  const clock = new CheckpointClock(now, slotLimits.mtbfMs)
  clock.begin(now())
  const none = (): void => undefined
  return {
    seedRandom: none,
    randomState: () => [1, 2, 3, 4],
    restoreRandom: none,
    log: (line) => process.stderr.write(`${line}\n`),
    progress: none,
    visited: none,
    checkpoint: () => clock.taken(),
    checkpointDue: () => clock.isDue(),
    turn: () => null,
    signal: new AbortController().signal,
    nowMs: now,
  }
}

function runner(source: string, n: number): () => Promise<unknown> {
  const program = loadProgram(encodeProgram(decompose(source, 'bench.js')))
  const call: RootCall = {
    input: { kind: 'value', bytes: encode(n) },
    seed: 1,
    chunks: null,
    recordedCuts: new Map(),
    slots: () => 1,
    audit: false,
    restored: null,
    spawn: () => Promise.reject(new Error('nothing is sharded here')),
  }
  return () => program.runRoot(call, host())
}

async function cpuMs(run: () => unknown): Promise<number> {
  const since = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e3
}

const only = process.env.SHOAL_BENCH_ONLY ?? ''
for (const [name, { text, n }] of Object.entries(bodies)) {
  if (!name.includes(only)) continue
  const looked = runner(module(text), n)
  // Names of what generated code calls are what tells a function that keeps its own state: nothing is looked at.
  const plain = runner(module(text).replace('{', '{ const own = { restored: 0 }; '), n)
  if (JSON.stringify(await plain()) !== JSON.stringify(await looked())) throw new Error(`${name}: results differ`)
  const [here, there]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++) {
    here.push(await cpuMs(plain))
    there.push(await cpuMs(looked))
  }
  const without = report('sequential loop, not looked at', 'ms', here, { case: name })
  const withLooks = report('sequential loop, looked at', 'ms', there, { case: name })
  const ratio = Number((withLooks.median / without.median).toFixed(3))
  const bestRatio = Number((withLooks.min / without.min).toFixed(3))
  const passNs = Number(((without.median / n) * 1e6).toFixed(2))
  process.stdout.write(`${JSON.stringify({ bench: 'loops', case: name, passNs, ratio, bestRatio, goal: 1.05 })}\n`)
}
