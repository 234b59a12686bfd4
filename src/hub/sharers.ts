/** How many pieces of work share a hub's cores: a root takes no slot, but cores it needs like any other. */
import { type Job, rootView } from './job.ts'
import type { Member } from './membership.ts'
import type { OwnRun } from './own-run.ts'
import type { HubState } from './state.ts'

/** What a run of this hub shares its cores with, itself included: shards are taken to fill all slots, a root finds what there is. */
export function sharersOf(state: HubState, run: OwnRun): number {
  if (!run.isRoot) return state.init.slots
  let sharers = 0
  for (const { state: now, isRoot, computes } of state.runs.values()) {
    if (now === 'running' && (!isRoot || computes)) sharers++
  }
  return Math.max(1, sharers)
}

/** The same on another hub, for the root of a job that is there or might be: busy slots, and all roots. */
export function rootSharersAt(state: HubState, { hub, slotFreeMs }: Member, root: Job): number {
  let sharers = 1
  for (const freeMs of slotFreeMs) if (freeMs > state.nowMs) sharers++
  for (const job of state.activeJobs()) if (job !== root && rootView(job).holder(0)?.hub === hub) sharers++
  return sharers
}
