/** The member's side of pairing: finds the hub that shows a code and, when both know it, makes it a member. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { ShoalError } from '../../../errors.ts'
import { pairingLimits } from '../../../limits.ts'
import type { HubId } from '../../../program/ref.ts'
import { type Identity, verify } from '../identity.ts'
import type { Membership } from '../membership.ts'
import type { Swarm } from '../swarm.ts'
import { PairingChannel, pairingFailed } from './channel.ts'
import { mayBelong, readCode } from './code.ts'
import { type AgreedKeys, agree, createShare, isSame, transcriptBytes } from './key-agreement.ts'
import { answerSchema, farewellSchema, newSession, proofSchema, seal, text } from './messages.ts'

export interface AcceptParts {
  readonly identity: Identity
  readonly swarm: Swarm
  readonly membership: Membership
  /** Hubs that were heard asking on the LAN, latest first. */
  readonly asking: () => readonly Asking[]
  /** Multiaddrs of members, for the new hub to start from. */
  readonly addresses: () => readonly string[]
}

/** A hub that asks to join, where it can be reached. */
export interface Asking {
  readonly hub: HubId
  readonly host: string
  readonly port: number
}

/**
 * Admits the hub that shows `typed`; resolves with its id once it has what it needs.
 * @param at where it listens, when it cannot be heard on the LAN.
 * @throws ShoalError SHOAL_USAGE for no code, SHOAL_ROLE_MISSING, SHOAL_PAIRING_FAILED.
 */
export async function acceptHub(
  parts: AcceptParts,
  typed: string,
  at: { readonly host: string; readonly port: number } | null,
): Promise<HubId> {
  const code = readCode(typed)
  if (code === null) throw pairingFailed('this is no pairing code', 'type the eight characters that the new hub shows')
  parts.membership.checkMayInvite()
  if (at !== null) return introduce(parts, code, { ...at, hub: null })
  const candidates = await heardWith(parts, code)
  let failure: ShoalError | null = null
  for (const candidate of candidates.slice(0, pairingLimits.candidatesMax)) {
    try {
      return await introduce(parts, code, candidate)
    } catch (error) {
      failure = error as ShoalError
    }
  }
  throw (
    failure ??
    pairingFailed(
      'no hub on this network shows that code',
      'run `shoal up --pair` on the new machine; where multicast does not reach, add --at HOST:PORT as it says',
    )
  )
}

/** A hub that has just begun to ask is heard within a moment. */
async function heardWith(parts: AcceptParts, code: string): Promise<Asking[]> {
  const endMs = performance.now() + pairingLimits.hearMs
  for (;;) {
    const heard = parts.asking().filter(({ hub }) => mayBelong(code, hub))
    if (heard.length > 0 || performance.now() > endMs) return heard
    await delay(pairingLimits.pollMs)
  }
}

async function introduce(
  parts: AcceptParts,
  code: string,
  to: { readonly host: string; readonly port: number; readonly hub: HubId | null },
): Promise<HubId> {
  const channel = new PairingChannel(await dial(to))
  try {
    const { hub, keys } = await prove(parts.identity, channel, { code, expected: to.hub })
    parts.membership.invite(hub)
    await parts.membership.saved()
    const { swarm, membership } = parts
    const introduction = {
      name: swarm.name,
      founder: swarm.founder,
      secret: swarm.secret(),
      membership: { certificates: membership.chain(hub), removals: [] },
      addresses: parts.addresses().slice(0, pairingLimits.addressesMax),
    }
    await channel.send({ sealed: seal(keys.seal, introduction) })
    await channel.receive(farewellSchema, pairingLimits.frameBytesMax)
    return hub
  } finally {
    channel.close()
  }
}

/** Shows that this hub knows the code, and is shown the same by the other, under the keys in both ids. */
async function prove(
  identity: Identity,
  channel: PairingChannel,
  { code, expected }: { code: string; expected: HubId | null },
): Promise<{ hub: HubId; keys: AgreedKeys }> {
  const session = newSession()
  const own = createShare(code, session)
  await channel.send({ version: 1, hub: identity.hub, session: text(session), share: text(own.bytes) })
  const { hub, share } = await channel.receive(answerSchema, pairingLimits.frameBytesMax)
  // a code is bound to one key: another hub is not even given a guess
  if ((expected !== null && hub !== expected) || !mayBelong(code, hub)) throw wrongCode()
  const transcript = { session, member: { hub: identity.hub, share: own.bytes }, asker: { hub, share } }
  const keys = agree(own, share, transcript)
  if (keys === null) throw wrongCode()
  const signed = transcriptBytes(transcript)
  await channel.send({ confirm: text(keys.memberConfirms), signature: text(identity.sign(signed)) })
  const proof = await channel.receive(proofSchema, pairingLimits.frameBytesMax).catch(() => null)
  const isProved = proof !== null && isSame(proof.confirm, keys.askerConfirms) && verify(hub, signed, proof.signature)
  if (!isProved) throw wrongCode()
  return { hub, keys }
}

async function dial({ host, port }: { host: string; port: number }) {
  const socket = connect({ host, port, timeout: pairingLimits.dialMs })
  socket.once('timeout', () => socket.destroy(new Error('it does not answer')))
  try {
    await once(socket, 'connect')
  } catch (cause) {
    throw pairingFailed(
      `cannot reach the hub that asks to join at ${host}:${port}`,
      'see whether it still waits',
      cause,
    )
  }
  socket.setTimeout(0)
  return socket
}

function wrongCode(): ShoalError {
  return pairingFailed('the code does not match', 'type it exactly as the new hub shows it now')
}
