/** Smoothed round trips to all admitted hubs, measured on the control streams themselves; those that are quiet are asked whether they live. */
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { SwarmLinks } from './swarm-links.ts'

/** Weight of the newest sample, as in TCP's estimator. */
const GAIN = 1 / 8

export class RoundTrips {
  readonly #links: Pick<SwarmLinks, 'admitted' | 'session'>
  readonly #alive: (hub: HubId) => void
  readonly #smoothedMs = new Map<HubId, number>()
  /** When anything was heard of a hub last, or it was asked. */
  readonly #heardMs = new Map<HubId, number>()
  #timers: NodeJS.Timeout[] = []

  /** @param alive is told of every quiet hub that answers: its gossip may be lost on the way, again and again */
  constructor(links: Pick<SwarmLinks, 'admitted' | 'session'>, alive: (hub: HubId) => void) {
    this.#links = links
    this.#alive = alive
  }

  start(): void {
    this.#timers = [
      setInterval(() => {
        for (const hub of this.#links.admitted()) void this.sample(hub)
      }, liveLimits.pingIntervalMs),
      setInterval(() => this.#askQuiet(), liveLimits.quietTickMs),
    ]
  }

  stop(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#smoothedMs.clear()
  }

  /** A hub has said something. */
  heard(hub: HubId): void {
    this.#heardMs.set(hub, performance.now())
  }

  /** Milliseconds, or null before the first answer. */
  rttMs(hub: HubId): number | null {
    return this.#smoothedMs.get(hub) ?? null
  }

  forget(hub: HubId): void {
    this.#smoothedMs.delete(hub)
    this.#heardMs.delete(hub)
  }

  /** Whether the hub answered. */
  async sample(hub: HubId): Promise<boolean> {
    const session = this.#links.session(hub)
    const rttMs = (await session?.ping(liveLimits.probeTimeoutMs)) ?? null
    if (rttMs === null || this.#links.session(hub) !== session) return false
    const smoothed = this.#smoothedMs.get(hub)
    this.#smoothedMs.set(hub, smoothed === undefined ? rttMs : smoothed + GAIN * (rttMs - smoothed))
    return true
  }

  #askQuiet(): void {
    const hubs = this.#links.admitted()
    const sinceMs = performance.now() - liveLimits.quietMs * Math.max(1, hubs.length / liveLimits.quietHubs)
    for (const hub of hubs) {
      if ((this.#heardMs.get(hub) ?? Number.NEGATIVE_INFINITY) > sinceMs) continue
      this.heard(hub)
      void this.sample(hub).then((answered) => answered && this.#alive(hub))
    }
  }
}
