/**
 * When the next checkpoint is worth its cost: Young's rule (J. W. Young, "A first order approximation to the optimum
 * checkpoint interval", CACM 1974), from what the last one cost and how often hubs fail.
 */
import { slotLimits } from '../../limits.ts'

export class CheckpointClock {
  readonly #now: () => number
  readonly #mtbfMs: number
  #lastMs = 0
  #dueMs: number | null = null
  #costMs = 0
  #isWanted = false

  /** `mtbfMs`: mean time between failures of one hub. */
  constructor(now: () => number, mtbfMs: number) {
    this.#now = now
    this.#mtbfMs = mtbfMs
  }

  /** Work begins from which nothing has been kept yet. What checkpoints cost is remembered. */
  begin(atMs: number): void {
    this.#lastMs = atMs
    this.#dueMs = null
    this.#isWanted = false
  }

  /** Milliseconds from one checkpoint to the next. */
  get intervalMs(): number {
    return Math.max(slotLimits.checkpointIntervalMs, Math.sqrt(2 * this.#costMs * this.#mtbfMs))
  }

  isDue(): boolean {
    const nowMs = this.#now()
    if (!this.#isWanted && nowMs - this.#lastMs < this.intervalMs) return false
    this.#dueMs ??= nowMs
    return true
  }

  /** The next one is due at once. */
  want(): void {
    this.#isWanted = true
  }

  /** A checkpoint has left; making it began when it was found due. */
  taken(): void {
    this.#lastMs = this.#now()
    this.#costMs = this.#lastMs - (this.#dueMs ?? this.#lastMs)
    this.#dueMs = null
    this.#isWanted = false
  }
}
