/** Join tokens: everything a new hub needs to enter the swarm, offline, until a date and a number of times. */
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { isMultiaddr, multiaddr } from '@multiformats/multiaddr'
import * as v from 'valibot'
import { ShoalError } from '../../errors.ts'
import { admissionLimits } from '../../limits.ts'
import {
  type Grant,
  issueByToken,
  parseGrant,
  type Role,
  type WireCertificate,
  wireCertificateSchema,
} from './certificate.ts'
import { createIdentity, type Identity, identityFromSeed } from './identity.ts'
import type { Membership, MembershipSet } from './membership.ts'
import { type Signed, signedSchema, signStatement } from './statement.ts'
import { Swarm, secretSchema, swarmNameSchema } from './swarm.ts'

const PREFIX = 'shoal1.'

const seedSchema = secretSchema

const tokenSchema = v.object({
  name: swarmNameSchema,
  founder: v.string(),
  secret: secretSchema,
  seed: seedSchema,
  grant: signedSchema,
  chain: v.pipe(v.array(wireCertificateSchema), v.maxLength(admissionLimits.chainCertificatesMax)),
  addresses: v.pipe(
    v.array(v.pipe(v.string(), v.maxLength(256), v.check(isAddress))),
    v.maxLength(admissionLimits.tokenAddressesMax),
  ),
})

/** A token, opened: the swarm it leads to and the way to a certificate. */
export interface JoinToken {
  readonly swarm: Swarm
  readonly grant: Grant
  /** Multiaddrs of members at the time the token was made. */
  readonly addresses: readonly string[]
  /** What makes `hub` a member for anybody who knows the founder. */
  statementsFor(hub: string, nowMs: number): MembershipSet
}

export interface TokenOptions {
  /** How long it may be used, in milliseconds from now. */
  readonly expiresMs: number
  /** How many different hubs may come in with it. */
  readonly uses: number
  /** What the new hubs may do; at most what the issuer may. Default: all the issuer's roles. */
  readonly roles?: readonly Role[]
  /** Multiaddrs to try before any is found on the LAN. */
  readonly addresses: readonly string[]
}

/**
 * A bearer token: whoever holds it can join, so it is shown once and stored nowhere.
 * @throws ShoalError SHOAL_USAGE for impossible options, SHOAL_ROLE_MISSING when this hub may not invite.
 */
export async function createToken(
  components: { identity: Identity; swarm: Swarm; membership: Membership; nowMs: () => number },
  options: TokenOptions,
): Promise<string> {
  const { identity, swarm, membership } = components
  checkOptions(options)
  membership.checkMayInvite()
  const own = membership.roles(identity.hub)
  const roles = options.roles ?? own
  if (roles.length === 0 || !roles.every((role) => own.includes(role))) {
    throw new ShoalError('SHOAL_ROLE_MISSING', 'a hub can only pass on roles that it has', {
      next: 'create the token on a hub that has these roles',
    })
  }
  const key = await createIdentity()
  const expiresMs = components.nowMs() + options.expiresMs
  const grant = {
    version: 1,
    swarm: swarm.id,
    issuer: identity.hub,
    token: key.hub,
    roles,
    uses: options.uses,
    expiresMs,
  }
  return seal({
    name: swarm.name,
    founder: swarm.founder,
    secret: base64url(swarm.secret()),
    seed: base64url(key.seed()),
    grant: signStatement('grant', grant, identity),
    chain: membership.chain(identity.hub),
    addresses: options.addresses.slice(0, admissionLimits.tokenAddressesMax),
  })
}

/** @throws ShoalError SHOAL_TOKEN_INVALID, SHOAL_TOKEN_EXPIRED. */
export function openToken(text: string, nowMs: number): JoinToken {
  const parsed = v.safeParse(tokenSchema, unseal(text.trim()))
  if (!parsed.success) throw invalidToken()
  const { name, founder, secret, seed, chain, addresses, grant: signed } = parsed.output
  const key = identityFromSeed(seed)
  const grant = parseGrant(signed)
  const swarm = new Swarm({ founder, name, secret })
  if (grant.token !== key.hub || grant.swarm !== swarm.id) throw invalidToken()
  if (grant.expiresMs + admissionLimits.clockSkewMs <= nowMs) {
    throw new ShoalError('SHOAL_TOKEN_EXPIRED', 'the join token has expired', {
      next: 'create a new one on a member with `shoal token create`',
    })
  }
  return { swarm, grant, addresses, statementsFor: (hub, at) => statements(key, { grant, signed }, chain, hub, at) }
}

function statements(
  key: Identity,
  granted: { grant: Grant; signed: Signed },
  chain: readonly WireCertificate[],
  hub: string,
  nowMs: number,
): MembershipSet {
  const issuedMs = Math.min(nowMs, granted.grant.expiresMs)
  return { certificates: [...chain, issueByToken(key, granted, hub, issuedMs).wire], removals: [] }
}

function checkOptions(options: TokenOptions): void {
  const { expiresMs, uses } = options
  const expires = Number.isSafeInteger(expiresMs) && expiresMs > 0 && expiresMs <= admissionLimits.tokenExpiryMsMax
  const counted = Number.isSafeInteger(uses) && uses > 0 && uses <= admissionLimits.tokenUsesMax
  if (expires && counted) return
  throw new ShoalError('SHOAL_USAGE', 'a join token needs a life of at most 30 days and at least one use', {
    next: `for example: shoal token create --expires 1h --uses 5 (uses at most ${admissionLimits.tokenUsesMax})`,
  })
}

function seal(token: Readonly<Record<string, unknown>>): string {
  return PREFIX + base64url(deflateRawSync(JSON.stringify(token), { level: 9 }))
}

/** The token's content, unchecked; null for anything that is no token. Errors would quote the secret, so none are kept. */
function unseal(text: string): unknown {
  if (!text.startsWith(PREFIX) || text.length > admissionLimits.tokenBytesMax) return null
  try {
    const packed = Buffer.from(text.slice(PREFIX.length), 'base64url')
    return JSON.parse(inflateRawSync(packed, { maxOutputLength: admissionLimits.tokenBytesMax }).toString('utf8'))
  } catch {
    return null
  }
}

function isAddress(text: string): boolean {
  try {
    return isMultiaddr(multiaddr(text))
  } catch {
    return false
  }
}

function invalidToken(): ShoalError {
  return new ShoalError('SHOAL_TOKEN_INVALID', 'this is no join token of shoal, or a part of it is missing', {
    next: 'copy the whole line that `shoal token create` printed',
  })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
