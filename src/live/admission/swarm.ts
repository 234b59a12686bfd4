/** The swarm a home belongs to: its secret (the key to the door), its id (the founder's key, hashed) and its name. */
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { base32 } from 'multiformats/bases/base32'
import * as v from 'valibot'
import { assert, ShoalError } from '../../errors.ts'
import type { HubId } from '../../program/ref.ts'
import { publicKeyBytes } from './identity.ts'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const SECRET_BYTES = 32
const ID_BYTES = 16
const PREFIX_CHARACTERS = 8

export const swarmNameSchema = v.pipe(v.string(), v.regex(/^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,62}$/u))

/** Base64url text of a swarm secret. */
export const secretSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]{43}$/),
  v.transform((text) => new Uint8Array(Buffer.from(text, 'base64url'))),
  v.check((bytes) => bytes.byteLength === SECRET_BYTES),
)

const fileSchema = v.object({
  version: v.literal(1),
  id: v.string(),
  name: swarmNameSchema,
  founder: v.string(),
  secret: secretSchema,
})

/** The secret stays inside: it shows neither in logs nor in errors. */
export class Swarm {
  readonly id: string
  readonly name: string
  readonly founder: HubId
  readonly #secret: Uint8Array

  constructor(init: { founder: HubId; name: string; secret: Uint8Array }) {
    assert(init.secret.byteLength === SECRET_BYTES, 'a swarm secret has 32 bytes')
    this.id = swarmIdOf(init.founder)
    this.name = init.name
    this.founder = init.founder
    this.#secret = init.secret
  }

  /** What neighbours announce in the clear: enough to tell swarms apart. */
  get prefix(): string {
    return this.id.slice(0, PREFIX_CHARACTERS)
  }

  /** For the handshake and for tokens only. */
  secret(): Uint8Array {
    return this.#secret
  }

  toJSON(): { id: string; name: string; founder: HubId } {
    return { id: this.id, name: this.name, founder: this.founder }
  }

  [inspect.custom](): string {
    return `Swarm(${this.id})`
  }
}

/** A new swarm in the founder's name, kept nowhere yet. */
export function foundSwarm(founder: HubId, name: string): Swarm {
  return new Swarm({ founder, name, secret: randomBytes(SECRET_BYTES) })
}

/** @throws ShoalError SHOAL_TOKEN_INVALID when the founder is no hub id. */
export function swarmIdOf(founder: HubId): string {
  const key = publicKeyBytes(founder)
  if (key === null) {
    throw new ShoalError('SHOAL_TOKEN_INVALID', 'a swarm without a founder', { next: 'ask for a new join token' })
  }
  return base32.baseEncode(createHash('sha256').update(key).digest().subarray(0, ID_BYTES))
}

/**
 * The swarm of a home folder, or null when it has none yet.
 * @throws ShoalError SHOAL_HOME_UNUSABLE when the file is damaged.
 */
export async function readSwarm(home: string): Promise<Swarm | null> {
  const stored = await readPrivateFile(swarmPath(home))
  if (stored === null) return null
  const parsed = v.safeParse(fileSchema, parseJson(stored))
  if (parsed.success) return new Swarm(parsed.output)
  throw new ShoalError('SHOAL_HOME_UNUSABLE', `${swarmPath(home)} is damaged`, {
    next: 'restore it from a backup, or remove it and join again with a token',
  })
}

export async function writeSwarm(home: string, swarm: Swarm): Promise<void> {
  const secret = Buffer.from(swarm.secret()).toString('base64url')
  await writePrivateFile(swarmPath(home), `${JSON.stringify({ version: 1, ...swarm.toJSON(), secret })}\n`)
}

function swarmPath(home: string): string {
  return join(home, 'swarm.json')
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return null // a parser's message would quote the file, which holds the secret
  }
}
