/** What two hubs say to each other while they pair, and the sealed introduction at its end. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import * as v from 'valibot'
import { pairingLimits } from '../../../limits.ts'
import { membershipSetSchema } from '../membership.ts'
import { secretSchema, swarmNameSchema } from '../swarm.ts'
import { pairingFailed } from './channel.ts'

const hubSchema = v.pipe(v.string(), v.minLength(40), v.maxLength(64))
const bytesSchema = (bytes: number) =>
  v.pipe(
    v.string(),
    v.maxLength(2 * bytes),
    v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
    v.check((raw) => raw.byteLength === bytes),
  )

const VERSION = 1
const SHARE_BYTES = 32
const SESSION_BYTES = 32
const CONFIRM_BYTES = 32
const SIGNATURE_BYTES = 64
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Member to asker: who speaks, and its half of the key. */
export const openingSchema = v.object({
  version: v.literal(VERSION),
  hub: hubSchema,
  session: bytesSchema(SESSION_BYTES),
  share: bytesSchema(SHARE_BYTES),
})

/** Asker to member: the same. */
export const answerSchema = v.object({ hub: hubSchema, share: bytesSchema(SHARE_BYTES) })

/** Either way: it knows the code, and holds the key in its hub id. */
export const proofSchema = v.object({ confirm: bytesSchema(CONFIRM_BYTES), signature: bytesSchema(SIGNATURE_BYTES) })

/** Member to asker, sealed. */
export const sealedSchema = v.object({ sealed: v.pipe(v.string(), v.maxLength(pairingLimits.introductionBytesMax)) })

export const farewellSchema = v.object({ joined: v.literal(true) })

/** What makes the asker a member: the swarm, its secret, and certificates up to the founder. */
export const introductionSchema = v.object({
  name: swarmNameSchema,
  founder: hubSchema,
  secret: secretSchema,
  membership: membershipSetSchema,
  addresses: v.pipe(v.array(v.pipe(v.string(), v.maxLength(256))), v.maxLength(pairingLimits.addressesMax)),
})

export interface Introduction extends Omit<v.InferOutput<typeof introductionSchema>, 'secret'> {
  readonly secret: Uint8Array
}

export function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}

export const newSession = (): Uint8Array => new Uint8Array(randomBytes(SESSION_BYTES))

/** AES-256-GCM; the key serves for this one message. */
export function seal(key: Uint8Array, introduction: Introduction): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const plain = JSON.stringify({ ...introduction, secret: text(introduction.secret) })
  return text(Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]))
}

/** @throws ShoalError SHOAL_PAIRING_FAILED when it was not sealed with this key. */
export function unseal(key: Uint8Array, sealed: string): Introduction {
  try {
    const bytes = Buffer.from(sealed, 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(bytes.subarray(bytes.byteLength - TAG_BYTES))
    const body = bytes.subarray(NONCE_BYTES, bytes.byteLength - TAG_BYTES)
    const plain = Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
    return v.parse(introductionSchema, JSON.parse(plain))
  } catch {
    // the cause would quote the introduction, which holds the secret
    throw pairingFailed('the introduction does not read as one', 'run the same version of shoal on both hubs')
  }
}
