/** Made load series of the kinds that machines show, from a seed: what no forecast was fitted to. */
import { Random } from '../../simulations/kernel/random.ts'
import type { BacktestRow, JobRun } from '../../src/forecast/backtest.ts'
import type { Series } from './judgement.ts'

const rowsPerSeries = 3000

/** Jobs back to back (cpu, memory, network), a day of requests, spikes over a base, a drifting level, and noise that teaches nothing. */
export function madeSeries(): Series[] {
  const [one, other] = [jobMachine(1, 14), jobMachine(2, 24)]
  return [
    { name: 'jobs-1-cpu', rows: one.cpu, jobs: one.jobs },
    { name: 'jobs-2-cpu', rows: other.cpu, jobs: other.jobs },
    { name: 'jobs-1-memory', rows: one.memory },
    { name: 'jobs-2-network', rows: other.network },
    { name: 'requests', rows: requests(3) },
    { name: 'spikes', rows: spikes(4) },
    { name: 'drift', rows: drift(5) },
    { name: 'walk', rows: walk(6) },
  ]
}

/** Phases of a job: seconds, and the levels they hold. */
interface Phase {
  readonly seconds: number
  readonly cpu: number
  readonly memory: number
  readonly network: number
}

interface JobMachine {
  readonly cpu: BacktestRow[]
  readonly memory: BacktestRow[]
  readonly network: BacktestRow[]
  readonly jobs: JobRun[]
}

/** A machine that runs `kinds` kinds of jobs in a shuffled order, each run a little different from the last. */
function jobMachine(seed: number, kinds: number): JobMachine {
  const random = new Random(seed, 'jobs')
  const programs = Array.from({ length: kinds }, () => phases(random))
  const machine: JobMachine = { cpu: [], memory: [], network: [], jobs: [] }
  const runs = new Map<number, number>()
  while (machine.cpu.length < rowsPerSeries) {
    const kind = random.below(kinds)
    const run = (runs.get(kind) ?? 0) + 1
    runs.set(kind, run)
    const start = machine.cpu.length
    runJob(machine, programs[kind] ?? [], random)
    machine.jobs.push({ start, end: machine.cpu.length, job: `program${kind}_small_${run}` })
    idle(machine, 2 + random.below(3), random)
  }
  return machine
}

function phases(random: Random): Phase[] {
  return Array.from({ length: 3 + random.below(6) }, () => ({
    seconds: 2 + random.below(14),
    cpu: random.chance(0.3) ? random.between(90, 100) : random.between(5, 70),
    memory: random.between(20, 70),
    network: random.chance(0.6) ? random.between(10, 200) : random.between(1e4, 8e4),
  }))
}

function runJob(machine: JobMachine, program: readonly Phase[], random: Random): void {
  const pace = random.between(0.9, 1.1)
  for (const phase of program) {
    const seconds = Math.max(1, Math.round(phase.seconds * pace + random.between(-1, 1)))
    for (let second = 0; second < seconds; second++) push(machine, phase, random)
  }
}

function idle(machine: JobMachine, seconds: number, random: Random): void {
  for (let second = 0; second < seconds; second++)
    push(machine, { seconds: 1, cpu: 2, memory: 18, network: 20 }, random)
}

function push({ cpu, memory, network }: JobMachine, phase: Phase, random: Random): void {
  const timestamp = cpu.length
  const before = memory.at(-1)?.value ?? phase.memory
  cpu.push({ timestamp, value: percent(phase.cpu + 12 * bell(random)) })
  memory.push({ timestamp, value: percent(before + 0.2 * (phase.memory - before) + 0.3 * bell(random)) })
  network.push({ timestamp, value: phase.network * Math.exp(0.4 * bell(random)) })
}

/** Requests per minute over days, with lunch breaks and noise that grows with the level. */
function requests(seed: number): BacktestRow[] {
  const random = new Random(seed, 'requests')
  return series((row) => {
    const day = (2 * Math.PI * row) / 480
    const level = 400 + 250 * Math.sin(day) + 120 * Math.sin(2 * day + 1)
    return Math.max(0, level + 2 * Math.sqrt(level) * bell(random))
  })
}

/** A quiet base with a repeating pattern and rare spikes of a few samples. */
function spikes(seed: number): BacktestRow[] {
  const random = new Random(seed, 'spikes')
  let left = 0
  return series((row) => {
    if (left === 0 && random.chance(0.02)) left = 1 + random.below(6)
    left = Math.max(0, left - 1)
    const base = 12 + (row % 12 < 2 ? 9 : 0) + 1.5 * bell(random)
    return percent(left > 0 ? base + random.between(30, 70) : base)
  })
}

/** A level that pulls back to its middle, in steps that last. */
function drift(seed: number): BacktestRow[] {
  const random = new Random(seed, 'drift')
  let [level, middle] = [40, 40]
  return series(() => {
    if (random.chance(0.004)) middle = random.between(15, 75)
    level += 0.08 * (middle - level) + 3 * bell(random)
    return percent(level + 2 * bell(random))
  })
}

/** Nothing to learn: the present is the best forecast there is. */
function walk(seed: number): BacktestRow[] {
  const random = new Random(seed, 'walk')
  let level = 50
  return series(() => {
    level = percent(level + bell(random))
    return level
  })
}

function series(value: (row: number) => number): BacktestRow[] {
  return Array.from({ length: rowsPerSeries }, (_, row) => ({ timestamp: row, value: value(row) }))
}

/** About normal, spread 1: the sum of twelve uniform draws. */
function bell(random: Random): number {
  let sum = -6
  for (let draw = 0; draw < 12; draw++) sum += random.next()
  return sum
}

function percent(value: number): number {
  return Math.min(Math.max(value, 0), 100)
}
