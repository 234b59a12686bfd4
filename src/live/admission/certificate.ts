/** Certificates: a member, or a token that a member granted, vouches for a hub until a date. */
import * as v from 'valibot'
import { admissionLimits } from '../../limits.ts'
import type { HubId } from '../../program/ref.ts'
import type { Identity } from './identity.ts'
import {
  invalidStatement,
  isSignedBy,
  parseBody,
  type Signed,
  signedSchema,
  signStatement,
  statementId,
} from './statement.ts'

export const roles = ['compute', 'submit', 'observe'] as const

/** What a hub may do: run shards of others, submit and remove and invite, or look on. */
export type Role = (typeof roles)[number]

const hubSchema = v.pipe(v.string(), v.minLength(40), v.maxLength(64))
export const timeSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
export const rolesSchema = v.pipe(v.array(v.picklist(roles)), v.minLength(1), v.maxLength(roles.length))
export const usesSchema = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(admissionLimits.tokenUsesMax))

const bodySchema = v.object({
  version: v.literal(1),
  swarm: v.pipe(v.string(), v.maxLength(64)),
  hub: hubSchema,
  roles: rolesSchema,
  issuer: hubSchema,
  issuedMs: timeSchema,
  expiresMs: timeSchema,
  token: v.nullable(v.object({ id: hubSchema, uses: usesSchema })),
})

export const grantSchema = v.object({
  version: v.literal(1),
  swarm: v.pipe(v.string(), v.maxLength(64)),
  issuer: hubSchema,
  /** The public half of the token's key, as a hub id. */
  token: hubSchema,
  roles: rolesSchema,
  uses: usesSchema,
  expiresMs: timeSchema,
})

export type Grant = v.InferOutput<typeof grantSchema>

/** As it travels: signed by the issuer, or by the key of a token whose grant is enclosed. */
export const wireCertificateSchema = v.object({ ...signedSchema.entries, grant: v.optional(signedSchema) })

export type WireCertificate = v.InferOutput<typeof wireCertificateSchema>

/** A certificate whose signatures are good. Whether its issuer is a member is for {@link ./standing.ts} to say. */
export interface Certificate extends v.InferOutput<typeof bodySchema> {
  readonly id: string
  /** True when a token's key signed it, not the issuer itself. */
  readonly byToken: boolean
  /** When the enclosed grant ends; null for a certificate by a member. */
  readonly grantExpiresMs: number | null
  readonly wire: WireCertificate
}

export interface CertificateInit {
  readonly swarm: string
  readonly hub: HubId
  readonly roles: readonly Role[]
  readonly issuedMs: number
  readonly expiresMs: number
  /** The token the hub first came in with: its uses stay counted after renewal. */
  readonly token: { readonly id: string; readonly uses: number } | null
}

/** A certificate in the issuer's own name. */
export function issueCertificate(issuer: Identity, init: CertificateInit): Certificate {
  return parseCertificate(signStatement('certificate', { version: 1, ...init, issuer: issuer.hub }, issuer))
}

/** A hub's certificate by the token it holds; works offline. */
export function issueByToken(
  key: Identity,
  granted: { readonly grant: Grant; readonly signed: Signed },
  hub: HubId,
  nowMs: number,
): Certificate {
  const { grant, signed } = granted
  const body = {
    version: 1,
    swarm: grant.swarm,
    hub,
    roles: grant.roles,
    issuer: grant.issuer,
    issuedMs: nowMs,
    expiresMs: nowMs + admissionLimits.certificateMs,
    token: { id: grant.token, uses: grant.uses },
  }
  return parseCertificate({ ...signStatement('certificate', body, key), grant: signed })
}

/** @throws ShoalError SHOAL_SIGNATURE_INVALID when it is malformed, forged, or beyond what its grant allows. */
export function parseCertificate(wire: WireCertificate): Certificate {
  const body = parseBody(bodySchema, wire)
  const base = { ...body, id: statementId(wire), wire }
  if (wire.grant === undefined) {
    if (!isSignedBy('certificate', wire, body.issuer))
      throw invalidStatement('a certificate is not signed by its issuer')
    return { ...base, byToken: false, grantExpiresMs: null }
  }
  const grant = parseGrant(wire.grant)
  if (!isSignedBy('certificate', wire, grant.token)) throw invalidStatement('a certificate is not signed by its token')
  if (!keepsToGrant(body, grant)) throw invalidStatement('a certificate claims more than its token grants')
  return { ...base, byToken: true, grantExpiresMs: grant.expiresMs }
}

/** @throws ShoalError SHOAL_SIGNATURE_INVALID when the issuer named in it did not sign it. */
export function parseGrant(signed: Signed): Grant {
  const grant = parseBody(grantSchema, signed)
  if (!isSignedBy('grant', signed, grant.issuer)) throw invalidStatement('a token is not signed by its issuer')
  return grant
}

function keepsToGrant(body: v.InferOutput<typeof bodySchema>, grant: Grant): boolean {
  return (
    body.swarm === grant.swarm &&
    body.issuer === grant.issuer &&
    body.token?.id === grant.token &&
    body.token.uses === grant.uses &&
    body.roles.every((role) => grant.roles.includes(role)) &&
    body.issuedMs <= grant.expiresMs &&
    body.expiresMs <= body.issuedMs + admissionLimits.certificateMs
  )
}
