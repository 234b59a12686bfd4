/** What a root remembers of a spot: visits that were over at once need no timing the next time. */
import { decomposeLimits } from '../../limits.ts'
import type { VisitedSpot } from '../../program/report.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import type { RootCall } from './contract.ts'

export class SpotHistory {
  readonly spot: number
  readonly meta: SpotMeta
  /** Visits in a row that were over at once, and the most items one of them had. */
  #small = 0
  #smallCount = 0
  /** Visits that may still just run before one is timed again, and how many there will be after that. */
  #free = 0
  #between: number = decomposeLimits.smallVisitsBetweenLooks
  #visits = 0
  #width = 0
  #inPlaceMs = 0
  /** Why it last had to stay in place; empty when it never had to. */
  stayed = ''

  constructor(spot: number, meta: SpotMeta) {
    this.spot = spot
    this.meta = meta
  }

  /** True when a visit of so many items may just run: others like it were over at once. Asked once per visit. */
  isSmall(call: RootCall, sequence: number, count: number): boolean {
    if (this.#free === 0 || count > this.#smallCount) return false
    if (call.chunks !== null || (call.recordedCuts.size > 0 && call.recordedCuts.has(sequence))) return false
    this.#free -= 1
    this.#visits += 1
    return true
  }

  /** Notes a visit that is timed. */
  met(count: number): void {
    this.#visits += 1
    if (count > this.#width) this.#width = count
  }

  /** What became of the spot so far. */
  visited(): VisitedSpot {
    const { stayed } = this
    return { spot: this.spot, visits: this.#visits, width: this.#width, inPlaceMs: this.#inPlaceMs, stayed }
  }

  /** Notes how long a visit took that ran in place as a whole. */
  ran(count: number, tookMs: number): void {
    this.#inPlaceMs += tookMs
    if (tookMs > decomposeLimits.smallVisitMs) {
      this.#small = 0
      this.#free = 0
      this.#between = decomposeLimits.smallVisitsBetweenLooks
      return
    }
    this.#smallCount = this.#small === 0 ? count : Math.max(this.#smallCount, count)
    this.#small += 1
    if (this.#small < decomposeLimits.smallVisits || this.#free > 0) return
    // Now and then one is timed again, for items may have grown heavier; ever less often as long as they have not.
    this.#free = this.#between
    this.#between = Math.min(2 * this.#between, decomposeLimits.smallVisitsBetweenLooksMax)
  }
}
