/** The hubs that bid in one plan, in an order that finds a unit's best place without asking all of them. */
import { type BidTerms, bid } from '../cost/cost.ts'
import type { Link } from '../cost/transfer.ts'
import type { HubId } from '../program/ref.ts'
import { Bidder } from './bidder.ts'
import { takesWork } from './eligible.ts'
import { FreeOrder } from './free-order.ts'
import type { HubState } from './state.ts'
import type { Placement } from './timeline.ts'

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
  /** Hubs where it may be ready sooner than anywhere else. */
  readonly near: readonly HubId[]
  /** When it is ready, at the earliest, at all others. */
  readonly elsewhereMs: number
}

/** Hubs whose slots are about equally fast share an order. */
const RATE_STEP = Math.log(1.25)

/**
 * The bidders of one plan. Hubs see each other's free times a message's way late, so those that differ by less than `tieMs`
 * are equal, and the lower id goes first: else every hub of many that end at the same time would believe itself to be first.
 */
export class Bidders {
  readonly all: readonly Bidder[]
  readonly self: Bidder | undefined
  readonly tieMs: number
  /** Made by the first search, as are the orders: in a small swarm all are asked. */
  #byHub: ReadonlyMap<HubId, Bidder> | null = null
  #orders: ReadonlyMap<number, FreeOrder> | null = null
  #bestLink: Link | null = null

  constructor(state: HubState, tieMs: number) {
    const all: Bidder[] = []
    for (const member of state.members.alive()) if (takesWork(member)) all.push(new Bidder(state, member))
    this.all = all
    this.self = all.find(({ hub }) => hub === state.self)
    this.tieMs = tieMs
  }

  /** As good as the best link to any of them. */
  get bestLink(): Link {
    this.#bestLink ??= bestOf(this.all)
    return this.#bestLink
  }

  /** Who would end a unit first, as far as asking those that are free first, by rate class, and the near ones can tell. */
  search(wanted: Wanted, ask: (bidder: Bidder) => boolean): Bidder | null {
    const asked: Bidder[] = []
    this.#byHub ??= new Map(this.all.map((bidder) => [bidder.hub, bidder]))
    for (const hub of wanted.near) {
      const bidder = this.#byHub.get(hub)
      if (bidder !== undefined && ask(bidder)) asked.push(bidder)
    }
    this.#orders ??= ordersOf(this.all)
    for (const order of this.#orders.values()) {
      const bidder = order.first(wanted.elsewhereMs, this.tieMs, ask)
      if (bidder !== null) asked.push(bidder)
    }
    return this.best(asked)
  }

  /** By their last answers, who ends first; among those that end about then, the one of the lowest id. */
  best(asked: readonly Bidder[]): Bidder | null {
    let endMs = Number.POSITIVE_INFINITY
    for (const bidder of asked) endMs = Math.min(endMs, bidder.endMs)
    if (endMs === Number.POSITIVE_INFINITY) return null
    let best: Bidder | null = null
    for (const bidder of asked) {
      if (bidder.endMs > endMs + this.tieMs) continue
      if (best === null || bidder.hub < best.hub) best = bidder
    }
    return best
  }

  /** Gives a unit to the hub that offered. */
  take({ bidder, placement }: Offer): void {
    const order = this.#orders?.get(rateClass(bidder))
    order?.remove(bidder)
    bidder.timeline.take(placement)
    order?.add(bidder)
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

function ordersOf(all: readonly Bidder[]): Map<number, FreeOrder> {
  const classes = Map.groupBy(all, rateClass)
  return new Map([...classes].map(([key, bidders]) => [key, new FreeOrder(bidders)]))
}

function rateClass({ timeline }: Bidder): number {
  return Math.floor(Math.log(timeline.rateMax) / RATE_STEP)
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
