/** Removals: a member's signed word that a hub is out, for good. */
import * as v from 'valibot'
import type { HubId } from '../../program/ref.ts'
import { timeSchema } from './certificate.ts'
import type { Identity } from './identity.ts'
import { invalidStatement, isSignedBy, parseBody, type Signed, signStatement } from './statement.ts'

const hubSchema = v.pipe(v.string(), v.minLength(40), v.maxLength(64))

const bodySchema = v.object({
  version: v.literal(1),
  swarm: v.pipe(v.string(), v.maxLength(64)),
  hub: hubSchema,
  by: hubSchema,
  atMs: timeSchema,
})

/** A removal whose signature is good. Whether its signer may remove is for {@link ./standing.ts} to say. */
export interface Removal extends v.InferOutput<typeof bodySchema> {
  readonly wire: Signed
}

export function issueRemoval(by: Identity, init: { swarm: string; hub: HubId; atMs: number }): Removal {
  return parseRemoval(signStatement('removal', { version: 1, ...init, by: by.hub }, by))
}

/** @throws ShoalError SHOAL_SIGNATURE_INVALID */
export function parseRemoval(wire: Signed): Removal {
  const body = parseBody(bodySchema, wire)
  if (!isSignedBy('removal', wire, body.by)) throw invalidStatement('a removal is not signed by the hub it names')
  return { ...body, wire }
}
