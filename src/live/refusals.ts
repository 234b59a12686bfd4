/** Who was refused or could not be reached, and why: bounded, for `shoal doctor`. */
import { setLatest } from '../execute/latest.ts'
import { liveLimits } from '../limits.ts'

export interface Refusal {
  /** Hub id, or empty when the peer never proved one. */
  readonly peer: string
  readonly address: string
  readonly reason: string
  /** Whether it was the other that refused this hub. */
  readonly byThem: boolean
  readonly times: number
  readonly lastMs: number
}

export class Refusals {
  readonly #entries = new Map<string, Refusal>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** Returns how often that has happened. */
  record(peer: string, address: string, reason: string, byThem = false): number {
    const key = `${peer === '' ? hostOf(address) : peer} ${reason}`
    const times = (this.#entries.get(key)?.times ?? 0) + 1
    setLatest(
      this.#entries,
      key,
      { peer, address, reason, byThem, times, lastMs: this.#nowMs() },
      liveLimits.refusalsMax,
    )
    return times
  }

  /** What was recorded about a peer is over. */
  forget(peer: string): void {
    for (const [key, entry] of this.#entries) if (entry.peer === peer) this.#entries.delete(key)
  }

  /** Latest first; without those that happened last before `sinceMs`. */
  list(sinceMs = Number.NEGATIVE_INFINITY): Refusal[] {
    return [...this.#entries.values()].filter(({ lastMs }) => lastMs >= sinceMs).toReversed()
  }
}

/** The host part of a multiaddr: source ports change with every attempt, so only this tells strangers apart. */
export function hostOf(address: string): string {
  const end = address.indexOf('/', address.indexOf('/', 1) + 1)
  return end < 0 ? address : address.slice(0, end)
}
