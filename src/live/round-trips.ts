/** Smoothed round trips to all admitted hubs, measured on the control streams themselves. */
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { SwarmLinks } from './swarm-links.ts'

/** Weight of the newest sample, as in TCP's estimator. */
const GAIN = 1 / 8

export class RoundTrips {
  readonly #links: SwarmLinks
  readonly #smoothedMs = new Map<HubId, number>()
  #timer: NodeJS.Timeout | null = null

  constructor(links: SwarmLinks) {
    this.#links = links
  }

  start(): void {
    this.#timer = setInterval(() => {
      for (const hub of this.#links.admitted()) void this.sample(hub)
    }, liveLimits.pingIntervalMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
    this.#smoothedMs.clear()
  }

  /** Milliseconds, or null before the first answer. */
  rttMs(hub: HubId): number | null {
    return this.#smoothedMs.get(hub) ?? null
  }

  forget(hub: HubId): void {
    this.#smoothedMs.delete(hub)
  }

  async sample(hub: HubId): Promise<void> {
    const session = this.#links.session(hub)
    const rttMs = (await session?.ping(liveLimits.probeTimeoutMs)) ?? null
    if (rttMs === null || this.#links.session(hub) !== session) return
    const smoothed = this.#smoothedMs.get(hub)
    this.#smoothedMs.set(hub, smoothed === undefined ? rttMs : smoothed + GAIN * (rttMs - smoothed))
  }
}
