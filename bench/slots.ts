/** Measures slots: prints one JSON line per figure, the median of several rounds. Run: node bench/slots.ts */
import { ProcessSlotPool } from '../src/execute/pool.ts'
import type { RunEnd, RunListener, RunRequest, ShardWork } from '../src/execute/slots.ts'
import { lacking, launcherAt, type Walled, walled } from '../test/execute/isolation/levels.ts'

const MiB = 1024 * 1024
const runtimeUrl = new URL('../test/fixtures/scripted-runtime.ts', import.meta.url).href

const levels = ['L0', ...walled.filter((level) => lacking(level) === false)] as const

const scripts = {
  nothing: 'return 0',
  spin: 'host.log("spinning"); for(;;){}',
  echo: 'return call.work.input.byteLength',
  // About 5 ms of arithmetic, whatever the clock says: walls must not look faster by measuring differently.
  work: 'let s = 0; for (let i = 0; i < 2.5e6; i++) s += Math.sqrt(i ^ s); return s',
}

for (const level of levels) {
  await measure(`cold start at ${level}`, 'ms', 5, async () => {
    const pool = newPool(level)
    const began = performance.now()
    await pool.start()
    const took = performance.now() - began
    await pool.stop()
    return took
  })
}

await compareLevels()

const pool = newPool()
await pool.start()
await run(pool, scripts.nothing, 20_000)
await measure('no-op round trip', 'us', 5, () => perUnit(300, () => run(pool, scripts.nothing, 1)))
for (const batch of [64, 256, 4096, 20_000]) {
  await measure(`shards per second, runs of ${batch}`, '1/s', 7, async () => {
    const rounds = Math.max(1, Math.floor(40_000 / batch))
    return (batch * 1e6) / (await perUnit(rounds, () => run(pool, scripts.nothing, batch)))
  })
}
await measure('1 MiB input', 'ms', 7, async () => (await perUnit(5, () => run(pool, scripts.echo, 1, MiB))) / 1000)
await measure(
  '64 MiB input',
  'ms',
  3,
  async () => (await perUnit(1, () => run(pool, scripts.echo, 1, 64 * MiB))) / 1000,
)
await measure('kill of an infinite loop, grace of 100 ms included', 'ms', 7, () => killSpinning(pool))
await measure('next run after that kill', 'us', 5, async () => {
  await killSpinning(pool)
  return perUnit(1, () => run(pool, scripts.nothing, 1))
})
await pool.stop()

async function killSpinning(pool: ProcessSlotPool): Promise<number> {
  const spinning = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<RunEnd>()
  const handle = pool.run(request(scripts.spin, 1), { ...listener(ended.resolve), log: () => spinning.resolve() })
  await spinning.promise
  const began = performance.now()
  handle.cancel()
  await ended.promise
  return performance.now() - began
}

async function run(target: ProcessSlotPool, script: string, shards: number, inputBytes = 0): Promise<void> {
  const ended = Promise.withResolvers<RunEnd>()
  target.run(request(script, shards, inputBytes), listener(ended.resolve))
  const end = await ended.promise
  if (end.kind !== 'complete') throw new Error(JSON.stringify(end))
}

function request(script: string, shards: number, inputBytes = 0): RunRequest {
  const input = inputBytes === 0 ? null : new Uint8Array(inputBytes)
  const works = Array.from(
    { length: shards },
    (_, index): ShardWork => ({ index, lo: index, hi: index + 1, input, parents: [], restored: null }),
  )
  const program = { key: script, bytes: Buffer.from(JSON.stringify({ shard: script })) }
  return {
    setting: { job: script, program, seed: 1, clockMs: 0, audit: false },
    family: 'bench',
    spot: 0,
    items: shards,
    shared: null,
    shards: works,
    limits: { shardDeadlineMs: 60_000, memoryBytesMax: 1024 * MiB },
  }
}

function listener(ended: (end: RunEnd) => void): RunListener {
  const ignore = (): void => undefined
  return { results: ignore, checkpoint: ignore, progress: ignore, log: ignore, ended }
}

function newPool(level: 'L0' | Walled = 'L0'): ProcessSlotPool {
  return new ProcessSlotPool({ size: 1, log: () => undefined, runtimeUrl, launcher: launcherAt(level, true) })
}

/** Walls against the plain process: rounds alternate, so that the machine's moods meet all levels alike. */
async function compareLevels(): Promise<void> {
  const pools = new Map(levels.map((level) => [level, newPool(level)]))
  for (const each of pools.values()) {
    await each.start()
    await run(each, scripts.nothing, 20_000)
    await run(each, scripts.work, 20)
  }
  const loads = {
    'no-op shards, runs of 64': [scripts.nothing, 64, 1_000],
    'shards of 5 ms, runs of 64': [scripts.work, 64, 1],
  } as const
  for (const [name, [script, shards, rounds]] of Object.entries(loads)) {
    const rates = new Map<string, number[]>()
    const cpus = new Map<string, number[]>()
    for (let round = 0; round < 7; round++) {
      for (const [level, each] of pools) {
        const before = cpuSeconds(each)
        const rate = (shards * 1e6) / (await perUnit(rounds, () => run(each, script, shards)))
        rates.set(level, [...(rates.get(level) ?? []), rate])
        cpus.set(level, [...(cpus.get(level) ?? []), cpuSeconds(each) - before])
      }
    }
    const plain = middle(rates.get('L0') ?? [])
    const plainCpu = middle(cpus.get('L0') ?? [])
    for (const [level, found] of rates) {
      const line = {
        bench: 'slots',
        name: `${name}, at ${level}`,
        unit: '1/s',
        median: round(middle(found)),
        toPlain: round(middle(found) / plain),
        // What the same work costs the slot: a machine with other things to do does not change that.
        cpuToPlain: round(plainCpu / middle(cpus.get(level) ?? [])),
      }
      console.log(JSON.stringify({ ...line, rounds: found.length }))
    }
  }
  for (const [level, each] of pools) {
    await measure(`kill of an infinite loop at ${level}, grace of 100 ms included`, 'ms', 5, () => killSpinning(each))
    await each.stop()
  }
}

function cpuSeconds(pool: ProcessSlotPool): number {
  return [...pool.usage().values()].reduce((sum, { cpuSeconds: own }) => sum + own, 0)
}

function middle(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length / 2)] ?? Number.NaN
}

/** Microseconds per round. */
async function perUnit(rounds: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  for (let round = 0; round < rounds; round++) await work()
  return ((performance.now() - began) * 1000) / rounds
}

async function measure(name: string, unit: string, rounds: number, sample: () => Promise<number>): Promise<void> {
  const samples: number[] = []
  for (let round = 0; round < rounds; round++) samples.push(await sample())
  samples.sort((a, b) => a - b)
  const median = samples[Math.floor(rounds / 2)] ?? Number.NaN
  const line = { bench: 'slots', name, unit, median: round(median), least: round(samples[0] ?? Number.NaN), rounds }
  console.log(JSON.stringify(line))
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
