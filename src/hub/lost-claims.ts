/** What a hub does when somebody else's claim or result wins over its own: it drops the copy, unless it is worth keeping. */
import type { LedgerRecord } from '../ledger/record.ts'
import type { FamilyView } from '../ledger/view.ts'
import { writeClaim } from './claims.ts'
import type { AuthoredRecord } from './input.ts'
import type { Job } from './job.ts'
import type { OwnRun } from './own-run.ts'
import type { HubState } from './state.ts'

/** Looks at those runs of a job that new records may concern. */
export function reviewRuns(state: HubState, job: Job, entries: readonly AuthoredRecord[]): void {
  for (const run of state.runs.values()) {
    if (run.job !== job.id || run.stopping || !entries.some(({ record }) => concerns(record, run))) continue
    const view = job.view.families.get(run.family)
    if (view !== undefined) reviewRun(state, view, run)
  }
}

function concerns(record: LedgerRecord, run: OwnRun): boolean {
  if (record.kind !== 'claim' && record.kind !== 'done' && record.kind !== 'reopen') return false
  return record.family === run.family && record.lo < run.hi && record.hi > run.next
}

/**
 * Gives up what is lost. A slot runs its shards in order, so a lost stretch on the way is run again unless it is the
 * greater part of what is left; then the run ends before it, and what is still ours behind it is given back.
 */
export function reviewRun(state: HubState, view: FamilyView, run: OwnRun): void {
  const wanted = wantedStretches(state, view, run, run.next)
  const last = wanted.at(-1)
  if (last === undefined) return dropRun(state, run)
  if (run.state !== 'running') run.next = wanted[0]?.lo ?? run.next
  const wantedShards = wanted.reduce((sum, stretch) => sum + stretch.hi - stretch.lo, 0)
  if (2 * wantedShards >= last.hi - run.next) return keepBefore(state, run, last.hi)
  const kept = wanted[0]?.lo === run.next ? wanted.shift() : undefined
  for (const stretch of wanted) writeClaim(state, run, 'released', stretch.lo, stretch.hi, 'behind-lost')
  if (kept === undefined) dropRun(state, run)
  else keepBefore(state, run, kept.hi)
}

function keepBefore(state: HubState, run: OwnRun, hi: number): void {
  if (hi >= run.hi) return
  run.hi = hi
  if (run.state === 'running') state.effect({ type: 'trim', run: run.id, before: hi })
}

function dropRun(state: HubState, run: OwnRun): void {
  run.stopping = true
  if (run.state === 'running') state.effect({ type: 'stop-run', run: run.id })
  else state.runs.delete(run.id)
}

function wantedStretches(state: HubState, view: FamilyView, run: OwnRun, from: number): { lo: number; hi: number }[] {
  const stretches: { lo: number; hi: number }[] = []
  let lo = -1
  for (let shard = from; shard <= run.hi; shard++) {
    const wanted = shard < run.hi && isWanted(state, view, run, shard)
    if (wanted && lo < 0) lo = shard
    if (!wanted && lo >= 0) stretches.push({ lo, hi: shard })
    if (!wanted) lo = -1
  }
  return stretches
}

/** A shard is still worth running when it has no result and the claim that holds it is ours, or only a copy of ours. */
function isWanted(state: HubState, view: FamilyView, run: OwnRun, shard: number): boolean {
  if (view.isDone(shard) || view.hasVoted(shard, state.self)) return false
  const claim = view.claim(shard)
  if (claim === null) return true
  if (claim.hub === state.self && claim.boot === state.init.boot && claim.epoch === run.epoch) return true
  // The original goes on beside a copy of it; of two copies only one does.
  if (claim.reason === 'speculate' && claim.epoch > run.epoch && run.state === 'running')
    return run.reason !== 'speculate'
  // An older epoch of somebody else is what we overtook; a newer one, or a better bid at ours, overtook us.
  return claim.epoch < run.epoch || state.members.isVoid(claim.hub, claim.boot)
}
