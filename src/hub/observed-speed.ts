/** What was seen of how fast hubs are, beside their word: a hub that promises more than it does loses its influence on plans. */
import { finishTime } from '../cost/capacity.ts'
import type { DoneRecord } from '../ledger/record.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { type Job, shardWorkMs } from './job.ts'
import { ownCapacity, promisedCapacity } from './member-capacity.ts'
import type { HubState } from './state.ts'

/** A result came: how long its shards should have taken by its hub's own word, and how long they did. Called before runs take note. */
export function observeSpeed(state: HubState, job: Job, view: FamilyView, record: DoneRecord, hub: HubId): void {
  const member = state.members.get(hub)
  // The first run of a job starts a process and loads the program; and what is not known is no promise.
  if (member === undefined || !job.provenBy.has(hub) || (view.busyMsMean === null && view.spec.workMs === null)) return
  const isSelf = hub === state.self
  const sinceMs = isSelf ? state.nowMs - (record.endMs - record.startMs) : movedMs(state, view, record, hub)
  if (sinceMs === null) return
  const workMs = (record.hi - record.lo) * shardWorkMs(view, record.lo)
  // Of short pieces most is the way of the result, not work.
  if (workMs < auction.observedWorkMsMin) return
  const capacity = isSelf ? ownCapacity(state) : promisedCapacity(state, member, sinceMs)
  const expectedMs = finishTime(capacity, sinceMs, workMs) - sinceMs
  state.members.observed(member, expectedMs, state.nowMs - sinceMs)
}

/** Own clock, when the run that gave these results last moved; null when it was not seen to begin. */
function movedMs(state: HubState, view: FamilyView, record: DoneRecord, hub: HubId): number | null {
  for (const run of state.foreignRuns.of(view, hub)) {
    if (run.running && run.lo <= record.lo && record.hi <= run.hi) return run.movedMs
  }
  return null
}
