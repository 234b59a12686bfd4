/** Executions as the ledger tells them: which hub ran which shard, from where, and how it ended. */
import type { ClaimRecord, DoneRecord } from '../ledger/record.ts'
import type { Authored, FamilyView } from '../ledger/view.ts'
import { shardItems, shardName } from '../program/family.ts'
import type { HubId } from '../program/ref.ts'
import type { Attempt } from '../program/report.ts'
import { HANDOVER_REASON, MOVE_REASON } from './state.ts'

interface Start {
  readonly author: string
  readonly hub: HubId
  readonly record: ClaimRecord
}

type Draft = Omit<Attempt, 'attempt'> & { readonly index: number }

/** What became of an execution of which its author has not told the end. */
type Fate = Extract<Attempt['status'], 'running' | 'lost' | 'released'>

/** All executions of a family, by shard and then by epoch. @param fate of what an author has claimed and not told the end of */
export function familyAttempts(view: FamilyView, fate: (hub: HubId, boot: string) => Fate): Attempt[] {
  const history = view.history()
  const starts = startsOf(history)
  const dones = history.flatMap((entry) => (entry.record.kind === 'done' ? [{ ...entry, record: entry.record }] : []))
  const finished = new Set<string>()
  const drafts: Draft[] = []
  for (const { author, record } of dones) {
    for (let index = record.lo; index < record.hi; index++) {
      const key = attemptKey(authorKey(author), record.epoch, index)
      if (finished.has(key)) continue
      finished.add(key)
      drafts.push(
        doneDraft(view, record, author.hub, index, resumedFrom(starts, authorKey(author), record.epoch, index)),
      )
    }
  }
  for (const start of starts) {
    const draft = unfinishedDraft(view, start, history, finished, fate)
    if (draft !== null) drafts.push(draft)
  }
  return numbered(drafts)
}

function startsOf(history: readonly Authored[]): Start[] {
  return history.flatMap(({ author, record }) =>
    record.kind === 'claim' && record.state === 'running'
      ? [{ author: authorKey(author), hub: author.hub, record }]
      : [],
  )
}

function resumedFrom(starts: readonly Start[], author: string, epoch: number, index: number): number {
  const start = starts.find((one) => one.author === author && one.record.epoch === epoch && one.record.lo === index)
  return start?.record.resumedFrom ?? 0
}

function doneDraft(view: FamilyView, record: DoneRecord, hub: HubId, index: number, resumed: number): Draft {
  const shardMs = (record.endMs - record.startMs) / (record.hi - record.lo)
  const startMs = record.startMs + (index - record.lo) * shardMs
  return {
    ...place(view, index),
    hub,
    epoch: record.epoch,
    startMs,
    endMs: startMs + shardMs,
    resumedFrom: resumed,
    status: 'done',
    reason: '',
  }
}

/** Releases of what had begun: an attempt ended there. Others gave back what had not. */
const toldReleases = ['stopped', 'unstored', MOVE_REASON, HANDOVER_REASON]

/** A run goes through its shards in order: the first one without a result is the one that was under way. */
function unfinishedDraft(
  view: FamilyView,
  start: Start,
  history: readonly Authored[],
  finished: ReadonlySet<string>,
  fate: (hub: HubId, boot: string) => Fate,
): Draft | null {
  const { author, record } = start
  let index = record.lo
  while (index < record.hi && finished.has(attemptKey(author, record.epoch, index))) index++
  if (index >= record.hi) return null
  const end = lastWord(history, start, index)
  if (end?.state === 'released' && !toldReleases.includes(end.reason)) return null
  const boot = author.slice(start.hub.length + 1)
  const left = view.isDone(index) ? 'lost' : fate(start.hub, boot)
  return {
    ...place(view, index),
    hub: start.hub,
    epoch: record.epoch,
    startMs: record.atMs,
    endMs: end?.atMs ?? null,
    resumedFrom: index === record.lo ? record.resumedFrom : 0,
    status: end === null ? left : end.state === 'failed' ? 'failed' : 'released',
    reason: end?.reason ?? record.reason,
  }
}

/** What the author itself said last about a shard it had started. */
function lastWord(history: readonly Authored[], start: Start, index: number): ClaimRecord | null {
  const word = history.findLast(({ author, record }) => {
    if (record.kind !== 'claim' || record.state === 'running' || record.state === 'claimed') return false
    const isSame = authorKey(author) === start.author && record.epoch === start.record.epoch
    return isSame && record.lo <= index && index < record.hi
  })
  return word?.record.kind === 'claim' ? word.record : null
}

function numbered(drafts: Draft[]): Attempt[] {
  drafts.sort((a, b) => a.index - b.index || a.epoch - b.epoch || a.startMs - b.startMs || (a.hub < b.hub ? -1 : 1))
  let previous = -1
  let count = 0
  return drafts.map(({ index, ...draft }) => {
    count = index === previous ? count + 1 : 1
    previous = index
    return { ...draft, attempt: count }
  })
}

function place(
  view: FamilyView,
  index: number,
): { index: number; shard: string; family: string; lo: number; hi: number } {
  const { key, cut } = view.spec
  return { index, shard: shardName({ family: key, index }), family: key, ...shardItems(cut, index) }
}

function authorKey(author: { hub: HubId; boot: string }): string {
  return `${author.hub}/${author.boot}`
}

function attemptKey(author: string, epoch: number, index: number): string {
  return `${author}@${epoch}:${index}`
}
