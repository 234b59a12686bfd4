/** What a swarm of many hubs costs each of them: messages, bytes, memory, and how near the ideal time a job ends. */
import { simJob } from './kernel/workload.ts'
import { hubName, SimWorld } from './kernel/world.ts'

export interface ScaleOptions {
  readonly seed: number
  readonly hubs: number
  readonly shards: number
  readonly shardMs: number
}

export interface ScaleReport {
  readonly schema: 1
  readonly hubs: number
  readonly shards: number
  readonly completed: boolean
  readonly messagesPerHubPerSecond: number
  readonly bytesPerHubPerSecond: number
  readonly makespanToIdeal: number
  readonly heapBytesPerHub: number
  readonly executionsPerShard: number
  /** Events of the simulated world, and uses of the rules of the protocol. */
  readonly events: number
  readonly covered: Readonly<Record<string, number>>
}

const BEGIN_MS = 1_000
const END_MS = 600_000

/** `heapBytes` tells the heap in use after a collection. */
export function simulateScale(options: ScaleOptions, heapBytes: () => number): ScaleReport {
  const { hubs, shards, shardMs } = options
  const beforeBytes = heapBytes()
  const world = new SimWorld({
    seed: options.seed,
    hubs,
    countBytes: true,
    checkpointWorkMs: 10_000,
    tickMs: 1,
    keepsHistory: false,
    link: { jitterMs: 0 },
  })
  world.runFor(BEGIN_MS)
  const [messages, bytes] = [world.network.messages, world.network.bytes]
  world.submit(simJob('job-1', hubName(0), [{ shards, workMs: () => shardMs }]), 0)
  const completed = world.runUntil(() => world.isDoneAt(0, 'job-1'), END_MS)
  const wallMs = world.events.nowMs - BEGIN_MS
  const perHubSecond = (count: number) => Math.round((count / hubs / (wallMs / 1000)) * 10) / 10
  return {
    schema: 1,
    hubs,
    shards,
    completed,
    messagesPerHubPerSecond: perHubSecond(world.network.messages - messages),
    bytesPerHubPerSecond: perHubSecond(world.network.bytes - bytes),
    makespanToIdeal: Math.round((wallMs / ((shards * shardMs) / hubs)) * 1000) / 1000,
    heapBytesPerHub: Math.round((heapBytes() - beforeBytes) / hubs),
    executionsPerShard: Math.round((world.executions.length / (shards + 1)) * 1000) / 1000,
    events: world.events.count,
    covered: Object.fromEntries(world.rules.counts),
  }
}
