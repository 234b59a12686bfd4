/**
 * A recorded workflow on real hubs of this machine, against an offline HEFT plan carried out by the same kind of slots without
 * any hub. Run: node bench/workflow.ts [FILE] [hubs] [mean milliseconds per node] [rounds]
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseDag } from '../simulations/workflow/dag.ts'
import { freshState, heftPlan, type Place, upwardRanks } from '../simulations/workflow/heft.ts'
import type { WorkflowWorld } from '../simulations/workflow/world.ts'
import { startEmbeddedSwarm } from '../src/client/embedded-swarm.ts'
import { makeSubmission } from '../src/client/submission.ts'
import { ProcessSlotPool } from '../src/execute/pool.ts'
import { durations, shellLimits } from '../src/limits.ts'
import { median } from './report.ts'

const data = process.env.SHOAL_DATA ?? fileURLToPath(new URL('../../shared/data', import.meta.url))
const [file = join(data, 'workflows/montage-dss-05d.json'), hubsText = '2', meanText = '100', roundsText = '5'] =
  process.argv.slice(2)
const [hubs, meanMs, rounds] = [Number(hubsText), Number(meanText), Number(roundsText)]
const recorded: { tasks: { runtime_s: number }[] } = JSON.parse(readFileSync(file, 'utf8'))
const meanRecordedMs = (1000 * recorded.tasks.reduce((sum, task) => sum + task.runtime_s, 0)) / recorded.tasks.length
const timeScale = meanMs / meanRecordedMs
const dag = parseDag(recorded, file)
const submission = await makeSubmission(file, undefined, { timeScale })
const plan = offlinePlan()

const byHubs: number[] = []
const byPlan: number[] = []
await using swarm = await startEmbeddedSwarm({ hubs })
const pools = Array.from({ length: hubs }, () => new ProcessSlotPool({ size: 1, log: () => undefined }))
await Promise.all(pools.map((pool) => pool.start()))
try {
  for (let round = 0; round <= rounds; round++) {
    const [shoalMs, heftMs] = [await onHubs(), await onPlan()]
    // The first round warms processes and compiled code up, on both sides.
    if (round === 0) continue
    byHubs.push(shoalMs)
    byPlan.push(heftMs)
  }
} finally {
  await Promise.all(pools.map((pool) => pool.stop()))
}
const ratio = Math.round((1000 * median(byHubs)) / median(byPlan)) / 1000
const line = {
  bench: 'workflow',
  nodes: dag.work.length,
  hubs,
  meanMs,
  rounds,
  shoalMs: median(byHubs),
  heftMs: median(byPlan),
}
process.stdout.write(`${JSON.stringify({ ...line, ratio })}\n`)

async function onHubs(): Promise<number> {
  const remote = swarm.hubs[0]?.remote
  if (remote === undefined) throw new Error('a swarm without hubs')
  const beganMs = performance.now()
  const job = await remote.submit(submission)
  await remote.result(job, { wait: true })
  const tookMs = performance.now() - beganMs
  await remote.acknowledge(job)
  return Math.round(tookMs)
}

/** Every slot works its nodes off in the order of the plan, each as soon as its parents have ended. */
async function onPlan(): Promise<number> {
  const ended = dag.work.map(() => Promise.withResolvers<void>())
  const beganMs = performance.now()
  await Promise.all(
    pools.map(async (pool, machine) => {
      const own = plan.filter((place) => place.machine === machine).sort((a, b) => a.start - b.start)
      for (const { node } of own) {
        await Promise.all((dag.parents[node] ?? []).map((edge) => ended[edge.node]?.promise))
        await runNode(pool, node)
        ended[node]?.resolve()
      }
    }),
  )
  return Math.round(performance.now() - beganMs)
}

function runNode(pool: ProcessSlotPool, node: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const setting = {
    job: 'heft',
    program: { key: 'heft', bytes: submission.program },
    seed: 1,
    clockMs: 0,
    audit: false,
  }
  const shard = { index: node, lo: node, hi: node + 1, input: null, parents: [], restored: null }
  const limits = { shardDeadlineMs: durations.shardDeadlineMs, memoryBytesMax: shellLimits.slotMemoryBytesMax }
  const request = { setting, family: 'f1', spot: 0, items: dag.work.length, shared: null, shards: [shard], limits }
  const nothing = () => undefined
  pool.run(request, {
    results: nothing,
    checkpoint: nothing,
    progress: nothing,
    log: nothing,
    ended: (end) => (end.kind === 'complete' ? resolve() : reject(new Error(`node ${node} ended ${end.kind}`))),
  })
  return promise
}

function offlinePlan(): Place[] {
  const machine = { speed: 1, slots: 1, load: flat(), forecast: flat(), diesAt: null }
  const world: WorkflowWorld = {
    machines: Array.from({ length: hubs }, () => machine),
    latency: 0,
    bandwidth: Array.from({ length: hubs }, () => new Array<number>(hubs).fill(1e12)),
    workFactor: dag.work.map(() => 1),
    edgeScale: 0,
    straggle: new Map(),
  }
  return heftPlan(world, dag, upwardRanks(world, dag), freshState(world, dag))
}

function flat() {
  return { times: [0], levels: [0], period: null }
}
