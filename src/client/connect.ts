/** Finds a swarm to work with: the hub that runs on this machine, else hubs started for this program alone. */
import { ShoalError } from '../errors.ts'
import { embeddedLimits } from '../limits.ts'
import { startEmbeddedSwarm } from './embedded-swarm.ts'
import { findHub } from './find-hub.ts'
import { Swarm } from './swarm.ts'

export interface ConnectOptions {
  /** The home whose hub is meant; by default `SHOAL_HOME`, else the XDG data folder. */
  readonly home?: string
  /** Do not look for a running hub: start this many for this program and remove them afterwards. */
  readonly hubs?: number
  readonly signal?: AbortSignal
}

/**
 * The swarm of the hub that runs here; without one, an embedded hub. Use with `await using`.
 * @throws ShoalError SHOAL_HUB_UNREACHABLE, SHOAL_NO_PEERS, SHOAL_HOME_UNUSABLE.
 */
export async function connect(options: ConnectOptions = {}): Promise<Swarm> {
  const hub = options.hubs === undefined ? await findHub(options.home) : null
  if (hub !== null) return new Swarm({ hub, dispose: async () => undefined })
  const hubs = options.hubs ?? 1
  if (!(Number.isInteger(hubs) && hubs >= 1 && hubs <= embeddedLimits.hubsMax)) {
    throw new ShoalError('SHOAL_USAGE', `hubs must be a whole number from 1 to ${embeddedLimits.hubsMax}`, {
      next: 'correct it',
    })
  }
  const embedded = await startEmbeddedSwarm({ hubs, signal: options.signal })
  const founder = embedded.hubs[0]?.remote
  if (founder === undefined) throw new Error('an embedded swarm without a hub')
  return new Swarm({ hub: founder, dispose: async () => embedded[Symbol.asyncDispose]() })
}
