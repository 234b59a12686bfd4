/** Job manifests as bytes: what the submitting hub signs, and what every other hub checks before it believes in a job. */
import { Decoder, Encoder } from 'cbor-x'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import { counts, sizes } from '../limits.ts'
import type { Manifest } from '../program/program.ts'
import type { HubId, JobId } from '../program/ref.ts'

/** What crypto the border needs; the shell hands it in. */
export interface ManifestCrypto {
  readonly verify: (hub: HubId, bytes: Uint8Array, signature: Uint8Array) => boolean
  readonly sha256: (bytes: Uint8Array) => Uint8Array
}

export interface SignedManifest {
  readonly job: JobId
  readonly manifest: Manifest
  readonly bytes: Uint8Array
}

const JOB_ID_BYTES = 16
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

const text = v.pipe(v.string(), v.maxLength(256))
const count = v.pipe(v.number(), v.integer(), v.minValue(0))
const bytes = v.instance(Uint8Array)
const ref = v.variant('kind', [
  v.object({ kind: v.literal('inline'), bytes: v.pipe(bytes, v.maxLength(sizes.inlineBytesMax)) }),
  v.object({ kind: v.literal('blob'), cid: text, size: v.pipe(count, v.maxValue(sizes.blobBytesMax)) }),
])

const manifestShape = v.object({
  version: v.literal(1),
  name: text,
  program: ref,
  input: v.variant('kind', [
    v.object({ kind: v.literal('value'), ref }),
    v.object({ kind: v.literal('generated'), scale: v.pipe(v.number(), v.finite()) }),
  ]),
  options: v.object({
    chunks: v.nullable(v.pipe(count, v.minValue(1), v.maxValue(counts.shardsPerFamilyMax))),
    deadlineMs: v.nullable(v.pipe(count, v.minValue(1))),
    audit: v.boolean(),
    whole: v.exactOptional(v.boolean()),
    needs: v.exactOptional(v.record(text, text)),
    stays: v.exactOptional(v.boolean()),
    verify: v.exactOptional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(counts.verifyHubsMax))),
  }),
  seed: count,
  createdMs: count,
  expiresMs: count,
  nonce: text,
  submitter: text,
})

const envelope = v.object({ body: bytes, signature: bytes })

const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })

/** Signs a manifest; the job's id is the hash of what is signed, so it cannot be replayed as another job in another envelope. */
export function signManifest(
  manifest: Manifest,
  sign: (bytes: Uint8Array) => Uint8Array,
  sha256: ManifestCrypto['sha256'],
): SignedManifest {
  const body = new Uint8Array(encoder.encode(manifest))
  const signed = new Uint8Array(encoder.encode({ body, signature: sign(body) }))
  return { job: jobIdOf(body, sha256), manifest, bytes: signed }
}

/**
 * Reads a signed manifest.
 * @throws ShoalError SHOAL_MANIFEST_INVALID, SHOAL_SIGNATURE_INVALID.
 */
export function readManifest(signed: Uint8Array, crypto: ManifestCrypto): SignedManifest {
  if (signed.byteLength > sizes.manifestBytesMax) throw invalid('it is too large')
  const { body, signature } = parse(envelope, signed)
  const manifest: Manifest = parse(manifestShape, body)
  if (!crypto.verify(manifest.submitter, body, signature)) {
    throw new ShoalError('SHOAL_SIGNATURE_INVALID', `a manifest was not signed by ${manifest.submitter}`, {
      next: 'submit the job again',
    })
  }
  return { job: jobIdOf(body, crypto.sha256), manifest, bytes: signed }
}

function jobIdOf(body: Uint8Array, sha256: ManifestCrypto['sha256']): JobId {
  return base32(sha256(body).subarray(0, JOB_ID_BYTES))
}

function parse<Schema extends v.GenericSchema>(schema: Schema, encoded: Uint8Array): v.InferOutput<Schema> {
  let raw: unknown
  try {
    raw = decoder.decode(encoded)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  const parsed = v.safeParse(schema, raw)
  if (parsed.success) return parsed.output
  throw invalid(parsed.issues[0].message)
}

function invalid(why: string): ShoalError {
  return new ShoalError('SHOAL_MANIFEST_INVALID', `a job manifest cannot be read: ${why}`, {
    next: 'submit the job again',
  })
}

/** RFC 4648 base32, lower case, without padding. */
export function base32(input: Uint8Array): string {
  let output = ''
  let buffer = 0
  let bits = 0
  for (const byte of input) {
    buffer = (buffer << 8) | byte
    bits += 8
    while (bits >= 5) {
      output += BASE32[(buffer >> (bits - 5)) & 31]
      bits -= 5
    }
    buffer &= (1 << bits) - 1
  }
  return bits === 0 ? output : output + BASE32[(buffer << (5 - bits)) & 31]
}
