/** What happened, in one format for the checker and for people; its running hash proves that a seed replays. */

import { type HistoryEvent, type HistoryKind, historyEvent, type Told } from '../../src/history/event.ts'
import { MIX_BEGIN, mixNumber, mixText } from './mixing.ts'

/** Append-only; keeps at most `eventsMax` events, the hash covers all. */
export class History {
  readonly events: HistoryEvent[] = []
  count = 0
  #hash = MIX_BEGIN
  readonly #eventsMax: number

  constructor(eventsMax = 1_000_000) {
    this.#eventsMax = eventsMax
  }

  note(atMs: number, hub: string, kind: HistoryKind, told: Told = {}, life: string | undefined = told.life): void {
    const event = historyEvent(atMs, hub, kind, told, life)
    const { job, family, lo, hi, epoch, detail } = event
    this.count++
    this.#mix(Math.round(atMs * 1000))
    this.#mix(lo)
    this.#mix(hi)
    this.#mix(epoch)
    this.#mixText(hub)
    this.#mixText(kind)
    this.#mixText(job)
    this.#mixText(family)
    this.#mixText(detail)
    if (this.events.length < this.#eventsMax) this.events.push(event)
  }

  /** Equal for equal histories. */
  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0')
  }

  #mix(value: number): void {
    this.#hash = mixNumber(this.#hash, value | 0)
    this.#hash ^= this.#hash >>> 15
  }

  #mixText(text: string): void {
    this.#hash = mixText(this.#hash, text)
  }
}
