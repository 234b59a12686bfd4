/** Pairing as a home's way into a swarm: announces itself on the LAN, and writes down what a member introduced. */
import type { HubId } from '../../../program/ref.ts'
import type { Log } from '../../log.ts'
import { Mdns } from '../../mdns.ts'
import type { Identity } from '../identity.ts'
import type { Membership } from '../membership.ts'
import { Swarm } from '../swarm.ts'
import { askToJoin } from './ask.ts'
import { ASKING } from './asking-hubs.ts'
import { pairingFailed } from './channel.ts'

export interface PairOptions {
  /** TCP port to be reached at while asking, 0 for any free one. */
  readonly port: number
  /** Whether to be found on the LAN; without it `shoal accept` needs the address. */
  readonly mdns: boolean
  /** Shows the code. */
  readonly show: (code: string, port: number) => void
}

export interface PairedPlace {
  readonly swarm: Swarm
  readonly membership: Membership
  readonly bootstrap: readonly string[]
}

/**
 * Waits until a member lets this hub in; `open` gives the memory of the members of a swarm.
 * @throws ShoalError SHOAL_PAIRING_FAILED.
 */
export async function pairWith(
  identity: Identity,
  options: PairOptions & { readonly log: Log },
  open: (swarm: Swarm) => Membership,
): Promise<PairedPlace> {
  const entered = Promise.withResolvers<PairedPlace>()
  const announce = options.mdns ? (port: number) => announceOn(identity.hub, port, options.log) : notAtAll
  const enter = async ({ name, founder, secret, membership: set, addresses }: Introduced): Promise<void> => {
    const swarm = new Swarm({ founder, name, secret })
    const membership = open(swarm)
    membership.merge(set)
    if (!membership.isMember(identity.hub)) {
      throw pairingFailed('the introduction makes this hub no member', 'compare the clocks of both machines')
    }
    await membership.saved()
    entered.resolve({ swarm, membership, bootstrap: addresses })
  }
  await askToJoin(identity, { port: options.port, show: options.show, announce, enter })
  return entered.promise
}

type Introduced = Parameters<Parameters<typeof askToJoin>[1]['enter']>[0]

function announceOn(self: HubId, port: number, log: Log): () => Promise<void> {
  const mdns = new Mdns({
    self,
    swarmPrefix: ASKING,
    portOn: () => port,
    found: () => true,
    twin: () => undefined,
    nowMs: () => performance.now(),
    random: Math.random,
    log,
  })
  mdns.start()
  return () => mdns.stop()
}

function notAtAll(): () => Promise<void> {
  return async () => undefined
}
