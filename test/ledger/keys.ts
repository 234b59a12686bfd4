/** Real ed25519 keys for test hubs, made once per process. */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { JobLedger, type LedgerInit } from '../../src/ledger/doc.ts'
import type { Author } from '../../src/ledger/record.ts'

export const JOB = 'testjobaaaaaaaaaaaaaaaaaaa'

const keys = new Map<string, { publicKey: KeyObject; privateKey: KeyObject }>()

function keysOf(hub: string): { publicKey: KeyObject; privateKey: KeyObject } {
  const known = keys.get(hub)
  if (known !== undefined) return known
  const made = generateKeyPairSync('ed25519')
  keys.set(hub, made)
  return made
}

/** A verifier that remembers, as one process plays many hubs. */
const verified = new Map<string, boolean>()

export function signAs(hub: string): LedgerInit['sign'] {
  return (bytes) => sign(null, bytes, keysOf(hub).privateKey)
}

export const verifyAny: LedgerInit['verify'] = (hub, bytes, signature) => {
  const key = `${hub}:${Buffer.from(bytes).toString('base64')}:${Buffer.from(signature).toString('base64')}`
  const known = verified.get(key)
  if (known !== undefined) return known
  const valid = verify(null, bytes, keysOf(hub).publicKey, signature)
  verified.set(key, valid)
  return valid
}

export function openLedger(author: Author, clientId: number, admits?: LedgerInit['admits']): JobLedger {
  const init = { job: JOB, author, clientId, sign: signAs(author.hub), verify: verifyAny }
  return new JobLedger(admits === undefined ? init : { ...init, admits })
}
