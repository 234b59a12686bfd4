/** Flushes that came before their predecessors: kept for a moment, so that a reordered message costs no round trip. */
import { ledgerLimits } from '../limits.ts'
import type { Origin } from './guard.ts'
import type { Section } from './update-format.ts'

export interface HeldSection {
  readonly section: Section
  readonly origin: Origin
}

/** Bounded in number and bytes; the oldest go when it is full, and come back by anti-entropy. */
export class HeldSections {
  readonly #byClient = new Map<number, HeldSection[]>()
  #count = 0
  #bytes = 0

  get count(): number {
    return this.#count
  }

  /** Keeps a copy. */
  hold({ section, origin }: HeldSection): void {
    const bytes = sizeOf(section)
    while (this.#count >= ledgerLimits.heldSectionsMax || this.#bytes + bytes > ledgerLimits.heldBytesMax) {
      this.#dropOldest()
    }
    const copied = { section: { ...section, entries: section.entries.map((entry) => entry.slice()) }, origin }
    const held = this.#byClient.get(section.client)
    if (held === undefined) this.#byClient.set(section.client, [copied])
    else held.push(copied)
    this.#count += 1
    this.#bytes += bytes
  }

  /** Takes out what can be judged now that `next` entries of a client's log are here, in order. */
  release(client: number, next: number): HeldSection[] {
    const held = this.#byClient.get(client)
    if (held === undefined) return []
    const ready = held.filter(({ section }) => section.clock <= next)
    const waiting = held.filter(({ section }) => section.clock > next)
    if (waiting.length === 0) this.#byClient.delete(client)
    else this.#byClient.set(client, waiting)
    this.#count -= ready.length
    for (const { section } of ready) this.#bytes -= sizeOf(section)
    return ready.sort((a, b) => a.section.clock - b.section.clock)
  }

  /** Lets go of everything held for the client that has waited longest. */
  #dropOldest(): void {
    for (const [client, held] of this.#byClient) {
      this.#byClient.delete(client)
      this.#count -= held.length
      for (const { section } of held) this.#bytes -= sizeOf(section)
      return
    }
  }
}

function sizeOf(section: Section): number {
  return section.entries.reduce((sum, entry) => sum + entry.byteLength, 0)
}
