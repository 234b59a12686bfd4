/** Members that break the protocol again and again: for a while they are turned away right after the handshake, which costs much less than to let them in. */
import { setLatest } from '../execute/latest.ts'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'

interface Offence {
  readonly times: number
  readonly lastMs: number
}

export class Offenders {
  /** Latest last. */
  readonly #offences = new Map<HubId, Offence>()
  readonly #nowMs: () => number

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** A hub sent what nobody may send. */
  note(hub: HubId): void {
    const times = this.#recent(hub) + 1
    setLatest(this.#offences, hub, { times, lastMs: this.#nowMs() }, liveLimits.refusalsMax)
  }

  isShunned(hub: HubId): boolean {
    return this.#recent(hub) >= liveLimits.breachesMax
  }

  /** What is longer ago than a hub is shunned for is forgiven. */
  #recent(hub: HubId): number {
    const offence = this.#offences.get(hub)
    return offence !== undefined && this.#nowMs() - offence.lastMs < liveLimits.shunMs ? offence.times : 0
  }
}
