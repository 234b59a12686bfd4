/** The hello: what two hubs tell each other before anything else counts. */
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { admissionLimits, liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { wireCertificateSchema } from './admission/certificate.ts'
import { type MembershipSet, membershipSetSchema } from './admission/membership.ts'

/** Versions of the control protocol this hub speaks; two hubs use the highest they share. */
export const protocolVersions = { min: 1, max: 1 } as const

const helloSchema = v.object({
  versions: v.object({ min: v.pipe(v.number(), v.integer()), max: v.pipe(v.number(), v.integer()) }),
  hub: v.pipe(v.string(), v.maxLength(64)),
  swarm: v.pipe(v.string(), v.maxLength(64)),
  /** Changes with every start of the hub. */
  boot: v.pipe(v.string(), v.maxLength(32)),
  chain: v.pipe(v.array(wireCertificateSchema), v.maxLength(admissionLimits.chainCertificatesMax)),
  /** Digest of all membership statements known: equal digests need no exchange. */
  known: v.pipe(v.string(), v.maxLength(64)),
  addresses: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(liveLimits.addressesPerCandidateMax)),
})

export type Hello = v.InferOutput<typeof helloSchema>

export function encodeHello(hello: Hello): Uint8Array {
  return Buffer.from(JSON.stringify(hello), 'utf8')
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID */
export function parseHello(bytes: Uint8Array): Hello {
  return parseJson(helloSchema, bytes, 'hello', liveLimits.helloBytesMax)
}

/** What a second hub with one key is told; the reason of a refusal is all that reaches it. */
export const TWIN_REFUSAL = 'another hub with this key is alive: a copied home folder?'

/** Why a hello is turned down before its certificates are looked at, or null when it is not. */
export function helloMismatch(hello: Hello, expected: { hub: HubId; swarm: string }): string | null {
  if (hello.hub !== expected.hub) return 'it says to be another hub than its key proves'
  if (hello.swarm !== expected.swarm) return 'it belongs to another swarm'
  const shared = Math.min(hello.versions.max, protocolVersions.max)
  if (shared < hello.versions.min || shared < protocolVersions.min) {
    return `it speaks protocol ${hello.versions.min} to ${hello.versions.max}, this hub ${protocolVersions.min} to ${protocolVersions.max}`
  }
  return null
}

export function encodeMembership(set: MembershipSet): Uint8Array {
  return Buffer.from(JSON.stringify(set), 'utf8')
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID */
export function parseMembership(bytes: Uint8Array): MembershipSet {
  return parseJson(membershipSetSchema, bytes, 'membership set', Number.POSITIVE_INFINITY)
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID */
export function parseJson<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
  what: string,
  bytesMax: number,
): v.InferOutput<Schema> {
  try {
    if (bytes.byteLength > bytesMax) throw new RangeError(`${bytes.byteLength} bytes, at most ${bytesMax} are allowed`)
    return v.parse(schema, JSON.parse(Buffer.from(bytes).toString('utf8')))
  } catch (cause) {
    throw new ShoalError('SHOAL_MESSAGE_INVALID', `a ${what} does not read as one`, {
      next: 'run the same version of shoal on both hubs',
      cause,
    })
  }
}
