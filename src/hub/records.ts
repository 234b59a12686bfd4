/** Applying records: the fold moves, and this hub's runs, roots and beliefs follow it. */
import type { Author, ClaimRecord, DoneRecord, LedgerRecord } from '../ledger/record.ts'
import type { FamilyView } from '../ledger/view.ts'
import { ROOT_FAMILY } from '../program/family.ts'
import type { HubId, JobId } from '../program/ref.ts'
import type { AuthoredRecord } from './input.ts'
import { isEnded, type Job, noteFailure, noteFinished, shardWorkMs } from './job.ts'
import { expectFrom, learnFrom } from './learning.ts'
import { reviewRuns } from './lost-claims.ts'
import { observeSpeed } from './observed-speed.ts'
import { deliverDone } from './root.ts'
import type { HubState } from './state.ts'
import { compareResults } from './verify.ts'

/** Applies records that others wrote, or that an earlier life of this hub did. `tellers` have said when their slots fall free after them. */
export function applyRecords(
  state: HubState,
  id: JobId,
  entries: readonly AuthoredRecord[],
  tellers: ReadonlySet<HubId> = nobody,
): void {
  const job = state.jobs.get(id)
  // Dropped in the meantime, or one job too many.
  if (job === undefined) return
  const wasEnded = isEnded(job)
  for (const { author, record } of entries) {
    const isTold = tellers.has(author.hub)
    if (!isTold) state.members.noticed(author.hub, author.boot, state.nowMs)
    applyOne(state, job, author, record, isTold)
  }
  reviewRuns(state, job, entries)
  noteEnd(state, job, wasEnded)
}

const nobody: ReadonlySet<HubId> = new Set()

/** Writes a record of this hub and applies it at once: whoever crashes before it is durable takes its effects along. */
export function applyOwn(state: HubState, id: JobId, record: LedgerRecord): void {
  const job = state.job(id)
  const wasEnded = isEnded(job)
  state.write(id, record)
  applyOne(state, job, state.author, record)
  noteEnd(state, job, wasEnded)
}

function applyOne(state: HubState, job: Job, author: Author, record: LedgerRecord, isTold = false): void {
  const before = record.kind === 'claim' ? job.view.families.get(record.family)?.holder(record.lo) : undefined
  const told = record.kind === 'done' ? job.view.families.get(record.family)?.told(record.lo) : undefined
  const isNews = job.view.apply(author, record)
  if (record.kind === 'claim') reviewLoser(state, job, { author, record, isTold }, before ?? null)
  // What an attempt did to its slot counts, whoever has claimed the shard since.
  if (record.kind === 'claim' && !isEnded(job)) noteFailure(job, author.hub, record)
  if (!isNews) return
  if (record.kind === 'claim') claimSeen(state, job, author, record, isTold)
  else if (record.kind === 'done') doneSeen(state, job, author, record, told ?? null)
  else if (record.kind === 'family') {
    const { key, spot, cut } = record.spec
    const view = job.view.families.get(key)
    if (view !== undefined) expectFrom(state, job, view)
    state.effect({
      type: 'story',
      job: job.id,
      event: { type: 'family', family: key, spot, shards: cut.starts.length },
    })
  } else if (record.kind === 'acknowledged') job.acknowledgedMs ??= state.nowMs
}

/**
 * The loser of a claim is free again without a word: whoever took it for busy would think itself first in line, as would all
 * other losers, and so on with every next shard.
 */
function reviewLoser(
  state: HubState,
  job: Job,
  claim: { readonly author: Author; readonly record: ClaimRecord; readonly isTold: boolean },
  before: Author | null,
): void {
  const { author, record, isTold } = claim
  const { family, lo, hi } = record
  const view = job.view.families.get(family)
  const holder = view?.holder(lo)
  if (record.state !== 'claimed' || view === undefined || holder === null || holder === undefined) return
  const workMs = (hi - lo) * shardWorkMs(view, lo)
  const isLost = holder.hub !== author.hub
  if (isLost && isTold && author.hub !== state.self) state.members.released(author.hub, workMs, state.nowMs)
  if (isLost || record.reason === 'speculate') return
  if (before === null || before.hub === author.hub || before.hub === state.self) return
  if (state.foreignRuns.lost(view, before.hub, lo)) state.members.released(before.hub, workMs, state.nowMs)
}

function claimSeen(state: HubState, job: Job, author: Author, record: ClaimRecord, isTold: boolean): void {
  if (isEnded(job)) return
  const { family, lo, hi, epoch } = record
  const view = job.view.families.get(family)
  if (family === ROOT_FAMILY) {
    job.rootSinceMs = state.nowMs
    job.rootOpenMs = null
  }
  if (record.state === 'running') {
    const event = { type: 'claim', family, lo, hi, hub: author.hub, epoch, reason: record.reason } as const
    state.effect({ type: 'story', job: job.id, event })
  }
  if (author.hub === state.self || view === undefined) return
  if (record.state === 'released' || record.state === 'failed') {
    state.foreignRuns.delete(view, author.hub, lo, epoch)
    return
  }
  const known = state.foreignRuns.get(view, author.hub, lo, epoch)
  if (known === undefined && record.state === 'claimed' && !isTold) {
    state.members.occupied(author.hub, (hi - lo) * shardWorkMs(view, lo), state.nowMs)
  }
  const running = record.state === 'running'
  const run = { job: job.id, family, lo, hi, epoch, hub: author.hub, running, next: lo, movedMs: state.nowMs }
  state.foreignRuns.set(view, run)
}

function doneSeen(
  state: HubState,
  job: Job,
  author: Author,
  record: DoneRecord,
  before: ReturnType<FamilyView['told']>,
): void {
  const { family, lo, hi } = record
  state.effect({ type: 'story', job: job.id, event: { type: 'done', family, lo, hi, hub: author.hub } })
  const view = job.view.families.get(family)
  if (view !== undefined && family !== ROOT_FAMILY) observeSpeed(state, job, view, record, author.hub)
  if (view !== undefined) noteFinished(view, hi - lo, record.busyMs, state.members.get(author.hub)?.beacon?.speed ?? 1)
  if (view !== undefined && author.hub === state.self) learnFrom(state, job, view, record)
  if (family !== ROOT_FAMILY) job.provenBy.add(author.hub)
  if (view !== undefined) state.foreignRuns.done(view, { lo, hi, hub: author.hub }, state.nowMs)
  if (view !== undefined) compareResults(state, job, view, { hub: author.hub, record }, before)
  deliverDone(state, job, family, lo, hi)
}

function noteEnd(state: HubState, job: Job, wasEnded: boolean): void {
  const isNow = isEnded(job)
  if (wasEnded !== isNow) state.jobsChanged(job)
  if (wasEnded || !isNow) return
  job.endedMs = state.nowMs
  forgetWork(state, job)
  for (const run of state.runs.values()) {
    if (run.job !== job.id) continue
    run.stopping = true
    if (run.state === 'running') state.effect({ type: 'stop-run', run: run.id })
    else state.runs.delete(run.id)
  }
  state.effect({ type: 'job-ended', job: job.id })
}

/** What was noted to get the job done. Late records of others must not bring it back. */
function forgetWork(state: HubState, job: Job): void {
  state.foreignRuns.dropFamilies(job.view.families.values())
  job.awaited.clear()
  job.pauses.clear()
  job.failures.clear()
  job.misses.clear()
  job.sentFor.clear()
  job.lostCheckpoints.clear()
}
