/** What follows when others fall silent: their claims are void, their results may be lost, their copies must be made again. */
import type { HubId, JobId } from '../program/ref.ts'
import type { MemberChange } from './membership.ts'
import { applyOwn } from './records.ts'
import { deliverDone } from './root.ts'
import type { HubState } from './state.ts'

/** Tells about changed members, and wakes whatever waited for them. */
export function membersChanged(state: HubState, changes: readonly MemberChange[]): void {
  for (const { hub, state: to } of changes) {
    state.effect({ type: 'story', job: null, event: { type: 'hub', hub, state: to } })
    if (to !== 'alive' && state.steal?.owner === hub) state.steal = null
    if (to === 'alive') continue
    state.foreignRuns.dropHub(hub)
  }
  if (changes.length === 0) return
  const slots = state.members.alive().reduce((sum, member) => sum + (member.beacon?.slots ?? 0), 0)
  for (const job of state.jobs.values()) {
    if (job.rootRun !== null) state.effect({ type: 'slots-changed', run: job.rootRun, slots: Math.max(1, slots) })
  }
}

/**
 * Results that nobody reachable has. While a holder may come back they are asked for again; once all holders are dead
 * the shards are re-opened in a higher generation, which every replica honours.
 */
export function resultsUnavailable(state: HubState, id: JobId, family: string, lo: number, hi: number): void {
  const job = state.jobs.get(id)
  const view = job?.view.families.get(family)
  if (job === undefined || view === undefined) return
  const awaited = job.awaited.get(view.spec.sequence)
  for (let shard = lo; shard < hi; shard++) {
    if (awaited !== undefined) awaited.delivered[shard] = 0
    const done = view.done(shard)
    if (done === null || [done.hub, ...done.holders].some((hub) => mayReturn(state, hub))) continue
    const generation = view.generation(shard) + 1
    applyOwn(state, id, { kind: 'reopen', generation, family, lo: shard, hi: shard + 1, reason: 'holders-dead' })
  }
}

/** Offers local roots what they still wait for: results that could not be fetched before. */
export function redeliver(state: HubState): void {
  for (const job of state.jobs.values()) {
    if (job.rootRun === null) continue
    for (const { family, delivered } of job.awaited.values()) deliverDone(state, job, family, 0, delivered.length)
  }
}

function mayReturn(state: HubState, hub: HubId): boolean {
  const member = state.members.get(hub)
  return member !== undefined && (member.state === 'alive' || member.state === 'suspect')
}
