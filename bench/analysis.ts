/**
 * How long the analysis of a function takes: first call, 60 lines warm, 2,000 lines; medians as JSON lines, beside parsing alone. The CPU time
 * of the thread says more than the clock where others use the machine.
 */
import { decompose } from '../src/decompose/decompose.ts'
import { parseModule } from '../src/decompose/syntax/parse.ts'

const ROUNDS = 40
const PARTS = 34

/** About 60 lines with the usual mix: helpers, array calls, nested loops, counts, an early end. */
function part(n: number): string {
  return `
const LIMIT_${n} = ${n} * 10
class Item_${n} {
  constructor(id, weight) {
    this.id = id
    this.weight = weight
  }
  score(k) {
    return this.weight * k + this.id
  }
}
function parse_${n}(line) {
  const [id, weight, tags] = line.split(',')
  return { id: Number(id), weight: Number(weight), tags: tags.split(' ') }
}
function distance_${n}(a, b) {
  let sum = 0
  for (let i = 0; i < a.length; i++) {
    const d = a[i] - b[i]
    sum += d * d
  }
  return Math.sqrt(sum)
}
function work_${n}(lines, points) {
  const rows = lines.map(parse_${n}).filter((row) => row.weight > LIMIT_${n})
  const items = rows.map((row) => new Item_${n}(row.id, row.weight))
  const counts = new Map()
  for (const row of rows) {
    for (const tag of row.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  }
  const table = new Float64Array(points.length * points.length)
  for (let y = 0; y < points.length; y++) {
    for (let x = 0; x < points.length; x++) {
      table[y * points.length + x] = distance_${n}(points[y], points[x])
    }
  }
  let best = null
  for (const item of items) {
    if (item.score(3) > LIMIT_${n}) {
      best = item
      break
    }
  }
  let total = 0
  for (const row of rows) total += row.weight * 0.5
  const previous = []
  for (let i = 1; i < rows.length; i++) {
    previous.push(rows[i].weight - rows[i - 1].weight)
  }
  const sorted = [...rows].sort((a, b) => a.weight - b.weight)
  return { rows, items, counts, table, best, total, previous, sorted }
}
`
}

function moduleOf(parts: number): string {
  const indices = Array.from({ length: parts }, (_, index) => index)
  const calls = indices.map((n) => `  const r_${n} = work_${n}(input.lines, input.points)`).join('\n')
  const names = indices.map((n) => `r_${n}`).join(', ')
  return `${indices.map(part).join('')}export default async function (input) {\n${calls}\n  return [${names}]\n}\n`
}

interface Times {
  /** Median. */
  readonly wallMs: number
  /** Mean: the clock of a thread's CPU time is too coarse for one round. */
  readonly cpuMs: number
}

function medians(rounds: number, run: () => void): Times {
  const before = process.threadCpuUsage()
  const times = Array.from({ length: rounds }, () => {
    const startMs = performance.now()
    run()
    return performance.now() - startMs
  })
  const { user, system } = process.threadCpuUsage(before)
  return { wallMs: times.sort((a, b) => a - b)[rounds >> 1] ?? 0, cpuMs: (user + system) / 1e3 / rounds }
}

function report(what: string, source: string, { wallMs, cpuMs }: Times, rounds: number): void {
  const parsed = medians(rounds, () => {
    parseModule(source, 'bench.js')
  })
  const lines = source.split('\n').length
  const shown = (ms: number): number => Math.round(ms * 100) / 100
  const figures = {
    medianMs: shown(wallMs),
    cpuMs: shown(cpuMs),
    parseMs: shown(parsed.wallMs),
    ratio: shown(cpuMs / parsed.cpuMs),
  }
  process.stdout.write(`${JSON.stringify({ bench: 'analysis', what, lines, ...figures })}\n`)
}

const small = moduleOf(1)
const large = moduleOf(PARTS)
const firstTimes = medians(1, () => {
  decompose(small, 'bench.js')
})
report('first call', small, firstTimes, ROUNDS)
for (let round = 0; round < ROUNDS; round++) decompose(small, 'bench.js')
const warm = (source: string, rounds: number): Times =>
  medians(rounds, () => {
    decompose(source, 'bench.js')
  })
report('warm', small, warm(small, ROUNDS), ROUNDS)
report('long', large, warm(large, 7), 7)
