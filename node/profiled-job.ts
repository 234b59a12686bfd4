/** The families of a real job, with what each shard took: the job is run once, on one hub of this machine. */
import type { FamilyPlan } from '../simulations/kernel/workload.ts'
import { startEmbeddedSwarm } from '../src/client/embedded-swarm.ts'
import type { JobReport } from '../src/client/local-hub.ts'
import { ShoalError } from '../src/errors.ts'
import { ROOT_FAMILY } from '../src/program/family.ts'
import { prepareSubmission, type RunRequest } from './prepare-submission.ts'

/** A shard that took no measurable time still costs this much, in milliseconds. */
const COST_MS_MIN = 0.05

/**
 * @param chunks as many shards as the simulated swarm should have to share out of each family.
 * @throws ShoalError SHOAL_JOB_FAILED when the job itself fails.
 */
export async function profileJob(
  file: string,
  options: { input: string | undefined; scale: number | undefined; chunks: number | undefined },
): Promise<{ families: FamilyPlan[]; rootMs: number }> {
  const request: RunRequest = {
    file,
    ...options,
    name: undefined,
    deadlineMs: undefined,
    audit: false,
    isolation: undefined,
    timeScale: undefined,
    bytesScale: undefined,
  }
  const submission = await prepareSubmission(request)
  await using swarm = await startEmbeddedSwarm({ hubs: 1 })
  const [hub] = swarm.hubs
  if (hub === undefined) throw new Error('an embedded swarm without a hub')
  const job = await hub.remote.submit(submission)
  await hub.remote.result(job, { wait: true })
  const report = await hub.remote.job(job)
  if (report.status !== 'done') {
    throw new ShoalError('SHOAL_JOB_FAILED', `the profile run failed: ${report.error?.message}`, {
      next: `run it alone: shoal run ${file}`,
    })
  }
  return { families: familiesOf(report), rootMs: rootMs(report) }
}

/** What the root did itself: its time without that in which shards ran. It holds the start of its slot too, which is no work. */
function rootMs({ attempts }: Pick<JobReport, 'attempts'>): number {
  const root = attempts.find(({ family }) => family === ROOT_FAMILY)
  let ms = 0
  let untilMs = root?.startMs ?? 0
  for (const { startMs, endMs } of attempts.toSorted((a, b) => a.startMs - b.startMs)) {
    if (endMs === null) continue
    if (startMs === root?.startMs && endMs === root.endMs) continue
    ms += Math.max(0, startMs - untilMs)
    untilMs = Math.max(untilMs, endMs)
  }
  return ms + Math.max(0, (root?.endMs ?? untilMs) - untilMs)
}

/** Costs of finished attempts, by family in the order of the root. */
export function familiesOf(report: Pick<JobReport, 'attempts' | 'familyReports'>): FamilyPlan[] {
  return report.familyReports
    .filter((family) => family.sequence > 0)
    .toSorted((a, b) => a.sequence - b.sequence)
    .map((family) => {
      const costs = new Map<number, number>()
      for (const { family: of, shard, startMs, endMs, status } of report.attempts) {
        if (of !== family.family || status !== 'done' || endMs === null) continue
        costs.set(Number(shard.split(':')[1]), Math.max(COST_MS_MIN, endMs - startMs))
      }
      return { shards: family.shards, workMs: (shard: number) => costs.get(shard) ?? COST_MS_MIN }
    })
}
