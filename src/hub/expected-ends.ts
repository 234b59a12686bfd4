/**
 * When claimed shards are expected to end: what their children are planned behind.
 *
 * Said once, when a shard is claimed, an end is soon wrong: a parent that is late would let its children look about to begin,
 * these theirs, and whole chains would be bound to hubs long before anybody knows where they belong. So it follows what has
 * happened since, from parents to children.
 */
import { finishTime } from '../cost/capacity.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { moveTime } from './arrival.ts'
import type { ForeignRun } from './foreign-runs.ts'
import { type Job, shardWorkMs } from './job.ts'
import { memberCapacity, ownCapacity, promisedCapacity } from './member-capacity.ts'
import { expectedEndMs, type OwnRun } from './own-run.ts'
import { familyGraph } from './ready-set.ts'
import type { HubState } from './state.ts'

interface Ends {
  readonly atMs: number
  readonly version: number
  readonly byShard: Map<number, number>
}

/** Of one moment; one plan asks for many children of the same parents. */
const known = new WeakMap<FamilyView, Ends>()

/** Own clock, when a shard that somebody holds is expected to end; undefined when nobody does. Never in the past. */
export function expectedEnd(state: HubState, job: Job, view: FamilyView, shard: number): number | undefined {
  const { byShard } = endsOf(state, view)
  const before = byShard.get(shard)
  if (before !== undefined) return before
  const holder = view.holder(shard)
  if (holder === null) return undefined
  // A graph has no cycles, but records of others might pretend one.
  byShard.set(shard, state.nowMs)
  const endMs =
    holder.hub === state.self ? ownEnd(state, job, view, shard) : foreignEnd(state, job, view, shard, holder.hub)
  byShard.set(shard, endMs)
  return endMs
}

/** Own clock, when everything that a run waits for is expected to be here. */
export function inputsDueMs(state: HubState, run: OwnRun): number {
  if (run.state !== 'waiting') return run.inputsMs
  const job = state.job(run.job)
  const view = job.view.families.get(run.family)
  let dueMs = state.nowMs
  for (let shard = run.next; view !== undefined && shard < run.hi; shard++) {
    dueMs = Math.max(dueMs, parentsDueMs(state, job, view, shard, state.self))
  }
  return dueMs
}

function endsOf(state: HubState, view: FamilyView): Ends {
  const { nowMs: atMs } = state
  const { version } = view
  const before = known.get(view)
  if (before !== undefined && before.atMs === atMs && before.version === version) return before
  const ends = { atMs, version, byShard: new Map<number, number>() }
  known.set(view, ends)
  return ends
}

/** When all parents of a shard have ended and their outputs can be at a hub. */
function parentsDueMs(state: HubState, job: Job, view: FamilyView, shard: number, hub: HubId): number {
  let dueMs = state.nowMs
  for (const { family, from, bytes } of familyGraph(view).parents[shard] ?? []) {
    const parents = job.view.families.get(family)
    if (parents === undefined || parents.isDone(from)) continue
    const endMs = expectedEnd(state, job, parents, from) ?? state.nowMs
    const isHere = parents.holder(from)?.hub === hub
    dueMs = Math.max(dueMs, endMs + (isHere ? 0 : moveTime(state, bytes)))
  }
  return dueMs
}

function ownEnd(state: HubState, job: Job, view: FamilyView, shard: number): number {
  const { nowMs, self } = state
  const capacity = ownCapacity(state)
  for (const run of state.runs.values()) {
    if (run.job !== job.id || run.family !== view.spec.key || shard < run.next || shard >= run.hi) continue
    if (run.state === 'running') return expectedEndMs(run, nowMs, nowMs, capacity)
    const startMs = Math.max(parentsDueMs(state, job, view, shard, self), run.inputsMs, firstFreeMs(state))
    return finishTime(capacity, startMs, shardWorkMs(view, shard))
  }
  return finishTime(capacity, nowMs, shardWorkMs(view, shard))
}

/** When the first own slot is free of what runs in it. */
function firstFreeMs(state: HubState): number {
  if (state.freeSlots() > 0) return state.nowMs
  const capacity = ownCapacity(state)
  return Math.min(...state.runningRuns().map((run) => expectedEndMs(run, state.nowMs, state.nowMs, capacity)))
}

function foreignEnd(state: HubState, job: Job, view: FamilyView, shard: number, hub: HubId): number {
  const { nowMs } = state
  const run = state.foreignRuns.get(view, hub, shard, view.epochMax(shard))
  const workMs = shardWorkMs(view, shard)
  const capacity = memberCapacity(state, state.members.get(hub))
  if (run?.running !== true) return finishTime(capacity, parentsDueMs(state, job, view, shard, hub), workMs)
  const bySpeedMs = endBySpeed(state, run, workMs)
  const toldMs = toldEnd(state, run)
  if (toldMs !== null) return Math.max(nowMs, toldMs)
  return bySpeedMs
}

/** By the hub's speed and forecast since it began; overdue work takes a share of what it has taken more. */
function endBySpeed(state: HubState, run: ForeignRun, workMs: number): number {
  const { nowMs } = state
  const member = state.members.get(run.hub)
  const capacity = member === undefined ? memberCapacity(state, member) : promisedCapacity(state, member, run.movedMs)
  const endMs = finishTime(capacity, run.movedMs, workMs)
  return endMs > nowMs ? endMs : nowMs + auction.overdueShares * (nowMs - run.movedMs)
}

/** What a hub of one slot said of it, while it holds nothing else. */
function toldEnd(state: HubState, run: ForeignRun): number | null {
  const slots = state.members.get(run.hub)?.slotFreeMs
  if (slots?.length !== 1) return null
  for (const other of state.foreignRuns.ofHub(run.hub)) if (other !== run) return null
  return slots[0] ?? null
}
