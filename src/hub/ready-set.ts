/** What may be bid on now: open shards, grouped into units that one claim covers. */
import type { InputPlace } from '../cost/transfer.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction, counts } from '../limits.ts'
import { type Dependencies, dependencies } from '../program/dependencies.ts'
import { type Edge, type FamilySpec, ROOT_FAMILY } from '../program/family.ts'
import { refSize } from '../program/ref.ts'
import { takesWork } from './eligible.ts'
import { inputHolders, isEnded, type Job, shardWorkMs } from './job.ts'
import { isOpen, openCount, openIntervals } from './lease.ts'
import type { Membership } from './membership.ts'
import type { OwnRun } from './own-run.ts'
import type { HubState } from './state.ts'

/** Consecutive open shards of one family that one hub would claim together. */
export interface Unit {
  readonly job: Job
  readonly view: FamilyView
  readonly lo: number
  readonly hi: number
  /** Speed-1 milliseconds of all its shards. */
  readonly workMs: number
  /** Urgency: the upward rank of its first shard. Larger goes first. */
  readonly rank: number
  /** Shards in the same family that it waits for, not yet done. */
  readonly waitsFor: readonly number[]
  readonly inputs: readonly InputPlace[]
}

const graphs = new WeakMap<FamilyView, { readonly spec: FamilySpec; readonly graph: Dependencies }>()
/** Shards of a family with dependencies, most urgent first. */
const orders = new WeakMap<Dependencies, Int32Array>()
const sliceSizes = new WeakMap<FamilySpec, number>()
const NONE: readonly number[] = []

/** Units of all jobs in the order in which a plan places them, at most `unitsMax`; fair between jobs, then by urgency. */
export function openUnits(state: HubState, unitsMax: number): Unit[] {
  const seen = seenBy(state)
  const known = nothingOpen.get(state)
  if (known !== undefined && isSameSight(known, seen)) return []
  const units = findUnits(state, unitsMax)
  if (units.length === 0) nothingOpen.set(state, seen)
  return units
}

/** What decides which shards are open and for whom: a hub looks far more often than that changes. */
export interface Seen {
  readonly jobs: readonly Job[]
  readonly members: number
  readonly records: number
}

const nothingOpen = new WeakMap<HubState, Seen>()

export function seenBy(state: HubState): Seen {
  const jobs = state.activeJobs()
  let records = 0
  for (const job of jobs) for (const view of job.view.families.values()) records += view.standing + 1
  return { jobs, members: state.members.version, records }
}

export function isSameSight(a: Seen, b: Seen): boolean {
  return a.jobs === b.jobs && a.members === b.members && a.records === b.records
}

function findUnits(state: HubState, unitsMax: number): Unit[] {
  const slots = swarmSlots(state.members)
  const queues = state
    .activeJobs()
    .map((job) => ({ job, units: jobUnits(state, job, slots, unitsMax), servedMs: 0 }))
    .filter((queue) => queue.units.length > 0)
  const only = queues[0]
  if (only !== undefined && queues.length === 1) return only.units
  for (const queue of queues) queue.servedMs = servedMs(queue.job, state.members)
  return takeFairly(queues, unitsMax)
}

/** Slots of all alive compute hubs that take work. */
export function swarmSlots(members: Membership): number {
  const slots = members.alive().reduce((sum, member) => sum + (takesWork(member) ? (member.beacon?.slots ?? 0) : 0), 0)
  return Math.max(1, slots)
}

/** Dependencies of a family, computed once for each spec: its edges never change, and ranks only order. */
export function familyGraph(view: FamilyView): Dependencies {
  const cached = graphs.get(view)
  if (cached?.spec === view.spec) return cached.graph
  const graph = dependencies(view.spec, (shard) => shardWorkMs(view, shard), auction.linkBytesPerMs)
  graphs.set(view, { spec: view.spec, graph })
  return graph
}

/** Whether every dependency of a shard has a result. */
export function isReady(job: Job, view: FamilyView, shard: number): boolean {
  if (view.spec.edges.length === 0) return true
  const parents = familyGraph(view).parents[shard] ?? []
  return parents.every((edge) => job.view.families.get(edge.family)?.isDone(edge.from) === true)
}

function jobUnits(state: HubState, job: Job, slots: number, unitsMax: number): Unit[] {
  const units: Unit[] = []
  for (const view of job.view.families.values()) {
    if (view.doneCount === view.shards) continue
    if (view.spec.key === ROOT_FAMILY) units.push(...rootUnits(state, job, view))
    else if (view.spec.edges.length > 0) units.push(...graphUnits(state, job, view, unitsMax))
    else units.push(...bundleUnits(state, job, view, slots, unitsMax))
    if (units.length >= unitsMax && !units.some((unit) => unit.view.spec.edges.length > 0)) break
  }
  return units.sort(byUrgency).slice(0, unitsMax)
}

/** Units of one family stay in the order in which they were made: sorting is stable. */
function byUrgency(a: Unit, b: Unit): number {
  return b.rank - a.rank || a.view.spec.sequence - b.view.spec.sequence
}

/** The root goes before everything: all families wait for it. */
function rootUnits(state: HubState, job: Job, view: FamilyView): Unit[] {
  if (openIntervals(view, state.members, 1).length === 0) return []
  const inputs = [{ bytes: refSize(job.manifest.program), holders: [...job.heldBy, job.manifest.submitter] }]
  return [{ job, view, lo: 0, hi: 1, workMs: auction.unknownWorkMs, rank: Number.MAX_VALUE, waitsFor: [], inputs }]
}

/**
 * Shards of a DAG are units of their own, ready or not: planning over the unready ones keeps the critical path first.
 * Only those that wait for other families stay out.
 */
function graphUnits(state: HubState, job: Job, view: FamilyView, unitsMax: number): Unit[] {
  const graph = familyGraph(view)
  const units: Unit[] = []
  for (const shard of urgencyOrder(graph)) {
    if (units.length >= unitsMax) break
    if (!isOpen(view, shard, state.members)) continue
    const waitsFor = unfinishedParents(job, view, graph.parents[shard] ?? [])
    if (waitsFor === null) continue
    const rank = graph.ranks[shard] ?? 0
    const inputs = graphInputs(job, view, shard)
    units.push({ job, view, lo: shard, hi: shard + 1, workMs: shardWorkMs(view, shard), rank, waitsFor, inputs })
  }
  return units
}

/** What a claimed run that has not begun would be as an open unit; null when its family is unknown, or a parent elsewhere is not done. */
export function unitOf(state: HubState, { job: id, family, next: lo, hi, shardMs, rank }: OwnRun): Unit | null {
  const job = state.job(id)
  const view = job.view.families.get(family)
  if (view === undefined) return null
  const unit = { job, view, lo, hi, workMs: (hi - lo) * shardMs, rank }
  if (view.spec.edges.length === 0) return { ...unit, waitsFor: NONE, inputs: bundleInputs(state, job, view) }
  const waitsFor = unfinishedParents(job, view, familyGraph(view).parents[lo] ?? [])
  return waitsFor === null ? null : { ...unit, waitsFor, inputs: graphInputs(job, view, lo) }
}

function urgencyOrder(graph: Dependencies): Int32Array {
  const known = orders.get(graph)
  if (known !== undefined) return known
  const { ranks } = graph
  const order = Int32Array.from(ranks.keys()).sort((a, b) => (ranks[b] ?? 0) - (ranks[a] ?? 0) || a - b)
  orders.set(graph, order)
  return order
}

/** Parents in the same family without a result; null when a parent elsewhere has none. */
function unfinishedParents(job: Job, view: FamilyView, parents: readonly Edge[]): readonly number[] | null {
  let waitsFor: number[] | null = null
  for (const edge of parents) {
    const isOwn = edge.family === view.spec.key
    if ((isOwn ? view : job.view.families.get(edge.family))?.isDone(edge.from) === true) continue
    if (!isOwn) return null
    waitsFor ??= []
    waitsFor.push(edge.from)
  }
  return waitsFor ?? NONE
}

function graphInputs(job: Job, view: FamilyView, shard: number): InputPlace[] {
  return (familyGraph(view).parents[shard] ?? []).map((edge) => {
    const done = job.view.families.get(edge.family)?.done(edge.from)
    const holders = done === null || done === undefined ? [] : [done.hub, ...done.holders]
    return { bytes: edge.bytes, holders }
  })
}

/**
 * Guided self-scheduling over the open intervals: large units first, small ones at the end, so that all hubs end together.
 * Hubs that cannot reach the submitter begin at the far end: the sides of a partition meet in the middle instead of doing
 * the same shards twice.
 */
function bundleUnits(state: HubState, job: Job, view: FamilyView, slots: number, unitsMax: number): Unit[] {
  const shardMs = shardWorkMs(view, 0)
  const intervals = openIntervals(view, state.members, unitsMax)
  let restMs = intervals.reduce((sum, interval) => sum + (interval.hi - interval.lo) * shardMs, 0)
  const inputs = bundleInputs(state, job, view)
  const units: Unit[] = []
  const isReversed = state.members.get(job.manifest.submitter)?.state !== 'alive'
  for (const interval of isReversed ? intervals.toReversed() : intervals) {
    let { lo, hi } = interval
    while (lo < hi && units.length < unitsMax) {
      const most = Math.min(hi - lo, bundleShards(restMs, shardMs, slots))
      const first = isReversed ? apartFrom(job, view, hi - 1, hi - most - 1) + 1 : lo
      const end = isReversed ? hi : apartFrom(job, view, lo, lo + most)
      const workMs = (end - first) * shardMs
      units.push({ job, view, lo: first, hi: end, workMs, rank: shardMs, waitsFor: NONE, inputs })
      restMs -= workMs
      if (isReversed) hi = first
      else lo = end
    }
  }
  return units
}

/**
 * Where a unit that begins with the shard `from` ends, on its way to `to`: what took down a slot is claimed alone, for its
 * neighbours would bear the blame, or their results be lost with it.
 */
function apartFrom({ failures }: Job, { spec: { key } }: FamilyView, from: number, to: number): number {
  if (failures.size === 0) return to
  const step = Math.sign(to - from)
  if (failures.has(`${key}:${from}`)) return from + step
  let shard = from + step
  while (shard !== to && !failures.has(`${key}:${shard}`)) shard += step
  return shard
}

function bundleShards(restMs: number, shardMs: number, slots: number): number {
  const shareMs = (restMs * auction.bundleRestShares) / slots
  const targetMs = Math.min(auction.bundleMsMax, Math.max(auction.bundleMsMin, shareMs))
  return Math.min(counts.shardsPerClaimMax, Math.max(1, Math.floor(targetMs / shardMs)))
}

function bundleInputs(state: HubState, job: Job, view: FamilyView): InputPlace[] {
  const sharedBytes = view.spec.shared === null ? 0 : refSize(view.spec.shared)
  const sliceBytes = sliceBytesOf(view.spec)
  const holders = inputHolders(job, '')
  const perUnit = sliceBytes / Math.max(1, swarmSlots(state.members))
  return [{ bytes: sharedBytes + perUnit, holders }]
}

function sliceBytesOf(spec: FamilySpec): number {
  const known = sliceSizes.get(spec)
  if (known !== undefined) return known
  const bytes = spec.slices.reduce((sum, slice) => sum + refSize(slice.ref), 0)
  sliceSizes.set(spec, bytes)
  return bytes
}

/** Work of a job that is claimed and not done: what it is being served right now. */
function servedMs(job: Job, members: Membership): number {
  if (isEnded(job)) return 0
  let servedMs = 0
  for (const view of job.view.families.values()) {
    if (view.spec.key === ROOT_FAMILY || view.doneCount === view.shards) continue
    servedMs += (view.shards - view.doneCount - openCount(view, members)) * shardWorkMs(view, 0)
  }
  return servedMs
}

/** Takes units from the queue that has been served least, so that jobs share the swarm evenly. */
function takeFairly(queues: { units: Unit[]; servedMs: number }[], unitsMax: number): Unit[] {
  const taken: Unit[] = []
  const heads = queues.map(() => 0)
  while (taken.length < unitsMax) {
    let best = -1
    queues.forEach((queue, index) => {
      const hasMore = (heads[index] ?? 0) < queue.units.length
      if (hasMore && (best < 0 || queue.servedMs < (queues[best]?.servedMs ?? 0))) best = index
    })
    const queue = queues[best]
    const unit = queue?.units[heads[best] ?? 0]
    if (queue === undefined || unit === undefined) break
    taken.push(unit)
    heads[best] = (heads[best] ?? 0) + 1
    queue.servedMs += unit.workMs
  }
  return taken
}
