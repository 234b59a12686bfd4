/** What a root remembers of a spot: visits that were over at once need no timing the next time. */
import { decomposeLimits } from '../../limits.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import type { RootCall } from './contract.ts'

export class SpotHistory {
  readonly spot: number
  readonly meta: SpotMeta
  /** Visits in a row that were over at once, and the most items one of them had. */
  #small = 0
  #smallCount = 0
  #skipped = 0

  constructor(spot: number, meta: SpotMeta) {
    this.spot = spot
    this.meta = meta
  }

  /** True when a visit of so many items may just run: others like it were over at once. Asked once per visit. */
  isSmall(call: RootCall, sequence: number, count: number): boolean {
    if (this.#small < decomposeLimits.smallVisits || count > this.#smallCount) return false
    if (call.chunks !== null || call.recordedCuts.has(sequence)) return false
    // Now and then one is timed again: items may have grown heavier.
    this.#skipped += 1
    return this.#skipped % decomposeLimits.smallVisitsBetweenLooks !== 0
  }

  /** Notes how long a visit took that ran in place as a whole. */
  ran(count: number, tookMs: number): void {
    if (tookMs > decomposeLimits.smallVisitMs) this.#small = 0
    else {
      this.#smallCount = this.#small === 0 ? count : Math.max(this.#smallCount, count)
      this.#small += 1
    }
  }
}
