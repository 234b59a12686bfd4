/** Whether a hub may run a job's shards at all: what it needs is a hard filter for whoever plans, takes over or copies. */
import { fits } from '../cost/capability.ts'
import type { HubId } from '../program/ref.ts'
import type { Job } from './job.ts'
import type { Member } from './membership.ts'

export function mayRun(
  job: Pick<Job, 'manifest'>,
  { hub, labels }: { hub: HubId; labels: Readonly<Record<string, string>> },
): boolean {
  const { submitter, options } = job.manifest
  return fits(options.needs, { compute: true, labels, isForeign: submitter !== hub })
}

/** Whether a hub takes work now, and may run shards of this job. */
export function mayTake(member: Member, job: Pick<Job, 'manifest'>): boolean {
  return takesWork(member) && mayRun(job, { hub: member.hub, labels: member.beacon?.labels ?? {} })
}

/** Whether a hub takes any work now. One that was never heard of does not. */
export function takesWork({ beacon }: Member): boolean {
  return beacon?.compute === true && !beacon.leaving
}
