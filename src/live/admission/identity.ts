/** A hub's identity: an ed25519 key whose public half is its hub id, so that anybody can check its signatures offline. */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify as verifySignature } from 'node:crypto'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyFromRaw, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey, peerIdFromString } from '@libp2p/peer-id'
import { ShoalError } from '../../errors.ts'
import type { HubId } from '../../program/ref.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const SIGNATURE_BYTES = 64
const SEED_BYTES = 32
const KNOWN_KEYS_MAX = 512

/** The private key stays inside: it shows neither in logs nor in errors. */
export class Identity {
  readonly hub: HubId
  readonly #key: Ed25519PrivateKey
  readonly #signer: KeyObject

  constructor(key: Ed25519PrivateKey) {
    this.#key = key
    this.hub = peerIdFromPrivateKey(key).toString()
    this.#signer = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'OKP',
        crv: 'Ed25519',
        d: base64url(key.raw.subarray(0, SEED_BYTES)),
        x: base64url(key.publicKey.raw),
      },
    })
  }

  sign(bytes: Uint8Array): Uint8Array {
    return sign(null, bytes, this.#signer)
  }

  /** For libp2p's handshake only. */
  privateKey(): Ed25519PrivateKey {
    return this.#key
  }

  /** The private half as 32 bytes; with it anybody can act as this identity. */
  seed(): Uint8Array {
    return this.#key.raw.slice(0, SEED_BYTES)
  }

  toJSON(): { hub: HubId } {
    return { hub: this.hub }
  }

  [inspect.custom](): string {
    return `Identity(${this.hub})`
  }
}

/** A fresh identity, kept nowhere. */
export async function createIdentity(): Promise<Identity> {
  return new Identity(await generateKeyPair('Ed25519'))
}

/** An identity from {@link Identity.seed}. */
export function identityFromSeed(seed: Uint8Array): Identity {
  const { x } = createPublicKey(seedKey(seed)).export({ format: 'jwk' })
  const key = privateKeyFromRaw(Buffer.concat([seed, Buffer.from(String(x), 'base64url')]))
  if (key.type !== 'Ed25519') throw new TypeError('an identity is an ed25519 key')
  return new Identity(key)
}

/**
 * The identity of a home folder, made at the first call.
 * @throws ShoalError SHOAL_HOME_UNUSABLE when the file cannot be read or is damaged; it is never overwritten.
 */
export async function openIdentity(home: string): Promise<Identity> {
  const path = join(home, 'identity.key')
  const stored = await readPrivateFile(path)
  if (stored !== null) return new Identity(parseKey(path, stored))
  const key = await generateKeyPair('Ed25519')
  await writePrivateFile(path, privateKeyToProtobuf(key))
  return new Identity(key)
}

/** Whether `signature` over `bytes` was made by the key inside the hub id. False for anything malformed. */
export function verify(hub: HubId, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.byteLength !== SIGNATURE_BYTES) return false
  const key = publicKeyOf(hub)
  return key !== null && verifySignature(null, bytes, key, signature)
}

/** The 32 bytes of the public key inside a hub id, or null when it is no ed25519 id. */
export function publicKeyBytes(hub: HubId): Uint8Array | null {
  try {
    const peer = peerIdFromString(hub)
    return peer.type === 'Ed25519' ? peer.publicKey.raw : null
  } catch {
    return null // any text may arrive here; what does not parse is no identity
  }
}

/** What is said of a text that was to be a hub id. */
export function noHubId(text: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${JSON.stringify(text)} is no hub id`, { next: 'take one from `shoal hubs`' })
}

const knownKeys = new Map<HubId, KeyObject>()

function publicKeyOf(hub: HubId): KeyObject | null {
  const known = knownKeys.get(hub)
  if (known !== undefined) return known
  const raw = publicKeyBytes(hub)
  if (raw === null) return null
  const key = createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: base64url(raw) } })
  if (knownKeys.size >= KNOWN_KEYS_MAX) knownKeys.clear()
  knownKeys.set(hub, key)
  return key
}

function parseKey(path: string, stored: Uint8Array): Ed25519PrivateKey {
  try {
    const key = privateKeyFromProtobuf(stored)
    if (key.type === 'Ed25519') return key
  } catch {
    // falls through to the one error below; the library's own message could quote key bytes
  }
  throw new ShoalError('SHOAL_HOME_UNUSABLE', `${path} is no hub identity`, {
    next: 'restore it from a backup, or move it away to start as a new hub',
  })
}

function seedKey(seed: Uint8Array): KeyObject {
  const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' })
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url')
}
