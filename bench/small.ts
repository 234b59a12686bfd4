/** Measures what shoal costs where sharding gains nothing: tiny jobs on a hub that is up, and spots visited very often. */
import { connect } from '../src/client/connect.ts'
import type { JobFunction } from '../src/client/function-module.ts'
import { decompose } from '../src/decompose/decompose.ts'
import { encodeProgram } from '../src/decompose/program-bytes.ts'
import type { RootCall } from '../src/decompose/runtime/contract.ts'
import { loadProgram } from '../src/decompose/runtime/program.ts'
import { encode } from '../src/execute/codec/encode.ts'
import { report } from './report.ts'
import { host } from './runtime-host.ts'

const rounds = Number(process.env.SHOAL_BENCH_ROUNDS ?? 25)
const VISITS = 200_000

/** Spots that may be sharded, but are over at once. */
const jobs: Readonly<Record<string, { fn: JobFunction; input: unknown }>> = {
  'one number': { fn: (n: number) => n + 1, input: 1 },
  'three array calls over 2,000 items': {
    fn: (n: number) =>
      Array.from({ length: n }, (_, i) => i)
        .map((i) => i * 2)
        .filter((x) => x % 3 === 0).length,
    input: 2_000,
  },
  'a sequential loop of 20 ms': {
    fn: (n: number) => {
      let h = 1
      for (let i = 0; i < n; i++) h = (h * 1_103_515_245 + 12_345) % 2_147_483_648
      return h
    },
    input: 1_000_000,
  },
}

async function smallJobs(): Promise<void> {
  await using swarm = await connect()
  for (const [name, { fn, input }] of Object.entries(jobs)) {
    const job: number[] = []
    const plain: number[] = []
    for (let round = 0; round < rounds; round++) {
      job.push(await msOf(() => swarm.run(fn, input as never)))
      plain.push(await msOf(() => (fn as (input: unknown) => unknown)(input)))
    }
    const here = report('small job, plain', 'ms', plain, { case: name })
    const there = report('small job, on a hub that is up', 'ms', job, { case: name })
    const overMs = Number((there.median - 1.1 * here.median).toFixed(2))
    process.stdout.write(
      `${JSON.stringify({ bench: 'small', case: name, overMs, bestOverMs: Number((there.min - 1.1 * here.min).toFixed(2)), goalMs: 5 })}\n`,
    )
  }
}

const often = {
  'a map of 3 items': 'total += row.map((x) => x + i)[0]',
  'a loop of 3 items': 'for (const x of row) { if (x > i) hits++ }',
  'a sum by reduce': 'total += row.reduce((sum, x) => sum + x, 0)',
  'a find': 'if (row.find((x) => x === i) !== undefined) hits++',
} as const

/** The same loop around a small spot, as a root and as a plain function. */
async function oftenVisited(): Promise<void> {
  for (const [name, statement] of Object.entries(often)) {
    const body = `const row = [1, 2, 3]; let total = 0, hits = 0;\n/* shoal: sequential */\nfor (let i = 0; i < n; i++) { ${statement} }\nreturn total + hits`
    const program = loadProgram(encodeProgram(decompose(`export default function (n) { ${body} }`, 'often.js')))
    const plainFunction = new Function('n', body) as (n: number) => number
    const samples = { root: [] as number[], plain: [] as number[] }
    for (let round = 0; round < 9; round++) {
      samples.root.push(await msOf(() => program.runRoot(rootCall(), host)))
      samples.plain.push(await msOf(() => plainFunction(VISITS)))
    }
    const plain = report('200,000 visits, plain', 'ms', samples.plain, { case: name })
    const root = report('200,000 visits, in a root', 'ms', samples.root, { case: name })
    const usPerVisit = Number((((root.median - plain.median) * 1e3) / VISITS).toFixed(4))
    process.stdout.write(`${JSON.stringify({ bench: 'small', case: name, usPerVisit })}\n`)
  }
}

function rootCall(): RootCall {
  return {
    input: { kind: 'value', bytes: encode(VISITS) },
    seed: 1,
    chunks: null,
    recordedCuts: new Map(),
    slots: () => 4,
    audit: false,
    restored: null,
    spawn: () => Promise.reject(new Error('nothing of this is worth a shard')),
  }
}

async function msOf(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

await oftenVisited()
await smallJobs()
