/** The hubs that bid in one plan, in an order that finds a unit's best place without asking all of them. */
import { type BidTerms, bid } from '../cost/cost.ts'
import type { Link } from '../cost/transfer.ts'
import type { HubId } from '../program/ref.ts'
import { memberCapacity, ownCapacity } from './member-capacity.ts'
import type { Member } from './membership.ts'
import { ownSlotFreeMs } from './slot-times.ts'
import type { HubState } from './state.ts'
import { type Placement, Timeline } from './timeline.ts'

/** A hub in one plan. */
export interface Bidder {
  readonly hub: HubId
  readonly member: Member
  readonly timeline: Timeline
  readonly link: Link
}

/** What one hub offers for one unit. */
export interface Offer {
  readonly bidder: Bidder
  readonly placement: Placement
  /** When all inputs can be at the hub. */
  readonly readyMs: number
  /** When the hub's first slot is free for good of what the plan gave it before. */
  readonly slotFreeMs: number
}

/** One hub's bid for a unit, kept for `why`. */
export interface UnitBid {
  readonly hub: HubId
  readonly finishMs: number
  readonly terms: BidTerms
}

/** How a unit looks to the hubs that might run it. */
export interface Wanted {
  readonly workMs: number
  /** Hubs where it may be ready sooner than anywhere else. */
  readonly near: readonly HubId[]
  /** When it is ready, at the earliest, at all others. */
  readonly elsewhereMs: number
}

interface Order {
  rateMax: number
  readonly bidders: Bidder[]
}

/** Hubs whose slots are about equally fast share an order: its bound is as good as its fastest hub. */
const RATE_STEP = Math.log(1.25)

/**
 * Invariant: every order is ascending in (first free time, id). No hub of an order ends a unit before its own first free time,
 * or the unit's ready time, plus the work at the order's highest rate: a search may end where that is too late.
 */
export class Bidders {
  readonly all: readonly Bidder[]
  readonly self: Bidder | undefined
  readonly #byHub = new Map<HubId, Bidder>()
  /** Made by the first search. */
  #orders: ReadonlyMap<number, Order> | null = null
  #bestLink: Link | null = null

  constructor(state: HubState) {
    this.all = state.members.alive().flatMap((member) => (takesWork(member) ? [bidderOf(state, member)] : []))
    for (const bidder of this.all) this.#byHub.set(bidder.hub, bidder)
    this.self = this.#byHub.get(state.self)
  }

  /** As good as the best link to any of them. */
  get bestLink(): Link {
    this.#bestLink ??= bestOf(this.all)
    return this.#bestLink
  }

  /** The offer that ends first, ties to the hub that is free first and then to the lower id. */
  best(wanted: Wanted, offerOf: (bidder: Bidder) => Offer | null): Offer | null {
    const { workMs, near, elsewhereMs } = wanted
    let best: Offer | null = null
    for (const hub of near) {
      const bidder = this.#byHub.get(hub)
      if (bidder !== undefined) best = better(best, offerOf(bidder))
    }
    this.#orders ??= ordersOf(this.all)
    for (const { rateMax, bidders } of this.#orders.values()) {
      for (const bidder of bidders) {
        const startMs = Math.max(bidder.timeline.firstStartMs, elsewhereMs)
        if (best !== null && startMs + workMs / rateMax >= best.placement.finishMs) break
        best = better(best, offerOf(bidder))
      }
    }
    return best
  }

  /** Gives a unit to the hub that offered. */
  take({ bidder, placement }: Offer): void {
    const bidders = this.#orders?.get(rateClass(bidder))?.bidders
    if (bidders === undefined) return bidder.timeline.take(placement)
    bidders.splice(position(bidders, bidder), 1)
    bidder.timeline.take(placement)
    bidders.splice(position(bidders, bidder), 0, bidder)
  }
}

/** An offer with its cost, term by term. */
export function explainOffer(
  nowMs: number,
  workMs: number,
  { bidder, placement, readyMs, slotFreeMs }: Offer,
): UnitBid {
  const { hub, timeline } = bidder
  const freeMs = readyMs < placement.startMs ? placement.startMs : Math.min(slotFreeMs, placement.startMs)
  const { speed, capacity } = timeline
  const { terms } = bid({ nowMs, slotFreeMs: freeMs, inputsMs: readyMs, workMs, speed, capacity })
  return { hub, finishMs: placement.finishMs, terms }
}

function takesWork(member: Member): boolean {
  return member.beacon?.compute === true && !member.beacon.leaving
}

function bidderOf(state: HubState, member: Member): Bidder {
  return { hub: member.hub, member, timeline: timelineOf(state, member), link: state.link(member.hub) }
}

function timelineOf(state: HubState, member: Member): Timeline {
  const isSelf = member.hub === state.self
  const report = member.beacon?.report ?? state.report
  const capacity = isSelf ? ownCapacity(state) : memberCapacity(member.beacon, report, member.beaconMs)
  const slotFreeMs = isSelf ? ownSlotFreeMs(state) : member.slotFreeMs.map((freeMs) => Math.max(state.nowMs, freeMs))
  return new Timeline(member.hub, slotFreeMs, capacity, member.beacon?.speed ?? 1)
}

function ordersOf(all: readonly Bidder[]): Map<number, Order> {
  const orders = new Map<number, Order>()
  for (const bidder of all) {
    const key = rateClass(bidder)
    const order = orders.get(key)
    if (order === undefined) orders.set(key, { rateMax: bidder.timeline.rateMax, bidders: [bidder] })
    else {
      order.rateMax = Math.max(order.rateMax, bidder.timeline.rateMax)
      order.bidders.push(bidder)
    }
  }
  for (const { bidders } of orders.values()) bidders.sort(byFreeTime)
  return orders
}

function rateClass({ timeline }: Bidder): number {
  return Math.floor(Math.log(timeline.rateMax) / RATE_STEP)
}

function byFreeTime(a: Bidder, b: Bidder): number {
  return a.timeline.firstStartMs - b.timeline.firstStartMs || (a.hub < b.hub ? -1 : a.hub > b.hub ? 1 : 0)
}

/** Where a bidder is in its order, or belongs. */
function position(bidders: readonly Bidder[], bidder: Bidder): number {
  let lo = 0
  let hi = bidders.length
  while (lo < hi) {
    const middle = (lo + hi) >> 1
    const other = bidders[middle]
    if (other !== undefined && byFreeTime(other, bidder) < 0) lo = middle + 1
    else hi = middle
  }
  return lo
}

/** The offer that ends sooner; ties go to the hub that is free first, then to the lower id. */
export function better(best: Offer | null, offer: Offer | null): Offer | null {
  if (best === null || offer === null) return best ?? offer
  const order = offer.placement.finishMs - best.placement.finishMs || byFreeTime(offer.bidder, best.bidder)
  return order < 0 ? offer : best
}

function bestOf(all: readonly Bidder[]): Link {
  let bytesPerMs = 0
  let latencyMs = Number.POSITIVE_INFINITY
  for (const { link } of all) {
    bytesPerMs = Math.max(bytesPerMs, link.bytesPerMs)
    latencyMs = Math.min(latencyMs, link.latencyMs)
  }
  return { bytesPerMs, latencyMs }
}
