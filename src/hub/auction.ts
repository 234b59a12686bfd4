/** The auction without an auctioneer: every hub evaluates everybody's bid over its replica and reads off its own wins. */

import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import {
  arrivalMs,
  meanLink,
  NOWHERE,
  nearHubs,
  type ParentLink,
  type Placed,
  parentLinks,
  type Readiness,
  readinessOf,
} from './arrival.ts'
import type { Bidder } from './bidder.ts'
import { Bidders, explainOffer, type Offer, type UnitBid } from './bidders.ts'
import { openUnits, type Unit } from './ready-set.ts'
import { standsBack } from './stand-back.ts'
import type { HubState } from './state.ts'
import { maySay } from './voters.ts'

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
  /** Everybody's offers, for units that the evaluating hub may claim; empty for others. */
  readonly offers: readonly Offer[]
  /** When the plan was made: what its bids count from. */
  readonly atMs: number
}

/** How much of a plan its reader needs. */
export interface PlanWants {
  /** Placing ends when this hub has so many units: what comes later in the order cannot be due. */
  readonly ownMax: number
  /** Offers are kept for so many units of others too: one of them may be taken in the end. */
  readonly othersMax: number
}

export interface Plan {
  readonly assignments: readonly Assignment[]
  readonly atMs: number
  /** Mean speed-1 work of its units, the yardstick of lead, look and patience. */
  readonly meanUnitMs: number
}

/**
 * List scheduling with insertion over the hub's own view: units by fairness and upward rank, each to the hub where it
 * ends first, near ties to the lower id (research: rolling-horizon plan; HEFT's rule with gossiped forecasts).
 */
export function virtualPlan(state: HubState, wants: PlanWants): Plan {
  const units = openUnits(state, unitsMax(state.members.alive().length))
  const assignments: Assignment[] = []
  if (units.length === 0) return { assignments, atMs: state.nowMs, meanUnitMs: 0 }
  const workMs = units.reduce((sum, unit) => sum + unit.workMs, 0)
  const meanUnitMs = workMs / units.length
  const bidders = new Bidders(state, tieMs(state, meanUnitMs))
  const placed: Placed = new Map()
  let own = 0
  let others = 0
  for (const unit of units) {
    if (own >= wants.ownMax) break
    const assignment = assign(state, bidders, unit, placed, others < wants.othersMax)
    if (assignment === null) continue
    notePlaced(placed, assignment)
    assignments.push(assignment)
    if (assignment.hub !== state.self) others++
    else if (unit.view.spec.sequence !== 0) own++
  }
  return { assignments, atMs: state.nowMs, meanUnitMs }
}

/** When the best other hub would end each of these claimed units behind the open ones that are more urgent; Infinity when none can. */
export function othersEnds(state: HubState, claimed: readonly Unit[]): number[] {
  const open = openUnits(state, unitsMax(state.members.alive().length))
  const bidders = new Bidders(state, 0)
  const placed: Placed = new Map()
  const ends = claimed.map(() => Number.POSITIVE_INFINITY)
  const waiting = new Set(claimed.keys())
  const askBefore = (next: Unit | undefined): void => {
    for (const at of waiting) {
      const unit = claimed[at]
      if (unit === undefined || (next !== undefined && next.rank >= unit.rank)) continue
      waiting.delete(at)
      ends[at] = othersEnd(state, bidders, unit, placed)
    }
  }
  for (const unit of open) {
    askBefore(unit)
    if (waiting.size === 0) break
    const assignment = assign(state, bidders, unit, placed, false)
    if (assignment !== null) notePlaced(placed, assignment)
  }
  askBefore(undefined)
  return ends
}

function othersEnd(state: HubState, bidders: Bidders, unit: Unit, placed: Placed): number {
  const parents = parentLinks(state, unit, placed)
  let endMs = Number.POSITIVE_INFINITY
  if (parents === null) return endMs
  const ready = readinessOf(state, unit, parents)
  for (const bidder of bidders.all) {
    if (bidder === bidders.self || !ask(state, bidder, unit, parents, ready)) continue
    endMs = Math.min(endMs, bidder.endMs)
  }
  return endMs
}

/** Differences that hubs cannot agree about: what another hub says is a message's way old. */
function tieMs(state: HubState, meanUnitMs: number): number {
  return Math.min(auction.tieMsMin + 2 * meanLink(state).latencyMs, auction.tieShares * meanUnitMs)
}

/** The bids behind an assignment, best first, at most `auction.bidsKeptMax`. */
export function bidsOf({ unit, offers, atMs }: Assignment): UnitBid[] {
  const sorted = [...offers].sort((a, b) => a.placement.finishMs - b.placement.finishMs)
  return sorted.slice(0, auction.bidsKeptMax).map((offer) => explainOffer(atMs, unit.workMs, offer))
}

/** In a large swarm a unit or two per hub is all that can be due before the next plan. */
function unitsMax(hubs: number): number {
  const few = Math.min(hubs, auction.planHubsFull)
  return auction.planUnitsBase + auction.planUnitsPerHub * few + auction.planUnitsPerHubMore * (hubs - few)
}

function notePlaced(placed: Placed, { unit, hub, finishMs }: Assignment): void {
  if (unit.view.spec.edges.length === 0) return
  const shards = placed.get(unit.view) ?? new Map()
  placed.set(unit.view, shards)
  for (let shard = unit.lo; shard < unit.hi; shard++) shards.set(shard, { hub, finishMs })
}

function assign(
  state: HubState,
  bidders: Bidders,
  unit: Unit,
  placed: Placed,
  keepsOffers: boolean,
): Assignment | null {
  const parents = parentLinks(state, unit, placed)
  if (parents === null) return null
  const { best, own, offers } = askFor(state, bidders, unit, parents, keepsOffers)
  if (best === null) return null
  bidders.take(best)
  const { startMs, finishMs } = best.placement
  const canRun = own !== undefined && own.endMs < Number.POSITIVE_INFINITY
  return {
    unit,
    hub: best.bidder.hub,
    startMs,
    finishMs,
    readyMs: best.readyMs,
    parentsMs: parents.reduce((latest, { endMs }) => Math.max(latest, endMs), state.nowMs),
    ownFinishMs: canRun ? own.endMs : null,
    ownInputsMs: canRun ? own.readyMs : state.nowMs,
    offers,
    atMs: state.nowMs,
  }
}

interface Asked {
  readonly best: Offer | null
  /** What this hub itself answered. */
  readonly own: Bidder | undefined
  readonly offers: readonly Offer[]
}

/** Asks everybody where that is as quick as a search, and for an own unit or where they are wanted all offers. */
function askFor(state: HubState, bidders: Bidders, unit: Unit, parents: readonly ParentLink[], all: boolean): Asked {
  const ready = readinessOf(state, unit, parents)
  const askOne = (bidder: Bidder) => ask(state, bidder, unit, parents, ready)
  if (all || bidders.all.length <= auction.askAllMax) return askAll(bidders, askOne, all)
  const elsewhereMs = arrivalMs(state, unit, parents, NOWHERE, bidders.bestLink)
  const best = bidders.search({ near: nearHubs(unit, parents), elsewhereMs }, askOne)
  if (best !== null && best === bidders.self) return askAll(bidders, askOne, all)
  if (bidders.self !== undefined) askOne(bidders.self)
  return { best: best === null ? null : offered(best), own: bidders.self, offers: noOffers }
}

function askAll(bidders: Bidders, askOne: (bidder: Bidder) => boolean, keepsOffers: boolean): Asked {
  const able = bidders.all.filter(askOne)
  const best = bidders.best(able)
  const own = bidders.self
  if (best === null) return { best: null, own, offers: noOffers }
  if (!keepsOffers && best !== bidders.self) return { best: offered(best), own, offers: noOffers }
  const offers = able.map(offered)
  return { best: offers[able.indexOf(best)] ?? null, own, offers }
}

/** Has a hub answer; whether it can run the unit. */
function ask(
  state: HubState,
  bidder: Bidder,
  unit: Unit,
  parents: readonly ParentLink[],
  { elsewhereMs, near }: Readiness,
): boolean {
  bidder.endMs = Number.POSITIVE_INFINITY
  if (!bidder.fits(unit.job) || !maySay(unit.view, unit, bidder.hub)) return false
  if (standsBack(state, unit, bidder.hub)) return false
  const isElsewhere = elsewhereMs !== null && !near.includes(bidder.hub)
  bidder.readyMs = isElsewhere ? elsewhereMs : arrivalMs(state, unit, parents, bidder.hub, bidder.link)
  bidder.endMs = bidder.timeline.find(bidder.readyMs, unit.workMs)
  return bidder.endMs < Number.POSITIVE_INFINITY
}

/** The last answer of a hub, to be kept. */
function offered(bidder: Bidder): Offer {
  const { endMs, readyMs, timeline } = bidder
  return { bidder, placement: timeline.found(endMs), readyMs, slotFreeMs: timeline.freeForGoodMs() }
}

const noOffers: readonly Offer[] = []
