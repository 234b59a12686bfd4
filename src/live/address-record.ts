/**
 * Where a hub listens, in its own words: signed, so that any member may pass it on and none can change it (what a signed peer record
 * is to libp2p, in the form of the swarm's other statements).
 */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import * as v from 'valibot'
import { liveLimits } from '../limits.ts'
import { isSignedBy, parseBody, type Signed, signStatement } from './admission/statement.ts'
import { hostOf } from './refusals.ts'

const bodySchema = v.object({
  hub: v.pipe(v.string(), v.maxLength(64)),
  /** Of two records of a hub the one with the higher number counts. */
  sequence: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  addresses: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(liveLimits.addressCharactersMax))),
    v.maxLength(liveLimits.addressesPerCandidateMax),
  ),
})

export interface AddressRecord extends v.InferOutput<typeof bodySchema> {
  readonly signed: Signed
}

export function signAddresses(
  body: v.InferOutput<typeof bodySchema>,
  signer: { sign(bytes: Uint8Array): Uint8Array },
): AddressRecord {
  return { ...body, signed: signStatement('addresses', body, signer) }
}

/** What a record says; whether its hub says so is not checked here. @throws ShoalError SHOAL_SIGNATURE_INVALID */
export function readAddresses(signed: Signed): AddressRecord {
  return { ...parseBody(bodySchema, signed), signed }
}

export function isByItsHub({ hub, signed }: AddressRecord): boolean {
  return isSignedBy('addresses', signed, hub)
}

/**
 * The addresses among those that a hub tells that can be dialled from here: IP and TCP port, nothing to be looked up, no multicast.
 * Loopback is the same machine: only where the hub shares a host with this one.
 */
export function dialable(told: readonly string[], own: readonly string[]): string[] {
  const sound = told.filter(isSound)
  const [here, there] = [outerHosts(own), outerHosts(sound)]
  const isNear = here.size === 0 ? there.size === 0 : [...there].some((host) => here.has(host))
  return sound.filter((address) => isNear || !isLoopback(address))
}

const notOneHost = new BlockList()
notOneHost.addSubnet('0.0.0.0', 8, 'ipv4')
notOneHost.addSubnet('224.0.0.0', 3, 'ipv4')
notOneHost.addAddress('::', 'ipv6')
notOneHost.addSubnet('ff00::', 8, 'ipv6')
const PORT_MAX = 65_535

function isSound(address: string): boolean {
  const [, family, host = '', port] = /^\/ip([46])\/([0-9a-f:.]+)\/tcp\/([1-9]\d{0,4})$/.exec(address) ?? []
  if (Number(port ?? PORT_MAX + 1) > PORT_MAX) return false
  return family === '4'
    ? isIPv4(host) && !notOneHost.check(host, 'ipv4')
    : isIPv6(host) && !notOneHost.check(host, 'ipv6')
}

function isLoopback(address: string): boolean {
  return /^\/ip4\/127\.|^\/ip6\/(?:::1|::ffff:127\.[\d.]+)\//.test(address)
}

function outerHosts(addresses: readonly string[]): Set<string> {
  return new Set(addresses.filter((address) => !isLoopback(address)).map(hostOf))
}
