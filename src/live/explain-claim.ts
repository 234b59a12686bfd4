/** Why a shard runs where it runs: all bids that were compared when it was claimed, with their cost terms. */
import { ShoalError } from '../errors.ts'
import type { HubState } from '../hub/state.ts'
import type { HubId, JobId } from '../program/ref.ts'

/** One of the bids that were compared; its terms add up. */
export interface ShownBid {
  readonly hub: HubId
  readonly finishInMs: number
  readonly terms: Readonly<Record<string, number>>
}

/** What `shoal why` shows. Bids are known to the hub that claimed, which others ask. */
export interface ClaimExplanation {
  readonly schema: 1
  readonly job: string
  readonly shard: string
  readonly hub: HubId | null
  readonly epoch: number
  /** `plan`, `patience` or `recover`: all bids of a plan. `steal` or `migrate`: the own and the former holder's. `speculate`: the copy's and the original's. */
  readonly reason: string | null
  readonly state: string
  readonly bids: readonly ShownBid[]
  /** Who knows the bids that are not known here. */
  readonly askHub: HubId | null
  /** Where results are compared: what each hub found, by a digest; equal ones are equal results. Else empty. */
  readonly told: readonly { readonly hub: HubId; readonly digest: string }[]
}

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
      state: view.isDone(shard) ? 'done' : (claim?.state ?? 'open'),
      bids: isOurs ? decidingBids(state, { job: job.id, family, shard }) : [],
      askHub: claim === null || isOurs ? null : claim.hub,
      told: view.votes(shard).map(({ hub, digest }) => ({ hub, digest })),
    }
  }
  throw new ShoalError('SHOAL_USAGE', `no job here has a shard ${name}`, { next: 'name it as `shoal job ID` shows it' })
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
