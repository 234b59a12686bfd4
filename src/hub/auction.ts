/** The auction without an auctioneer: every hub evaluates everybody's bid over its replica and reads off its own wins. */

import { fits } from '../cost/capability.ts'
import { type BidTerms, bid } from '../cost/cost.ts'
import { type Link, transferMs } from '../cost/transfer.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { memberCapacity, ownCapacity } from './member-capacity.ts'
import type { Member } from './membership.ts'
import { familyGraph, openUnits, type Unit } from './ready-set.ts'
import { ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'
import { type Placement, Timeline } from './timeline.ts'

/** One hub's bid for a unit, kept for `why`. */
export interface UnitBid {
  readonly hub: HubId
  readonly finishMs: number
  readonly terms: BidTerms
}

/** A unit and the hub that every replica with this view would give it to. */
export interface Assignment {
  readonly unit: Unit
  readonly hub: HubId
  readonly startMs: number
  readonly finishMs: number
  /** When all its inputs can be at the hub; later than now for units whose parents still run. */
  readonly readyMs: number
  /** When its last parent is expected to end; now when all have. */
  readonly parentsMs: number
  /** When this hub itself would end it; null when it cannot run it. */
  readonly ownFinishMs: number | null
  /** When all its inputs could be at this hub itself. */
  readonly ownInputsMs: number
  /** Everybody's bids, for units that the evaluating hub may claim; empty for others. */
  readonly bids: readonly UnitBid[]
}

/** How much of a plan its reader needs. */
export interface PlanWants {
  /** Placing ends when this hub has so many units: what comes later in the order cannot be due. */
  readonly ownMax: number
  /** Bids are explained for units of others too: one of them may be taken in the end. */
  readonly allBids: boolean
}

export interface Plan {
  readonly assignments: readonly Assignment[]
  /** Mean speed-1 work of its units, the yardstick of lead, look and patience. */
  readonly meanUnitMs: number
}

/**
 * List scheduling with insertion over the hub's own view: units by fairness and upward rank, each to the hub where it
 * ends first, ties to the lower id (research: rolling-horizon plan; HEFT's rule with gossiped forecasts).
 */
export function virtualPlan(state: HubState, wants: PlanWants): Plan {
  const members = state.members.alive().filter(takesWork)
  const unitsMax = auction.planUnitsBase + auction.planUnitsPerHub * members.length
  const units = openUnits(state, unitsMax)
  const bidders = units.length === 0 ? [] : members.map((member) => bidderOf(state, member))
  const placed: Placed = new Map()
  const assignments: Assignment[] = []
  let own = 0
  for (const unit of units) {
    if (own >= wants.ownMax) break
    const best = assign(state, bidders, unit, placed, wants.allBids)
    if (best === null) continue
    best.bidder.timeline.take(best.placement)
    notePlaced(placed, unit, best.assignment)
    assignments.push(best.assignment)
    if (best.assignment.hub === state.self && unit.view.spec.sequence !== 0) own++
  }
  const workMs = units.reduce((sum, unit) => sum + unit.workMs, 0)
  return { assignments, meanUnitMs: workMs / Math.max(1, units.length) }
}

function takesWork(member: Member): boolean {
  return member.beacon?.compute === true && !member.beacon.leaving
}

interface Bidder {
  readonly hub: HubId
  readonly member: Member
  readonly timeline: Timeline
  readonly link: Link
}

function bidderOf(state: HubState, member: Member): Bidder {
  return { hub: member.hub, member, timeline: timelineOf(state, member), link: state.link(member.hub) }
}

function timelineOf(state: HubState, member: Member): Timeline {
  const isSelf = member.hub === state.self
  const report = member.beacon?.report ?? state.report
  const capacity = isSelf ? ownCapacity(state) : memberCapacity(member.beacon, report, member.beaconMs)
  const slotFreeMs = isSelf ? ownSlotFreeMs(state) : member.slotFreeMs.map((freeMs) => Math.max(state.nowMs, freeMs))
  const speed = member.beacon?.speed ?? 1
  return new Timeline(member.hub, slotFreeMs, capacity, speed)
}

/** Where the plan put shards of families with dependencies: their children ask. */
type Placed = Map<FamilyView, Map<number, { readonly hub: HubId; readonly finishMs: number }>>

function notePlaced(placed: Placed, unit: Unit, { hub, finishMs }: Assignment): void {
  if (unit.view.spec.edges.length === 0) return
  const shards = placed.get(unit.view) ?? new Map()
  placed.set(unit.view, shards)
  for (let shard = unit.lo; shard < unit.hi; shard++) shards.set(shard, { hub, finishMs })
}

function assign(
  state: HubState,
  bidders: readonly Bidder[],
  unit: Unit,
  placed: Placed,
  allBids: boolean,
): { assignment: Assignment; placement: Placement; bidder: Bidder } | null {
  let best: { bidder: Bidder; placement: Placement; readyMs: number } | null = null
  let ownFinishMs: number | null = null
  let ownInputsMs = state.nowMs
  const links = parentLinks(state, unit, placed)
  if (links === null) return null
  for (const bidder of bidders) {
    const offered = offer(state, bidder, unit, links)
    if (offered === null) continue
    if (bidder.hub === state.self) {
      ownFinishMs = offered.placement.finishMs
      ownInputsMs = offered.readyMs
    }
    if (best === null || offered.placement.finishMs < best.placement.finishMs) best = { bidder, ...offered }
  }
  if (best === null) return null
  const { bidder, placement, readyMs } = best
  const { startMs, finishMs } = placement
  const parentsMs = links.reduce((latest, { endMs }) => Math.max(latest, endMs), state.nowMs)
  const isExplained = allBids || bidder.hub === state.self
  const bids = isExplained ? explainBids(state, bidders, unit, links) : []
  return {
    bidder,
    placement,
    assignment: { unit, hub: bidder.hub, startMs, finishMs, readyMs, parentsMs, ownFinishMs, ownInputsMs, bids },
  }
}

function offer(
  state: HubState,
  bidder: Bidder,
  unit: Unit,
  links: readonly ParentLink[],
): { placement: Placement; readyMs: number } | null {
  const { submitter, options } = unit.job.manifest
  const labels = bidder.member.beacon?.labels ?? {}
  if (!fits(options.needs, { compute: true, labels, isForeign: submitter !== bidder.hub })) return null
  const readyMs = Math.max(inputsMs(state, unit, bidder), parentsEndMs(state, bidder, links))
  const placement = bidder.timeline.place(readyMs, unit.workMs)
  return placement === null ? null : { placement, readyMs }
}

function explainBids(state: HubState, bidders: readonly Bidder[], unit: Unit, links: readonly ParentLink[]): UnitBid[] {
  return bidders.flatMap((bidder) => {
    const offered = offer(state, bidder, unit, links)
    return offered === null ? [] : [explainBid(state, bidder.timeline, unit, offered.readyMs, offered.placement)]
  })
}

function explainBid(state: HubState, timeline: Timeline, unit: Unit, inputsMs: number, placement: Placement): UnitBid {
  const slotFreeMs =
    inputsMs < placement.startMs ? placement.startMs : Math.min(timeline.firstFreeMs(), placement.startMs)
  const evaluated = bid({
    nowMs: state.nowMs,
    slotFreeMs,
    inputsMs,
    workMs: unit.workMs,
    speed: timeline.speed,
    capacity: timeline.capacity,
  })
  return { hub: timeline.hub, finishMs: placement.finishMs, terms: evaluated.terms }
}

/** An unfinished parent: where and when it is expected to end. */
interface ParentLink {
  readonly hub: HubId | undefined
  readonly endMs: number
  readonly bytes: number
}

/** Null when a parent is not planned at all. */
function parentLinks(state: HubState, unit: Unit, placed: Placed): readonly ParentLink[] | null {
  if (unit.waitsFor.length === 0) return noParents
  const links: ParentLink[] = []
  const planned = placed.get(unit.view)
  const expectedEnds = unit.job.expectedEnds.get(unit.view.spec.key)
  for (const edge of familyGraph(unit.view).parents[unit.lo] ?? []) {
    if (edge.family !== unit.view.spec.key || unit.view.isDone(edge.from)) continue
    const plannedFor = planned?.get(edge.from)
    const expected = plannedFor?.finishMs ?? expectedEnds?.[edge.from]
    if (expected === undefined || expected === 0) return null
    const hub = plannedFor?.hub ?? unit.view.holder(edge.from)?.hub
    links.push({ hub, endMs: Math.max(state.nowMs, expected), bytes: edge.bytes })
  }
  return links
}

/** When the last unfinished parent has ended and its output can be at a hub: outputs travel side by side. */
function parentsEndMs(state: HubState, bidder: Bidder, links: readonly ParentLink[]): number {
  let readyMs = state.nowMs
  for (const { hub, endMs, bytes } of links) {
    const moveMs = hub === bidder.hub || hub === undefined ? 0 : moveTime(state, bytes)
    readyMs = Math.max(readyMs, endMs + moveMs)
  }
  return readyMs
}

/** When what is there already can be at a hub. Results of different hubs come side by side, those of a bundle one after the other. */
function inputsMs(state: HubState, unit: Unit, bidder: Bidder): number {
  if (unit.view.spec.edges.length === 0) return state.nowMs + transferMs(unit.inputs, bidder.hub, bidder.link)
  let longestMs = 0
  for (const { bytes, holders } of unit.inputs) {
    const [from] = holders
    if (from === undefined || holders.includes(bidder.hub)) continue
    longestMs = Math.max(longestMs, moveTime(state, bytes))
  }
  return state.nowMs + longestMs
}

/**
 * All hubs must come to the same plan, or each names another: a hub knows only its own links, so all pairs count as
 * the mean of those, which is about the same everywhere.
 */
function moveTime(state: HubState, bytes: number): number {
  const link = meanLink(state)
  return link.latencyMs + bytes / link.bytesPerMs
}

function meanLink(state: HubState): Link {
  const known = meanLinks.get(state)
  if (known !== undefined && known.atMs === state.nowMs) return known.link
  const measured = [...state.links.values()]
  const mean = (of: (link: Link) => number): number => measured.reduce((sum, one) => sum + of(one), 0) / measured.length
  const link =
    measured.length === 0
      ? { bytesPerMs: auction.linkBytesPerMs, latencyMs: auction.linkLatencyMs }
      : { bytesPerMs: mean((one) => one.bytesPerMs), latencyMs: mean((one) => one.latencyMs) }
  meanLinks.set(state, { atMs: state.nowMs, link })
  return link
}

const meanLinks = new WeakMap<HubState, { readonly atMs: number; readonly link: Link }>()
const noParents: readonly ParentLink[] = []
