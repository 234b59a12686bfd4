/** Measures what families send when lists go in parts and objects in excerpts, against all as a whole: bytes, the same on every run. */
import { decompose } from '../src/decompose/decompose.ts'
import { encodeProgram } from '../src/decompose/program-bytes.ts'
import type { RootCall } from '../src/decompose/runtime/contract.ts'
import { loadProgram } from '../src/decompose/runtime/program.ts'
import { encode } from '../src/execute/codec/encode.ts'
import type { Program } from '../src/program/program.ts'
import { host } from './runtime-host.ts'

const SHARDS = 24

const cases: Readonly<Record<string, { readonly body: string; readonly input: unknown }>> = {
  'differences of 100,000 neighbours': {
    body: 'return xs.map((x, i) => x - xs[i - 1])',
    input: { xs: numbers(100_000) },
  },
  'a loop over 20,000 records': {
    body: 'const out = []; for (let i = 0; i < rows.length; i++) out.push(rows[i].id * 2); return out',
    input: { rows: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, tags: [id % 7, id % 11] })) },
  },
  'the same, within the input': {
    body: 'const out = []; for (let i = 0; i < input.rows.length; i++) out.push(input.rows[i].id * input.k); return out',
    input: {
      rows: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, tags: [id % 7, id % 11] })),
      k: 2,
    },
  },
  'records of the input, each with a number of it': {
    body: 'return input.rows.map((row) => row.id * input.k)',
    input: {
      rows: Array.from({ length: 20_000 }, (_, id) => ({ id, name: `row ${id}`, tags: [id % 7, id % 11] })),
      k: 2,
    },
  },
  'two lists of 50,000, item by item': {
    body: 'return xs.map((x, i) => Math.hypot(x, ys[i]))',
    input: { xs: numbers(50_000), ys: numbers(50_000) },
  },
  'windows of 64 over 100,000 numbers': {
    body: `const out = []; for (let i = 0; i < xs.length; i++) { let sum = 0
      for (let j = Math.max(0, i - 63); j <= i; j++) sum += xs[j]
      out.push(sum) } return out`,
    input: { xs: numbers(100_000) },
  },
  'a blur of 512 x 512': {
    body: `const out = new Float64Array(w * h); for (let y = 0; y < h; y++) for (let x = 0; x < w; x++) { let sum = 0
      for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) sum += px[(y + dy) * w + x + dx] ?? 0
      out[y * w + x] = sum } return out`,
    input: { px: Float64Array.from(numbers(512 * 512)), w: 512, h: 512 },
  },
}

for (const [name, { body, input }] of Object.entries(cases)) {
  const source = `export default function (input) { const { xs, ys, rows, px, w, h } = input; ${body} }`
  const program = decompose(source, 'slices.js')
  const [parts, whole] = [await sentBy(program, input), await sentBy(withoutSlices(program), input)]
  const total = (sent: Sent, hubs: number): number => Math.round((sent.shared * hubs + sent.own) / 1e3)
  const kilobytes = {
    parts3: total(parts, 3),
    whole3: total(whole, 3),
    parts16: total(parts, 16),
    whole16: total(whole, 16),
  }
  process.stdout.write(`${JSON.stringify({ bench: 'slices', case: name, ...kilobytes })}\n`)
}

/** Bytes of a family: what every hub gets, and what goes to one shard each. */
interface Sent {
  readonly shared: number
  readonly own: number
}

async function sentBy(program: Program, input: unknown): Promise<Sent> {
  let sent: Sent = { shared: 0, own: 0 }
  const call: RootCall = {
    input: { kind: 'value', bytes: encode(input) },
    seed: 1,
    chunks: SHARDS,
    recordedCuts: new Map(),
    slots: () => 4,
    audit: false,
    restored: null,
    spawn({ shared, slices }) {
      const own = slices.reduce((bytes, slice) => bytes + slice.bytes.byteLength, 0)
      sent = { shared: shared?.byteLength ?? 0, own }
      return Promise.reject(new Error('the family is measured, not run'))
    },
  }
  await loadProgram(encodeProgram(program)).runRoot(call, host)
  return sent
}

function withoutSlices(program: Program): Program {
  const whole = (text: string): string =>
    text.replaceAll(/"slices":\[[^\]]*\]/g, '"slices":[]').replaceAll(/"excerpts":\[.*?\](?=,"nest")/g, '"excerpts":[]')
  return {
    ...program,
    main: whole(program.main),
    chunks: program.chunks.map(({ spot, code }) => ({ spot, code: whole(code) })),
  }
}

function numbers(length: number): number[] {
  return Array.from({ length }, (_, i) => i / 7)
}
