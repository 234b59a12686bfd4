/** A job's life at a hub: known, held, accepted, ended, dropped. */
import { JoinedJob } from '../ledger/join.ts'
import { counts, durations } from '../limits.ts'
import { type Manifest, manifestBlobs } from '../program/program.ts'
import type { Cid, HubId, JobId, Ref } from '../program/ref.ts'
import { isEnded, type Job } from './job.ts'
import { applyOwn } from './records.ts'
import type { HubState } from './state.ts'
import { reviewVerified } from './verify.ts'

export interface JobKnown {
  readonly job: JobId
  readonly manifest: Manifest
  readonly bytes: Uint8Array
  readonly mine: boolean
}

/** A valid manifest: submitted here, heard of from others, or found on disk. */
export function jobKnown(state: HubState, known: JobKnown): void {
  if (state.jobs.has(known.job)) return
  if (state.jobs.size >= counts.jobsKept) makeRoom(state)
  if (state.jobs.size >= counts.jobsMax) return
  const job: Job = {
    id: known.job,
    manifest: known.manifest,
    view: new JoinedJob(known.manifest.options.verify ?? 1),
    mine: known.mine,
    acceptance: 'waiting',
    blobsHere: false,
    heldBy: new Set(),
    provenBy: new Set(),
    knownMs: state.nowMs,
    endedMs: null,
    acknowledgedMs: null,
    rootSinceMs: state.nowMs,
    rootOpenMs: null,
    rootRun: null,
    awaited: new Map(),
    pauses: new Map(),
    failures: new Map(),
    misses: new Map(),
    sentFor: new Map(),
    lostCheckpoints: new Set(),
    shortSinceMs: null,
    disputes: new Set(),
    differing: new Set(),
  }
  state.jobs.set(job.id, job)
  state.jobsChanged(job)
  if (known.mine) state.unaccepted.add(job.id)
  const cids = manifestBlobs(known.manifest)
  const from = state.members.others().map((member) => member.hub)
  if (known.mine) applyOwn(state, job.id, { kind: 'job', manifest: known.bytes })
  state.effect({ type: 'hold-job', job: job.id, cids, from: preferSubmitter(from, known.manifest.submitter) })
  if (known.manifest.options.deadlineMs !== null) endOverdue(state)
}

/** Program and input are on this hub's disk: it may run the root, and says so to the submitter. */
export function blobsHeld(state: HubState, id: JobId): void {
  const job = state.jobs.get(id)
  if (job === undefined) return
  job.blobsHere = true
  state.planSoon()
  const submitter = job.manifest.submitter
  if (submitter !== state.self) state.effect({ type: 'send', to: submitter, message: { type: 'job-held', job: id } })
}

/** A submitter that was away may have missed who holds its jobs. */
export function tellHeld(state: HubState, to: HubId): void {
  for (const job of state.jobs.values()) {
    if (job.manifest.submitter !== to || !job.blobsHere || isEnded(job)) continue
    state.effect({ type: 'send', to, message: { type: 'job-held', job: job.id } })
  }
}

/** Another hub holds the job: its submission is safe from the loss of this one. */
export function heldElsewhere(state: HubState, id: JobId, by: HubId): void {
  state.jobs.get(id)?.heldBy.add(by)
}

/** Tells submitters what is accepted: held by a second hub, or there is none. */
export function reviewAcceptance(state: HubState): void {
  for (const id of state.unaccepted) {
    const job = state.job(id)
    if (!job.blobsHere) continue
    const isAlone = state.members.others().every((member) => !member.connected)
    if (job.heldBy.size === 0 && !isAlone) continue
    job.acceptance = 'accepted'
    state.unaccepted.delete(id)
    state.effect({ type: 'accepted', job: job.id })
  }
}

/** Ends jobs past their deadline, and sets the timer for the next. */
export function endOverdue(state: HubState): void {
  let nextMs = Number.POSITIVE_INFINITY
  for (const { id, knownMs, manifest } of state.activeJobs()) {
    if (manifest.options.deadlineMs === null) continue
    const atMs = knownMs + manifest.options.deadlineMs
    if (state.nowMs > atMs) cancelJob(state, id, DEADLINE_REASON)
    else nextMs = Math.min(nextMs, atMs + PAST_MS)
  }
  if (Number.isFinite(nextMs)) state.effect({ type: 'set-timer', timer: 'deadline', atMs: nextMs })
}

/** Ends jobs past their deadline, drops those that nobody needs any more. Called with every beacon. */
export function sweepJobs(state: HubState): void {
  endOverdue(state)
  for (const job of state.jobs.values()) {
    const ageMs = state.nowMs - job.knownMs
    const short = reviewVerified(state, job)
    if (short !== null) cancelJob(state, job.id, short)
    if (!isDroppable(state, job, ageMs)) continue
    if (!isEnded(job)) cancelJob(state, job.id, EXPIRED_REASON)
    const needed = new Set([...state.jobs.values()].flatMap((other) => (other === job ? [] : [...jobBlobs(other)])))
    const cids = [...jobBlobs(job)].filter((cid) => !needed.has(cid))
    dropJob(state, job, cids)
  }
}

/** There is always room for new jobs while some have ended: the oldest of these goes, the same at every hub. */
function makeRoom(state: HubState): void {
  let oldest: Job | null = null
  for (const job of state.jobs.values()) {
    if ((oldest === null || isOlder(job, oldest)) && isEnded(job)) oldest = job
  }
  // Its blobs go with the next sweep: to look for other jobs that need them would take long, and this comes with every new job.
  if (oldest !== null) dropJob(state, oldest, [])
}

function isOlder(a: Job, b: Job): boolean {
  return a.manifest.createdMs < b.manifest.createdMs || (a.manifest.createdMs === b.manifest.createdMs && a.id < b.id)
}

function dropJob(state: HubState, job: Job, cids: readonly Cid[]): void {
  state.jobs.delete(job.id)
  state.unaccepted.delete(job.id)
  state.jobsChanged(job)
  state.effect({ type: 'drop-job', job: job.id, cids })
}

/** The reason of a cancel that a passed deadline wrote, so that reports call the job failed. */
export const DEADLINE_REASON = 'deadline'

/** A deadline is past a moment after it, not at it. */
const PAST_MS = 1

/** The reason of the cancel of a job that never ended and is too old to be kept. */
const EXPIRED_REASON = 'expired'

export function cancelJob(state: HubState, id: JobId, reason: string): void {
  const job = state.jobs.get(id)
  if (job === undefined || isEnded(job)) return
  applyOwn(state, id, { kind: 'cancel', reason, atMs: state.wallMs })
}

export function acknowledge(state: HubState, id: JobId): void {
  const job = state.jobs.get(id)
  if (job === undefined || job.view.acknowledged) return
  applyOwn(state, id, { kind: 'acknowledged', atMs: state.wallMs })
}

/** From time to time names all blobs that are needed, so that the others can go. */
export function sweepBlobs(state: HubState): void {
  if (state.nowMs - state.blobsSweptMs < durations.blobSweepMs) return
  state.blobsSweptMs = state.nowMs
  const needed = new Set([...state.jobs.values()].flatMap((job) => [...jobBlobs(job)]))
  state.effect({ type: 'sweep-blobs', needed })
}

/** Every blob that the records of a job name. */
export function jobBlobs(job: Job): Set<Cid> {
  const refs: (Ref | null)[] = [job.manifest.program]
  if (job.manifest.input.kind === 'value') refs.push(job.manifest.input.ref)
  for (const view of job.view.families.values()) {
    refs.push(view.spec.shared, ...view.spec.slices.map((slice) => slice.ref))
    for (const { record } of view.history()) if (record.kind === 'done') refs.push(record.ref)
    for (let shard = 0; shard < view.shards; shard++) {
      refs.push(
        view.done(shard)?.ref ?? null,
        view.checkpoint(shard)?.ref ?? null,
        view.previousCheckpoint(shard)?.ref ?? null,
      )
    }
  }
  return new Set(refs.flatMap((ref) => (ref?.kind === 'blob' ? [ref.cid] : [])))
}

function isDroppable(state: HubState, job: Job, ageMs: number): boolean {
  if (job.endedMs === null) return ageMs > durations.jobExpiryMs
  const { acknowledgedMs } = job
  if (acknowledgedMs !== null) return state.nowMs - acknowledgedMs > durations.acknowledgedKeepMs
  return state.nowMs - job.endedMs > durations.jobExpiryMs
}

function preferSubmitter(hubs: readonly HubId[], submitter: HubId): HubId[] {
  return [...hubs].sort((a, b) => Number(b === submitter) - Number(a === submitter))
}
