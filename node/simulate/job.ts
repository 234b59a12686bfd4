/** A user's own job in a simulated swarm: a module, whose shards and costs a run on this machine tells, or a workflow. */
import { basename } from 'node:path'
import type { FamilyPlan } from '../../simulations/kernel/workload.ts'
import { parseDag } from '../../simulations/workflow/dag.ts'
import { ShoalError } from '../../src/errors.ts'
import type { Arguments } from '../arguments.ts'
import { readJson } from '../read-json.ts'
import { SHARDS_MAX } from './bounds.ts'

const SHARDS_PER_HUB = 8
const WORK_SCALE_MAX = 1e9

export interface SimulatedJob {
  readonly families: readonly FamilyPlan[]
  readonly rootMs: number
}

/** @throws ShoalError when the file is neither, or the job fails on this machine. */
export async function simulatedJob(args: Arguments, file: string, hubs: number): Promise<SimulatedJob> {
  const scale = args.number('work-scale') ?? 1
  if (!(scale > 0 && scale <= WORK_SCALE_MAX))
    throw new ShoalError('SHOAL_USAGE', `simulate: --work-scale ${scale}`, {
      next: `above 0, at most ${WORK_SCALE_MAX}`,
    })
  const { families, rootMs } = file.endsWith('.json') ? await workflow(file) : await profiled(args, file, hubs)
  if (scale === 1) return { families, rootMs }
  return {
    // The root's time is mostly that of starting, unless there is nothing else.
    rootMs: families.length === 0 ? rootMs * scale : rootMs,
    families: families.map((family) => ({ ...family, workMs: (shard: number) => family.workMs(shard) * scale })),
  }
}

/** Work as in `simulate workflow`: scaled so that the mean is one second. */
async function workflow(file: string): Promise<SimulatedJob> {
  const dag = parseDag(await readJson(file), basename(file))
  const edges = dag.edges.map(([from, to]) => ({ from, to }))
  const workMs = (shard: number) => (dag.work[shard] ?? 1) * 1000
  return { families: [{ shards: dag.work.length, workMs, edges, isCostKnown: true }], rootMs: 0 }
}

/** As many shards as keep every simulated hub busy, unless told otherwise. */
async function profiled(args: Arguments, file: string, hubs: number): Promise<SimulatedJob> {
  const { profileJob } = await import('../profiled-job.ts')
  const chunks = args.whole('chunks', 1, SHARDS_MAX) ?? SHARDS_PER_HUB * hubs
  return profileJob(file, { input: args.text('input'), scale: args.number('scale'), chunks })
}
