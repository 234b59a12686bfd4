/** Whether moving a running shard paid: what its former hub expected of itself, against what the other one took. */
import type { Authored, FamilyView } from '../ledger/view.ts'
import { shardName } from '../program/family.ts'
import type { Migration } from '../program/report.ts'
import { HANDOVER_REASON, MOVE_REASON } from './state.ts'

/** Moves of a family, oldest first. Times of one move may come from two clocks: they are for people. */
export function movesIn(view: FamilyView): Migration[] {
  const history = view.history()
  return history.flatMap((left) => {
    const { record } = left
    if (record.kind !== 'claim' || record.state !== 'released') return []
    const isMove = record.reason === MOVE_REASON || record.reason === HANDOVER_REASON
    return isMove ? [moveOf(view, history, left, record)] : []
  })
}

type ClaimRecord = Extract<Authored['record'], { kind: 'claim' }>

function moveOf(view: FamilyView, history: readonly Authored[], left: Authored, record: ClaimRecord): Migration {
  const { lo, epoch, atMs, cost, reason } = record
  // Of several that took it at once only one went on.
  const takers = history.filter(({ record: other }) => isTaking(other, lo, record))
  const kept = view.done(lo)?.hub ?? view.claim(lo)?.hub
  const taken = takers.find(({ author }) => author.hub === kept) ?? takers[0]
  const done = history.find(
    ({ author, record: other }) =>
      other.kind === 'done' &&
      author.hub === taken?.author.hub &&
      other.lo <= lo &&
      lo < other.hi &&
      other.epoch > epoch,
  )
  const startedMs = taken?.record.kind === 'claim' ? taken.record.atMs : null
  const endedMs = done?.record.kind === 'done' ? done.record.endMs : null
  // Waiting for the move counts by the clocks of both, running by that of the one that ran it.
  const tookMs = startedMs === null || endedMs === null ? null : Math.max(0, startedMs - atMs) + (endedMs - startedMs)
  // A hub that leaves does not ask what staying would take.
  const stayMs = reason === MOVE_REASON ? cost : null
  return {
    shard: shardName({ family: view.spec.key, index: lo }),
    from: left.author.hub,
    to: taken?.author.hub ?? null,
    atMs,
    resumedFrom: taken?.record.kind === 'claim' ? taken.record.resumedFrom : 0,
    reason,
    stayMs,
    tookMs,
    gainMs: tookMs === null || stayMs === null ? null : stayMs - tookMs,
  }
}

function isTaking(record: Authored['record'], shard: number, left: ClaimRecord): boolean {
  if (record.kind !== 'claim' || record.state !== 'running') return false
  // What is handed over is anybody's: it may be claimed and given back before somebody goes on with it.
  if (left.reason === MOVE_REASON && record.reason !== MOVE_REASON) return false
  return record.lo <= shard && shard < record.hi && record.epoch > left.epoch
}
