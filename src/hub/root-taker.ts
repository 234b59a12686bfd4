/**
 * Which hub begins a root that nobody holds. All hubs must give the same answer, or several begin: so each judges itself by the
 * beacon that the others have of it, where a plan takes what it knows of itself better, and no small difference counts.
 */
import { finishTime } from '../cost/capacity.ts'
import { recovery } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { mayTake } from './eligible.ts'
import { promisedCapacity } from './member-capacity.ts'
import type { Unit } from './ready-set.ts'
import { standsBack } from './stand-back.ts'
import type { HubState } from './state.ts'
import { maySay } from './voters.ts'

/** The first by its id of those that would be about as quick as the quickest; null when nobody may. */
export function rootTaker(state: HubState, unit: Unit): HubId | null {
  let quickestMs = Number.POSITIVE_INFINITY
  const able: { hub: HubId; takesMs: number }[] = []
  for (const member of state.members.alive()) {
    const { hub } = member
    if (!mayTake(member, unit.job) || !maySay(unit.view, unit, hub) || standsBack(state, unit, hub)) continue
    const capacity = promisedCapacity(state, member, member.reportMs)
    const takesMs = finishTime(capacity, state.nowMs, recovery.rootGlanceMs) - state.nowMs
    able.push({ hub, takesMs })
    quickestMs = Math.min(quickestMs, takesMs)
  }
  return able.find(({ takesMs }) => takesMs <= recovery.rootTieShares * quickestMs)?.hub ?? null
}
