/** What peers have sent and a hub has not looked at yet: taken by the batch, once a tick. */
import type { RecordSender } from '../../src/hub/input.ts'
import type { EventQueue } from './events.ts'
import type { Parcel } from './ledger.ts'

/** Records of a job on their way, and who sent them. */
export interface Letter {
  readonly job: string
  readonly parcel: Parcel
  readonly sender: RecordSender
}

/** For links of one delay: letters arrive in the order in which they are put. */
export class Inbox {
  readonly #events: EventQueue
  readonly #take: (job: string, letters: readonly Letter[]) => void
  readonly #waiting: { readonly letter: Letter; readonly atMs: number }[] = []

  constructor(events: EventQueue, take: (job: string, letters: readonly Letter[]) => void) {
    this.#events = events
    this.#take = take
  }

  /** A letter that arrives after `delayMs`; it is taken at the end of that tick. */
  put(letter: Letter, delayMs: number, tickMs: number): void {
    const atMs = Math.ceil((this.#events.nowMs + delayMs) / tickMs) * tickMs
    this.#waiting.push({ letter, atMs })
    if (this.#waiting.length === 1) this.#events.at(atMs, () => this.#drain())
  }

  #drain(): void {
    const end = this.#waiting.findIndex(({ atMs }) => atMs > this.#events.nowMs)
    const due = this.#waiting.splice(0, end < 0 ? this.#waiting.length : end)
    const next = this.#waiting[0]
    if (next !== undefined) this.#events.at(next.atMs, () => this.#drain())
    const jobs = Map.groupBy(due, ({ letter }) => letter.job)
    for (const [job, letters] of jobs)
      this.#take(
        job,
        letters.map(({ letter }) => letter),
      )
  }
}
