/** Where this hub listens. libp2p looks at all interfaces and reads all addresses anew each time it is asked; every hello and every mDNS answer asks. */
import type { Multiaddr } from '@multiformats/multiaddr'
import { liveLimits } from '../limits.ts'
import { withoutHub } from './address-book.ts'

interface Known {
  readonly atMs: number
  readonly addresses: readonly string[]
  readonly places: readonly string[]
  readonly port: number
}

export class OwnAddresses {
  readonly #ask: () => readonly Multiaddr[]
  readonly #nowMs: () => number
  #known: Known | null = null

  /** @param ask libp2p's own answer; none before it listens */
  constructor(ask: () => readonly Multiaddr[], nowMs: () => number) {
    this.#ask = ask
    this.#nowMs = nowMs
  }

  /** Multiaddrs that end in this hub's id. */
  get addresses(): readonly string[] {
    return this.#look().addresses
  }

  /** The same without the id. */
  get places(): readonly string[] {
    return this.#look().places
  }

  /** The TCP port, 0 before it listens. */
  get port(): number {
    return this.#look().port
  }

  #look(): Known {
    const nowMs = this.#nowMs()
    const known = this.#known
    if (known !== null && nowMs - known.atMs < liveLimits.ownAddressesMs) return known
    const asked = this.#ask()
    const addresses = asked.map((address) => address.toString())
    const tcp = asked[0]?.getComponents().find((component) => component.name === 'tcp')
    const fresh = { atMs: nowMs, addresses, places: addresses.map(withoutHub), port: Number(tcp?.value ?? 0) }
    this.#known = addresses.length === 0 ? null : fresh
    return fresh
  }
}
