/** Opens a home's place in a swarm: founds one, goes on in the one it has, joins with a token, or asks to be let in. */
import { join } from 'node:path'
import { ShoalError } from '../../errors.ts'
import type { Log } from '../log.ts'
import { isCopied, markHome, putKeyAside } from './home-mark.ts'
import { type Identity, openIdentity } from './identity.ts'
import { Membership } from './membership.ts'
import { type PairOptions, pairWith } from './pairing/enter.ts'
import { foundSwarm, readSwarm, type Swarm, writeSwarm } from './swarm.ts'
import { type JoinToken, openToken } from './token.ts'

export interface OpenAdmission {
  readonly identity: Identity
  readonly swarm: Swarm
  readonly membership: Membership
  /** Multiaddrs from the join token, if one was given. */
  readonly bootstrap: readonly string[]
}

export interface AdmissionOptions {
  /** Name for a swarm this home founds. */
  readonly name: string
  /** A join token; the home leaves a swarm only when it was alone in it. */
  readonly join: string | null
  /** Asks to be let in unless this home is in a swarm with others already. Default: founds a swarm instead. */
  readonly pair?: PairOptions | null
  readonly nowMs: () => number
  readonly log: Log
}

/**
 * Identity, swarm and membership of a home folder.
 * @throws ShoalError SHOAL_TOKEN_INVALID, SHOAL_TOKEN_EXPIRED, SHOAL_PAIRING_FAILED, SHOAL_HOME_UNUSABLE, SHOAL_USAGE when the home belongs elsewhere.
 */
export async function openAdmission(home: string, options: AdmissionOptions): Promise<OpenAdmission> {
  const { identity, swarm: existing } = await openHome(home, options)
  const token = options.join === null ? null : openToken(options.join, options.nowMs())
  const asked = options.pair ?? null
  if (token === null && asked !== null && !(await hasCompany(home, identity, existing, options))) {
    return pair(home, identity, { ...options, pair: asked })
  }
  if (token === null || existing?.id === token.swarm.id) {
    const swarm = existing ?? foundSwarm(identity.hub, options.name)
    if (existing === null) await writeSwarm(home, swarm)
    const membership = await openMembership(home, { ...options, identity, swarm })
    if (token !== null && !membership.isMember(identity.hub)) await enter(membership, token, identity, options)
    return { identity, swarm, membership, bootstrap: token?.addresses ?? [] }
  }
  if (existing !== null) await checkAlone(home, { ...options, identity, swarm: existing })
  const { swarm } = token
  const membership = newMembership(home, { ...options, identity, swarm })
  await enter(membership, token, identity, options)
  await writeSwarm(home, swarm)
  return { identity, swarm, membership, bootstrap: token.addresses }
}

/** Who this home is and what swarm it was left in; a copy becomes somebody else. */
async function openHome(home: string, options: AdmissionOptions): Promise<{ identity: Identity; swarm: Swarm | null }> {
  const copied = await isCopied(home)
  const opened = { identity: await openIdentity(home), swarm: await readSwarm(home) }
  const result = copied ? await startAnew(home, opened, options) : opened
  await markHome(home)
  return result
}

/** A copied home gets a key of its own; the old one, which lies in it, vouches for it where it may. */
async function startAnew(
  home: string,
  { identity: old, swarm }: { identity: Identity; swarm: Swarm | null },
  options: AdmissionOptions,
): Promise<{ identity: Identity; swarm: Swarm | null }> {
  await putKeyAside(home)
  const identity = await openIdentity(home)
  const fields = { was: old.hub, hub: identity.hub }
  options.log.warn(
    fields,
    'this home was copied from another hub: it has a new identity now, the copied key is set aside',
  )
  if (swarm === null || (await isAlone(home, { ...options, identity: old, swarm }))) return { identity, swarm: null }
  const membership = await openMembership(home, { ...options, identity: old, swarm })
  if (membership.roles(old.hub).includes('submit')) membership.invite(identity.hub)
  else options.log.warn(fields, 'the copied hub may not let others in: join with a token')
  await membership.saved()
  return { identity, swarm }
}

interface MembershipParts {
  readonly identity: Identity
  readonly swarm: Swarm
  readonly log: Log
  readonly nowMs: () => number
}

function newMembership(home: string, parts: MembershipParts): Membership {
  return new Membership(parts, { file: join(home, `members-${parts.swarm.prefix}.json`), nowMs: parts.nowMs })
}

async function openMembership(home: string, parts: MembershipParts): Promise<Membership> {
  const membership = newMembership(home, parts)
  await membership.load()
  return membership
}

async function enter(
  membership: Membership,
  token: JoinToken,
  identity: Identity,
  options: AdmissionOptions,
): Promise<void> {
  membership.merge(token.statementsFor(identity.hub, options.nowMs()))
  if (!membership.isMember(identity.hub)) {
    const reason = membership.isRemoved(identity.hub) ? 'this hub was removed from the swarm' : 'the token is not valid'
    throw new ShoalError('SHOAL_NOT_A_MEMBER', `cannot join: ${reason}`, {
      next: 'start with a fresh home folder and a new token',
    })
  }
  await membership.saved()
}

async function pair(
  home: string,
  identity: Identity,
  options: AdmissionOptions & { readonly pair: PairOptions },
): Promise<OpenAdmission> {
  const open = (swarm: Swarm) => newMembership(home, { ...options, identity, swarm })
  const place = await pairWith(identity, { ...options.pair, log: options.log }, open)
  await writeSwarm(home, place.swarm)
  return { identity, ...place }
}

async function hasCompany(
  home: string,
  identity: Identity,
  swarm: Swarm | null,
  options: AdmissionOptions,
): Promise<boolean> {
  return swarm !== null && !(await isAlone(home, { ...options, identity, swarm }))
}

async function isAlone(home: string, parts: MembershipParts): Promise<boolean> {
  const membership = await openMembership(home, parts)
  return parts.swarm.founder === parts.identity.hub && membership.members().length === 1
}

async function checkAlone(home: string, parts: MembershipParts): Promise<void> {
  if (await isAlone(home, parts)) return
  throw new ShoalError('SHOAL_USAGE', `this home already belongs to the swarm "${parts.swarm.name}"`, {
    next: 'join with another folder: --home NEW',
  })
}
