/** Bidders of about the same rate, in the order in which a plan gives them work. */
import type { Bidder } from './bidder.ts'

/**
 * Invariant: `#next` holds the bidders that are free, up to a tie, when the first of them is, by id; `#later` holds the
 * others, by free time and id. Windows follow each other: all of one get their work before the next one opens.
 */
export class FreeOrder {
  readonly #next: Bidder[] = []
  readonly #later: Bidder[]
  #nextUntilMs = Number.NEGATIVE_INFINITY

  /** @param bidders sorted by id. */
  constructor(bidders: readonly Bidder[]) {
    // Sorting is stable, so those that are free at the same time stay in the order of their ids.
    this.#later = bidders.toSorted((a, b) => a.timeline.firstStartMs - b.timeline.firstStartMs)
  }

  add(bidder: Bidder): void {
    if (this.#isNext(bidder)) insert(this.#next, bidder, byId)
    else insert(this.#later, bidder, byFreeTime)
  }

  /** Call before its timeline changes. */
  remove(bidder: Bidder): void {
    const list = this.#isNext(bidder) ? this.#next : this.#later
    const index = position(list, bidder, list === this.#next ? byId : byFreeTime)
    if (list[index] === bidder) list.splice(index, 1)
  }

  /** The first bidder that, once asked, can run a unit which is ready at `readyMs`; null when none can. */
  first(readyMs: number, tieMs: number, ask: (bidder: Bidder) => boolean): Bidder | null {
    this.#fill(readyMs, tieMs)
    for (const list of [this.#next, this.#later]) {
      for (const bidder of list) if (ask(bidder)) return bidder
    }
    return null
  }

  #isNext({ timeline }: Bidder): boolean {
    return timeline.firstStartMs <= this.#nextUntilMs
  }

  /** Who is free before the unit is ready is as good as who is free then. */
  #fill(readyMs: number, tieMs: number): void {
    const [first] = this.#later
    if (this.#next.length === 0 && first !== undefined) this.#nextUntilMs = first.timeline.firstStartMs + tieMs
    this.#nextUntilMs = Math.max(this.#nextUntilMs, readyMs)
    const end = this.#later.findIndex(({ timeline }) => timeline.firstStartMs > this.#nextUntilMs)
    const moved = this.#later.splice(0, end < 0 ? this.#later.length : end)
    if (moved.length === 0) return
    this.#next.push(...moved)
    this.#next.sort(byId)
  }
}

type Order = (a: Bidder, b: Bidder) => number

function byId(a: Bidder, b: Bidder): number {
  return a.hub < b.hub ? -1 : a.hub > b.hub ? 1 : 0
}

function byFreeTime(a: Bidder, b: Bidder): number {
  return a.timeline.firstStartMs - b.timeline.firstStartMs || byId(a, b)
}

function insert(list: Bidder[], bidder: Bidder, order: Order): void {
  list.splice(position(list, bidder, order), 0, bidder)
}

/** Where a bidder is in a list, or belongs. */
function position(list: readonly Bidder[], bidder: Bidder, order: Order): number {
  let lo = 0
  let hi = list.length
  while (lo < hi) {
    const middle = (lo + hi) >> 1
    const other = list[middle]
    if (other !== undefined && order(other, bidder) < 0) lo = middle + 1
    else hi = middle
  }
  return lo
}
