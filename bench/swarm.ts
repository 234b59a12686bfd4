/** Measures whole hubs as separate processes on this machine. Run: node bench/swarm.ts [rounds] */
import { readFile } from 'node:fs/promises'
import { type EmbeddedSwarm, startEmbeddedSwarm } from '../src/client/embedded-swarm.ts'
import type { HubProcess } from '../src/client/hub-process.ts'
import type { JobReport } from '../src/client/local-hub.ts'
import { makeSubmission, type SubmitOptions } from '../src/client/submission.ts'
import { decodeOutcome } from '../src/execute/codec/outcome.ts'
import { quantile, report, sample } from './report.ts'

const ROUNDS = Number(process.argv[2] ?? 5)
const LATENCY_JOBS = 40
const ITEMS = 10_000

/** A shard that does nothing: what is left is the price of the system. */
function noop(numbers: number[]): number[] {
  return numbers.map((n) => n)
}

function trivial(n: number): number {
  return n + 1
}

/** Blocks without computing, so that two cores can stand for four machines. */
function wait({ items, ms }: { items: number; ms: number }): number[] {
  const numbers = Array.from({ length: items }, (_, i) => i)
  return numbers.map((n) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
    return n
  })
}

await startUp()
await idleSwarm()
await killed()

/** Three hubs from nothing to all of them knowing each other; then what each takes of memory. */
async function startUp(): Promise<void> {
  const resident: number[] = []
  const samples = await sample(ROUNDS, async () => {
    const beganMs = performance.now()
    await using swarm = await startEmbeddedSwarm({ hubs: 3 })
    const tookMs = performance.now() - beganMs
    for (const hub of swarm.hubs) resident.push(await residentMiB(hub.ready.pid))
    return tookMs
  })
  report('start-up to 3 connected hubs', 'ms', samples)
  report('resident memory of an idle hub, slots not counted', 'MiB', resident)
}

async function idleSwarm(): Promise<void> {
  await using swarm = await startEmbeddedSwarm({ hubs: 3 })
  const hub = first(swarm)
  await runJob(hub, trivial, 1)
  const latencies = await sample(Math.max(LATENCY_JOBS, ROUNDS), async () => timed(() => runJob(hub, trivial, 1)))
  const sorted = latencies.toSorted((a, b) => a - b)
  const p99 = Number(quantile(sorted, 0.99).toPrecision(4))
  report('submit to result, one trivial job, idle swarm of 3', 'ms', latencies, { p99 })
  const numbers = Array.from({ length: ITEMS }, (_, i) => i)
  const asShards = await sample(ROUNDS, async () =>
    perSecond(await timed(() => runJob(hub, noop, numbers, { chunks: ITEMS }))),
  )
  report('no-op shards per second, 10,000 items as 10,000 shards', '1/s', asShards)
  const asMap = await sample(ROUNDS, async () => perSecond(await timed(() => runJob(hub, noop, numbers))))
  report('items per second, 10,000 no-op items as a plain map', '1/s', asMap)
}

/** 200 shards of 100 ms on 4 hubs, without a fault and with one hub killed at 30 %, in turn. */
async function killed(): Promise<void> {
  const calm: number[] = []
  const walls: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    calm.push(await waitingJob(() => undefined))
    walls.push(await waitingJob((swarm) => swarm.hubs.at(-1)?.kill()))
  }
  const idealMs = (200 * 100) / 4
  const idealKilledMs = (0.3 * 200 * 100) / 4 + (0.7 * 200 * 100) / 3
  report('200 shards of 100 ms on 4 hubs', 'ms', calm, { ideal: idealMs })
  report('the same, one hub killed at 30 %', 'ms', walls, { ideal: Math.round(idealKilledMs) })
  const extra = walls.map((wall, round) => wall - (calm[round] ?? wall) - (idealKilledMs - idealMs))
  report('extra time after a SIGKILL, beyond the lost capacity', 'ms', extra)
}

/** @returns wall milliseconds of the job; `strike` is called once at 30 %. */
async function waitingJob(strike: (swarm: EmbeddedSwarm) => void): Promise<number> {
  await using swarm = await startEmbeddedSwarm({ hubs: 4 })
  const hub = first(swarm)
  await runJob(hub, wait, { items: 8, ms: 1 }, { chunks: 8 })
  const job = await hub.remote.submit(await makeSubmission(wait, { items: 200, ms: 100 }, { chunks: 200 }))
  let hasStruck = false
  for await (const event of hub.remote.events(job)) {
    if (hasStruck || event.type !== 'progress' || event.summary.shards.done < 260) continue
    hasStruck = true
    strike(swarm)
  }
  const report = await hub.remote.job(job)
  if (report.status !== 'done') throw new Error(`the job ended as ${report.status}`)
  return report.wallMs
}

async function runJob<Input>(
  hub: HubProcess,
  code: (input: Input) => unknown,
  input: Input,
  options: SubmitOptions = {},
): Promise<JobReport | null> {
  const job = await hub.remote.submit(await makeSubmission(code, input, options))
  const outcome = decodeOutcome(await hub.remote.result(job, { wait: true }))
  if (outcome.kind === 'error') throw new Error(outcome.error.message)
  return null
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now()
  await work()
  return performance.now() - beganMs
}

function perSecond(ms: number): number {
  return (ITEMS * 1000) / ms
}

function first(swarm: EmbeddedSwarm): HubProcess {
  const hub = swarm.hubs[0]
  if (hub === undefined) throw new Error('a swarm has hubs')
  return hub
}

async function residentMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024
}
