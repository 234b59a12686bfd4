/** Signed statements: the exact text that was signed travels along, so nothing has to be re-encoded to check it. */
import { createHash } from 'node:crypto'
import * as v from 'valibot'
import { ShoalError } from '../../errors.ts'
import type { HubId } from '../../program/ref.ts'
import { verify } from './identity.ts'

/** What a signature is for; part of the signed bytes, so that one kind never passes for another. */
export type StatementKind = 'certificate' | 'grant' | 'removal' | 'drain' | 'addresses'

const BODY_CHARACTERS_MAX = 2048
const SIGNATURE_CHARACTERS = 86

export const signedSchema = v.object({
  body: v.pipe(v.string(), v.maxLength(BODY_CHARACTERS_MAX)),
  signature: v.pipe(v.string(), v.length(SIGNATURE_CHARACTERS)),
})

export type Signed = v.InferOutput<typeof signedSchema>

export function signStatement(
  kind: StatementKind,
  body: Readonly<Record<string, unknown>>,
  signer: { sign(bytes: Uint8Array): Uint8Array },
): Signed {
  const text = JSON.stringify(body)
  return { body: text, signature: Buffer.from(signer.sign(statementBytes(kind, text))).toString('base64url') }
}

/** Whether the statement was signed by the key inside `signer`. */
export function isSignedBy(kind: StatementKind, statement: Signed, signer: HubId): boolean {
  return verify(signer, statementBytes(kind, statement.body), Buffer.from(statement.signature, 'base64url'))
}

/** The identity of a statement: what it says, whoever carries it. */
export function statementId(statement: Signed): string {
  return createHash('sha256').update(statement.body).digest('base64url')
}

/**
 * The body of a statement in the shape of `schema`; its signature is not checked here.
 * @throws ShoalError SHOAL_SIGNATURE_INVALID
 */
export function parseBody<Schema extends v.GenericSchema>(schema: Schema, statement: Signed): v.InferOutput<Schema> {
  try {
    return v.parse(schema, JSON.parse(statement.body))
  } catch (cause) {
    throw invalidStatement('a signed statement does not read as one', cause)
  }
}

export function invalidStatement(message: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_SIGNATURE_INVALID', message, {
    next: 'ask a member of the swarm for a new join token',
    cause,
  })
}

function statementBytes(kind: StatementKind, body: string): Uint8Array {
  return Buffer.from(`shoal ${kind} 1\n${body}`, 'utf8')
}
