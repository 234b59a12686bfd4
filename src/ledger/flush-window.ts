/** When the records of a job are written: news with the next window; progress, for which nobody waits, with what comes soon. */
import { durations } from '../limits.ts'
import type { LedgerRecord } from './record.ts'

/** Records of one job that wait for their flush. */
export class FlushWindow {
  #waiting: LedgerRecord[] = []
  #flushedMs = Number.NEGATIVE_INFINITY
  #dueMs = Number.POSITIVE_INFINITY

  /** When the next flush is due, by the clock of `nowMs`; Infinity while nothing waits. */
  get dueMs(): number {
    return this.#dueMs
  }

  /** Takes records in, `windowMs` after the last flush at the earliest to be written. Returns whether the flush is due sooner than before. */
  add(records: readonly LedgerRecord[], nowMs: number, windowMs: number): boolean {
    if (records.length === 0) return false
    for (const record of records) this.#waiting.push(record)
    const fromMs = records.every(isProgress) ? nowMs + durations.progressWindowMs : nowMs
    const dueMs = Math.max(fromMs, this.#flushedMs + windowMs)
    if (dueMs >= this.#dueMs) return false
    this.#dueMs = dueMs
    return true
  }

  /** What is written now, in the order in which it came. */
  take(nowMs: number): LedgerRecord[] {
    const taken = this.#waiting
    this.#waiting = []
    this.#flushedMs = nowMs
    this.#dueMs = Number.POSITIVE_INFINITY
    return taken
  }
}

/** The claim is known already: that its shards run now, and from where they could go on, changes no bid. */
function isProgress(record: LedgerRecord): boolean {
  return record.kind === 'checkpoint' || (record.kind === 'claim' && record.state === 'running')
}
