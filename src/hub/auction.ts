/** The auction without an auctioneer: every hub evaluates everybody's bid over its replica and reads off its own wins. */

import { fits } from '../cost/capability.ts'
import { type CapacityCurve, capacityCurve } from '../cost/capacity.ts'
import { type BidTerms, bid } from '../cost/cost.ts'
import { transferMs } from '../cost/transfer.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { LoadReport } from './beacon.ts'
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
  readonly bids: readonly UnitBid[]
}

export interface Plan {
  readonly assignments: readonly Assignment[]
  /** Mean speed-1 work of its units, the yardstick of lead, look and patience. */
  readonly meanUnitMs: number
  readonly timelines: ReadonlyMap<HubId, Timeline>
}

/**
 * List scheduling with insertion over the hub's own view: units by fairness and upward rank, each to the hub where it
 * ends first, ties to the lower id (research: rolling-horizon plan; HEFT's rule with gossiped forecasts).
 */
export function virtualPlan(state: HubState): Plan {
  const members = state.members.alive().filter(takesWork)
  const unitsMax = auction.planUnitsBase + auction.planUnitsPerHub * members.length
  const units = openUnits(state, unitsMax)
  const timelines = new Map(members.map((member) => [member.hub, timelineOf(state, member)]))
  const ends = new Map<string, number>()
  const placedOn = new Map<string, HubId>()
  const assignments: Assignment[] = []
  for (const unit of units) {
    const best = assign(state, members, timelines, unit, { ends, placedOn })
    if (best === null) continue
    timelines.get(best.assignment.hub)?.take(best.placement)
    for (let shard = unit.lo; shard < unit.hi; shard++) {
      if (unit.view.spec.edges.length === 0) break
      ends.set(shardKey(unit, shard), best.assignment.finishMs)
      placedOn.set(shardKey(unit, shard), best.assignment.hub)
    }
    assignments.push(best.assignment)
  }
  const workMs = units.reduce((sum, unit) => sum + unit.workMs, 0)
  return { assignments, meanUnitMs: workMs / Math.max(1, units.length), timelines }
}

/** The capacity of a hub's slots under its own forecast. */
export function memberCapacity(member: Member, report: LoadReport, nowMs: number): CapacityCurve {
  const beacon = member.beacon
  const machine = { speed: beacon?.speed ?? 1, cores: beacon?.cores ?? 1, slots: beacon?.slots ?? 1 }
  const points = report.forecast.map((point) => ({ horizonMs: point.horizonMs, load: point.cpu.mean }))
  return capacityCurve(machine, nowMs, points)
}

function takesWork(member: Member): boolean {
  return member.beacon?.compute === true && !member.beacon.leaving
}

function timelineOf(state: HubState, member: Member): Timeline {
  const isSelf = member.hub === state.self
  const report = isSelf ? state.report : (member.beacon?.report ?? state.report)
  const slotFreeMs = isSelf ? ownSlotFreeMs(state) : member.slotFreeMs.map((freeMs) => Math.max(state.nowMs, freeMs))
  const speed = member.beacon?.speed ?? 1
  return new Timeline(member.hub, slotFreeMs, memberCapacity(member, report, state.nowMs), speed)
}

interface Placed {
  readonly ends: ReadonlyMap<string, number>
  readonly placedOn: ReadonlyMap<string, HubId>
}

function assign(
  state: HubState,
  members: readonly Member[],
  timelines: ReadonlyMap<HubId, Timeline>,
  unit: Unit,
  placed: Placed,
): { assignment: Assignment; placement: Placement } | null {
  const bids: UnitBid[] = []
  let best: { hub: HubId; placement: Placement; readyMs: number } | null = null
  for (const member of members) {
    const timeline = timelines.get(member.hub)
    const capable = fits(unit.job.manifest.options.needs, { compute: true, labels: member.beacon?.labels ?? {} })
    const parentsMs = parentsEndMs(state, unit, member.hub, placed)
    if (timeline === undefined || !capable || parentsMs === null) continue
    const inputsMs = parentsMs + transferMs(unit.inputs, member.hub, state.link(member.hub))
    const placement = timeline.place(inputsMs, unit.workMs)
    if (placement === null) continue
    bids.push(explainBid(state, timeline, unit, inputsMs, placement))
    if (best === null || placement.finishMs < best.placement.finishMs) {
      best = { hub: member.hub, placement, readyMs: inputsMs }
    }
  }
  if (best === null) return null
  const { startMs, finishMs } = best.placement
  return {
    placement: best.placement,
    assignment: { unit, hub: best.hub, startMs, finishMs, readyMs: best.readyMs, bids },
  }
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

/** When the last unfinished parent ends and its output can be at `hub`; null when a parent is not planned at all. */
function parentsEndMs(state: HubState, unit: Unit, hub: HubId, placed: Placed): number | null {
  let readyMs = state.nowMs
  for (const parent of unit.waitsFor) {
    const key = shardKey(unit, parent)
    const expected = placed.ends.get(key) ?? unit.job.expectedEnds.get(unit.view.spec.key)?.[parent]
    if (expected === undefined || expected === 0) return null
    const parentHub = placed.placedOn.get(key) ?? unit.view.claim(parent)?.hub
    const link = state.link(hub)
    const bytes = parentHub === hub ? 0 : edgeBytes(unit, parent)
    const moveMs = parentHub === hub ? 0 : link.latencyMs + bytes / link.bytesPerMs
    readyMs = Math.max(readyMs, expected + moveMs)
  }
  return readyMs
}

function edgeBytes(unit: Unit, parent: number): number {
  return familyGraph(unit.view).parents[unit.lo]?.find((edge) => edge.from === parent)?.bytes ?? 0
}

function shardKey(unit: Unit, shard: number): string {
  return `${unit.job.id}/${unit.view.spec.key}:${shard}`
}
