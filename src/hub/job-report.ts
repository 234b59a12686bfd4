/** A job as people see it: counts, who did what, what was done twice, told from the fold alone. */
import type { FamilyView } from '../ledger/view.ts'
import { ROOT_FAMILY } from '../program/family.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { FamilyReport, HubShare, Migration, ReportBody, ShardCounts, ShardStretch } from '../program/report.ts'
import { familyAttempts } from './attempts.ts'
import { isEnded, type Job } from './job.ts'
import { DEADLINE_REASON } from './jobs.ts'
import { holdingClaim } from './lease.ts'
import { movesIn } from './move-report.ts'
import { receiptOf } from './reconcile.ts'
import { spotReports } from './spot-report.ts'
import { HANDOVER_REASON, type HubState, MOVE_REASON } from './state.ts'
import { TOO_FEW_REASON, verifiedReport } from './verify.ts'

export interface Summary {
  readonly job: JobId
  readonly name: string
  /** `ended` when the root has an outcome; whether that is a value or an error only its bytes tell. */
  readonly status: 'running' | 'ended' | 'cancelled' | 'overdue' | 'unverified'
  readonly reason: string | null
  readonly submitter: HubId
  readonly createdMs: number
  readonly wallMs: number
  readonly families: number
  readonly shards: ShardCounts
}

export interface Report extends Summary, ReportBody {}

/** The short form, cheap enough for every progress line: attempts are counted only in {@link jobReport}. */
export function jobSummary(state: HubState, job: Job): Summary {
  const families = [...job.view.families.values()]
  const total = families.reduce((sum, view) => sum + view.shards, 0)
  const done = families.reduce((sum, view) => sum + view.doneCount, 0)
  return {
    job: job.id,
    name: job.manifest.name,
    status: statusOf(job),
    reason: job.view.cancelled,
    submitter: job.manifest.submitter,
    createdMs: job.manifest.createdMs,
    wallMs: Math.round((job.endedMs ?? state.nowMs) - job.knownMs),
    families: families.length - 1,
    shards: { total, done, attempts: done, resumed: 0, migrated: 0, speculated: 0, duplicated: 0 },
  }
}

export function jobReport(state: HubState, job: Job): Report {
  const families = [...job.view.families.values()]
  const fate = (hub: HubId, boot: string) =>
    state.members.isVoid(hub, boot) ? 'lost' : isEnded(job) ? 'released' : 'running'
  const attempts = families.flatMap((view) => familyAttempts(view, fate))
  const receipt = families.flatMap(receiptOf)
  const migrations = families.flatMap(movesIn)
  const summary = jobSummary(state, job)
  return {
    ...summary,
    shards: {
      ...summary.shards,
      attempts: attempts.length,
      resumed: attempts.filter((attempt) => attempt.resumedFrom > 0).length,
      migrated: claimsWith(families, MOVE_REASON) + migrations.filter(isTakenOver).length,
      speculated: claimsWith(families, 'speculate'),
      duplicated: receipt.length,
    },
    checkpoints: families.reduce((sum, view) => sum + resumable(view), 0),
    byHub: byHub(families),
    familyReports: families.map((view) => familyReport(state, view, isEnded(job))),
    spots: spotReports(families),
    attempts,
    receipt,
    migrations,
    verified: verifiedReport(state, job),
  }
}

/** Handed over by a hub that left, and begun by another. */
function isTakenOver({ reason, to }: Migration): boolean {
  return reason === HANDOVER_REASON && to !== null
}

function resumable(view: FamilyView): number {
  let count = 0
  for (let shard = 0; shard < view.shards; shard++) if (!view.isDone(shard) && view.checkpoint(shard) !== null) count++
  return count
}

function statusOf(job: Job): Summary['status'] {
  if (job.view.families.get(ROOT_FAMILY)?.isDone(0) === true) return 'ended'
  if (job.view.cancelled === null) return 'running'
  if (job.view.cancelled.startsWith(TOO_FEW_REASON)) return 'unverified'
  return job.view.cancelled === DEADLINE_REASON ? 'overdue' : 'cancelled'
}

function claimsWith(families: readonly FamilyView[], reason: string): number {
  let shards = 0
  for (const view of families) {
    for (const { record } of view.history()) {
      if (record.kind === 'claim' && record.state === 'running' && record.reason === reason)
        shards += record.hi - record.lo
    }
  }
  return shards
}

/** Who finished how many shards with the results that count, and how long all finished executions of each hub took. */
function byHub(families: readonly FamilyView[]): HubShare[] {
  const byHub = new Map<HubId, { shards: number; busyMs: number }>()
  const entry = (hub: HubId) => {
    const known = byHub.get(hub) ?? { shards: 0, busyMs: 0 }
    byHub.set(hub, known)
    return known
  }
  for (const view of families) {
    for (let shard = 0; shard < view.shards; shard++) {
      const done = view.done(shard)
      if (done !== null) entry(done.hub).shards++
    }
    for (const { author, record } of view.history())
      if (record.kind === 'done') entry(author.hub).busyMs += record.busyMs
  }
  return [...byHub]
    .map(([hub, { shards, busyMs }]) => ({ hub, shards, busyMs: Math.round(busyMs * 1e3) / 1e3 }))
    .sort((a, b) => (a.hub < b.hub ? -1 : 1))
}

function familyReport(state: HubState, view: FamilyView, isOver: boolean): FamilyReport {
  const runs: ShardStretch[] = []
  for (let shard = 0; shard < view.shards; shard++) {
    const next = shardState(state, view, shard, isOver)
    const last = runs.at(-1)
    const isSame = last !== undefined && last.state === next.state && last.hub === next.hub && last.epoch === next.epoch
    if (isSame) runs[runs.length - 1] = { ...last, hi: shard + 1 }
    else runs.push({ lo: shard, hi: shard + 1, ...next })
  }
  const { key, sequence, spot } = view.spec
  return { family: key, sequence, spot, shards: view.shards, done: view.doneCount, runs }
}

function shardState(
  state: HubState,
  view: FamilyView,
  shard: number,
  isOver: boolean,
): Omit<ShardStretch, 'lo' | 'hi'> {
  const done = view.done(shard)
  if (done !== null) return { state: 'done', hub: done.hub, epoch: done.epoch }
  const claim = holdingClaim(view, shard, state.members)
  if (isOver) return { state: 'dropped', hub: claim?.hub ?? null, epoch: view.epochMax(shard) }
  if (claim === null) return { state: 'open', hub: null, epoch: view.epochMax(shard) }
  return { state: claim.state === 'running' ? 'running' : 'claimed', hub: claim.hub, epoch: claim.epoch }
}
