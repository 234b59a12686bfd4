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
  /** Letters, and when each is taken. */
  #waiting: Letter[] = []
  #dueMs: number[] = []

  constructor(events: EventQueue, take: (job: string, letters: readonly Letter[]) => void) {
    this.#events = events
    this.#take = take
  }

  /** A letter that arrives after `delayMs`; it is taken at the end of that tick. */
  put(letter: Letter, delayMs: number, tickMs: number): void {
    const atMs = Math.ceil((this.#events.nowMs + delayMs) / tickMs) * tickMs
    this.#waiting.push(letter)
    this.#dueMs.push(atMs)
    if (this.#waiting.length === 1) this.#events.at(atMs, this.#drain)
  }

  readonly #drain = (): void => {
    const { nowMs } = this.#events
    let end = 0
    while (end < this.#dueMs.length && (this.#dueMs[end] ?? 0) <= nowMs) end++
    const due = this.#waiting
    this.#waiting = due.splice(end)
    this.#dueMs = this.#dueMs.slice(end)
    const [nextMs] = this.#dueMs
    if (nextMs !== undefined) this.#events.at(nextMs, this.#drain)
    const job = due[0]?.job
    if (job !== undefined && due.every((letter) => letter.job === job)) return this.#take(job, due)
    for (const [id, letters] of Map.groupBy(due, (letter) => letter.job)) this.#take(id, letters)
  }
}
