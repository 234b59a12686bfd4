/** Hubs heard asking to join: few, and few per machine, since anybody on the LAN can claim anything. */
import { pairingLimits } from '../../../limits.ts'
import type { Asking } from './accept.ts'

/** What such hubs announce in place of a swarm; no swarm's prefix has this length. */
export const ASKING = 'pairing'

export class AskingHubs {
  readonly #heard = new Map<string, Asking & { readonly heardMs: number }>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** False when there are too many already. */
  hear(asking: Asking): boolean {
    this.#forget()
    const others = [...this.#heard.values()].filter(({ hub }) => hub !== asking.hub)
    const neighbours = others.filter(({ host }) => host === asking.host)
    if (neighbours.length >= pairingLimits.askingPerHostMax || others.length >= pairingLimits.askingMax) return false
    this.#heard.set(asking.hub, { ...asking, heardMs: this.#nowMs() })
    return true
  }

  leave(hub: string): void {
    this.#heard.delete(hub)
  }

  /** Latest first. */
  list(): Asking[] {
    this.#forget()
    return [...this.#heard.values()].toSorted((a, b) => b.heardMs - a.heardMs)
  }

  #forget(): void {
    const sinceMs = this.#nowMs() - pairingLimits.forgetMs
    for (const [hub, { heardMs }] of this.#heard) if (heardMs < sinceMs) this.#heard.delete(hub)
  }
}
