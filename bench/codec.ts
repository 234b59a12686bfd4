/** Measures the value codec against v8.serialize in the same run; one JSON line per case. */
import { deserialize, serialize } from 'node:v8'
import { decode } from '../src/execute/codec/decode.ts'
import { encode } from '../src/execute/codec/encode.ts'

const rounds = 41

const cases: Readonly<Record<string, unknown>> = {
  records: Array.from({ length: 10_000 }, (_, id) => ({
    id,
    name: `name${id}`,
    value: id * 1.5,
    tags: ['a', `b${id % 7}`],
  })),
  strings: Array.from({ length: 50_000 }, (_, at) => `some text number ${at}`),
  integers: Array.from({ length: 100_000 }, (_, at) => (at * 7919) % 65_536),
  fractions: Array.from({ length: 100_000 }, (_, at) => at / 3),
  float64Array: Float64Array.from({ length: 500_000 }, (_, at) => at / 3),
  nested: Array.from({ length: 5_000 }, (_, at) => ({
    at: { x: at, y: at / 2 },
    kind: 'point',
    more: [{ deep: [at] }],
  })),
  map: new Map(Array.from({ length: 10_000 }, (_, at) => [`key${at}`, { at }])),
  longText: 'The quick brown fox jumps over the lazy dog. '.repeat(25_000),
}

function millisecondsOf(work: () => unknown): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** Medians of interleaved rounds, so that a busy moment hits all alike. */
function mediansOf(works: readonly (() => unknown)[]): number[] {
  const times = works.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    works.forEach((work, at) => {
      times[at]?.push(millisecondsOf(work))
    })
  }
  return times.map((list) => list.sort((a, b) => a - b)[rounds >> 1] ?? 0)
}

for (const [name, value] of Object.entries(cases)) {
  const bytes = encode(value)
  const v8Bytes = serialize(value)
  const works = [() => encode(value), () => serialize(value), () => decode(bytes), () => deserialize(v8Bytes)]
  const [encodeMs = 0, v8EncodeMs = 0, decodeMs = 0, v8DecodeMs = 0] = mediansOf(works)
  const line = {
    bench: 'codec',
    case: name,
    encodeMs: Number(encodeMs.toFixed(3)),
    encodeSpeedToV8: Number((v8EncodeMs / encodeMs).toFixed(2)),
    decodeMs: Number(decodeMs.toFixed(3)),
    decodeSpeedToV8: Number((v8DecodeMs / decodeMs).toFixed(2)),
    bytesToV8: Number((bytes.byteLength / v8Bytes.byteLength).toFixed(2)),
  }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
