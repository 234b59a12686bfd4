/** What the shards of a job wrote, collected from every hub that can be asked. */
import type { JobLogs } from '../client/local-hub.ts'
import { familyAttempts } from '../hub/attempts.ts'
import type { Job } from '../hub/job.ts'
import type { HubId } from '../program/ref.ts'
import { FollowedLogs } from './followed-logs.ts'
import type { LiveHub } from './live-hub.ts'

/** Asks all neighbours at once: a hub that wrote something may not have recorded what it ran. */
export async function collectLogs(live: LiveHub, job: Job): Promise<JobLogs> {
  const self = live.hub.state.self
  const others = live.components.network.peers().map(({ hub }) => hub)
  const answers = await Promise.all(others.map(async (hub) => ({ hub, told: await live.logs.ask(hub, job.id) })))
  const own = live.jobs.lines(job.id).map((line) => ({ hub: self, ...line }))
  const heard = new Set([self, ...answers.flatMap(({ hub, told }) => (told === null ? [] : [hub]))])
  return {
    lines: [...own, ...answers.flatMap(({ hub, told }) => (told?.lines ?? []).map((line) => ({ hub, ...line })))],
    missing: [...hubsOf(job)].filter((hub) => !heard.has(hub)).sort(),
    cut: answers.flatMap(({ hub, told }) => (told?.isWhole === false ? [hub] : [])),
  }
}

/** The same while it is written. */
export function followLogs(live: LiveHub, job: Job): FollowedLogs {
  return new FollowedLogs({
    self: live.hub.state.self,
    own: () => live.jobs.numberedLines(job.id),
    neighbours: () => live.components.network.peers().map(({ hub }) => hub),
    ask: (hub, after) => live.logs.ask(hub, job.id, after),
    ran: () => hubsOf(job),
    nowMs: () => performance.now(),
  })
}

/** Hubs that ran something of the job, as far as is known here. */
function hubsOf(job: Job): Set<HubId> {
  const hubs = new Set<HubId>()
  for (const view of job.view.families.values()) for (const { hub } of familyAttempts(view, () => 'lost')) hubs.add(hub)
  return hubs
}
