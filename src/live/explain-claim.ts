/** Why a shard runs where it runs: all bids that were compared when it was claimed, with their cost terms. */
import type { ClaimExplanation, ShownBid } from '../client/local-hub.ts'
import { ShoalError } from '../errors.ts'
import { mayTake } from '../hub/eligible.ts'
import { isEnded, type Job } from '../hub/job.ts'
import type { HubState } from '../hub/state.ts'
import { ISOLATION_LABEL } from '../program/isolation-level.ts'
import type { JobId } from '../program/ref.ts'

/**
 * @param name `family:index`, or `job/family:index` where several jobs have it.
 * @throws ShoalError SHOAL_USAGE for a name that no job here has.
 */
export function explainClaim(state: HubState, name: string): ClaimExplanation {
  const [, wantedJob, family = '', digits = ''] = /^(?:([^/]+)\/)?([^:/]+):(\d+)$/.exec(name) ?? []
  const shard = Number(digits)
  for (const job of state.jobs.values()) {
    const view = job.view.families.get(family)
    if ((wantedJob !== undefined && wantedJob !== job.id) || view === undefined || shard >= view.shards) continue
    const claim = view.claim(shard)
    const isOurs = claim?.hub === state.self
    return {
      schema: 1,
      job: job.id,
      shard: `${family}:${shard}`,
      hub: claim?.hub ?? null,
      epoch: claim?.epoch ?? -1,
      reason: claim?.reason ?? null,
      state: view.isDone(shard) ? 'done' : isEnded(job) ? 'dropped' : (claim?.state ?? 'open'),
      bids: isOurs ? decidingBids(state, { job: job.id, family, shard }) : [],
      askHub: claim === null || isOurs ? null : claim.hub,
      told: view.votes(shard).map(({ hub, digest }) => ({ hub, digest })),
      waiting: view.isDone(shard) || isEnded(job) || claim !== null ? null : whyNobody(state, job),
    }
  }
  throw new ShoalError('SHOAL_USAGE', `no job here has a shard ${name}`, { next: 'name it as `shoal job ID` shows it' })
}

/** Why no hub may run shards of a job; null where one may. */
function whyNobody(state: HubState, job: Job): string | null {
  if (state.members.alive().some((member) => mayTake(member, job))) return null
  const needs = Object.entries(job.manifest.options.needs ?? {}).map(([label, value]) =>
    /^[<>]=/.test(value) || label === ISOLATION_LABEL ? `${label} ${value}` : `${label}=${value}`,
  )
  const wanted = needs.length === 0 ? 'takes work of this hub' : `has what the job needs: ${needs.join(', ')}`
  return `no hub that is alive ${wanted}; it waits for one`
}

/** What this hub compared when it claimed a shard; none where it did not, or no longer remembers. */
export function decidingBids(
  state: HubState,
  { job, family, shard }: { readonly job: JobId; readonly family: string; readonly shard: number },
): ShownBid[] {
  const decision = state.decisions.find(job, family, shard)
  if (decision === null) return []
  return decision.bids.map(({ hub, finishMs, terms }) => ({
    hub,
    finishInMs: finishMs - decision.atMs,
    terms: { ...terms },
  }))
}
