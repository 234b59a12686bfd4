/** Simulates a large swarm in a thread of its own, which may have more memory than a process has by default. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { type ScaleOptions, type ScaleReport, simulateScale } from './scale.ts'

/** What a thousand hubs and their garbage need, with room to spare. */
const HEAP_MIB = 7_168
/** Most of what a message makes is gone with the next: a large nursery lets it die there. */
const NURSERY_MIB = 512

/** Runs the simulations side by side: beside a large one the small ones take next to no time. */
export function simulateScales(runs: readonly ScaleOptions[]): Promise<ScaleReport[]> {
  return Promise.all(runs.map(simulateInThread))
}

function simulateInThread(options: ScaleOptions): Promise<ScaleReport> {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MIB, maxYoungGenerationSizeMb: NURSERY_MIB }
  const worker = new Worker(new URL(import.meta.url), { workerData: options, resourceLimits })
  return new Promise((resolve, reject) => {
    worker.once('message', resolve).once('error', reject)
  })
}

if (!isMainThread && parentPort !== null && isScale(workerData)) {
  parentPort.postMessage(simulateScale(workerData, collectedHeapBytes))
}

/** Without what only waits to be collected, which may be more than the rest. */
function collectedHeapBytes(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc()')
  return getHeapStatistics().used_heap_size
}

function isScale(data: unknown): data is ScaleOptions {
  return typeof data === 'object' && data !== null && 'shardMs' in data && 'hubs' in data
}
