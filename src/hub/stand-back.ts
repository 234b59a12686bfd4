/** What took down a slot of a hub is tried by the others first: three different hubs are to say that it is the shard's fault. */
import type { FamilyView } from '../ledger/view.ts'
import type { HubId } from '../program/ref.ts'
import { mayTake } from './eligible.ts'
import type { Job } from './job.ts'
import type { HubState } from './state.ts'

/** Whether a hub leaves these shards to others, for one of them took down its slot and somebody is there who has not tried that one. */
export function standsBack(
  state: HubState,
  { job, view, lo, hi }: { readonly job: Job; readonly view: FamilyView; readonly lo: number; readonly hi: number },
  hub: HubId,
): boolean {
  if (job.failures.size === 0) return false
  for (let shard = lo; shard < hi; shard++) {
    const tried = job.failures.get(`${view.spec.key}:${shard}`)
    if (tried?.has(hub) === true && hasOther(state, job, tried)) return true
  }
  return false
}

function hasOther(state: HubState, job: Job, tried: ReadonlyMap<HubId, unknown>): boolean {
  return state.members.alive().some((member) => !tried.has(member.hub) && mayTake(member, job))
}
