import { createHash } from 'node:crypto'
import { Encoder } from 'cbor-x'
import { expect, test } from 'vitest'
import { createIdentity, verify } from '../../src/live/admission/identity.ts'
import type { Manifest } from '../../src/program/program.ts'
import { base32, readManifest, signManifest } from '../../src/wire/manifest.ts'

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const crypto = { verify, sha256 }

function manifestOf(submitter: string, nonce = 'n'): Manifest {
  return {
    version: 1,
    name: 'job',
    program: { kind: 'inline', bytes: Uint8Array.of(1) },
    input: { kind: 'generated', scale: 1 },
    options: { chunks: null, deadlineMs: null, audit: false },
    seed: 1,
    createdMs: 2,
    expiresMs: 3,
    nonce,
    submitter,
  }
}

test('a signed manifest is read back, under the same job id everywhere', async () => {
  const identity = await createIdentity()
  const manifest = manifestOf(identity.hub)
  const signed = signManifest(manifest, (bytes) => identity.sign(bytes), sha256)
  const read = readManifest(signed.bytes, crypto)
  expect(read.manifest).toEqual(manifest)
  expect(read.job).toBe(signed.job)
  expect(signed.job).toMatch(/^[a-z2-7]{26}$/)
})

test('another nonce is another job', async () => {
  const identity = await createIdentity()
  const sign = (bytes: Uint8Array) => identity.sign(bytes)
  const jobs = ['a', 'b'].map((nonce) => signManifest(manifestOf(identity.hub, nonce), sign, sha256).job)
  expect(jobs[0]).not.toBe(jobs[1])
})

test('a manifest in the name of another hub is refused', async () => {
  const [forger, victim] = [await createIdentity(), await createIdentity()]
  const forged = signManifest(manifestOf(victim.hub), (bytes) => forger.sign(bytes), sha256)
  expect(() => readManifest(forged.bytes, crypto)).toThrow(expect.objectContaining({ code: 'SHOAL_SIGNATURE_INVALID' }))
})

test('a manifest in another envelope is the same job, so it cannot be run a second time', async () => {
  const identity = await createIdentity()
  const signed = signManifest(manifestOf(identity.hub), (bytes) => identity.sign(bytes), sha256)
  const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
  const envelope = encoder.decode(signed.bytes)
  const wrapped = new Uint8Array(encoder.encode({ ...envelope, again: 1 }))
  expect(readManifest(wrapped, crypto).job).toBe(signed.job)
})

test('no changed byte leaves a manifest valid', async () => {
  const identity = await createIdentity()
  const { bytes } = signManifest(manifestOf(identity.hub), (body) => identity.sign(body), sha256)
  for (let at = 0; at < bytes.byteLength; at++) {
    const changed = Uint8Array.from(bytes)
    changed[at] = (changed[at] ?? 0) ^ 1
    expect(() => readManifest(changed, crypto), `byte ${at}`).toThrow(/SHOAL|manifest/i)
  }
})

test('base32 is that of RFC 4648, in lower case without padding', () => {
  const text = (word: string) => base32(new TextEncoder().encode(word))
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map(text)).toEqual([
    '',
    'my',
    'mzxq',
    'mzxw6',
    'mzxw6yq',
    'mzxw6ytb',
    'mzxw6ytboi',
  ])
})
