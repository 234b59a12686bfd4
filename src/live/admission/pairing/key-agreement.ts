/**
 * A key from a short code: CPace (draft-irtf-cfrg-cpace) over ristretto255. Whoever does not know the code learns nothing of it
 * from a run, neither as a listener nor in the middle, except whether one guess was right.
 */
import { createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { ristretto255, ristretto255_hasher } from '@noble/curves/ed25519.js'
import type { HubId } from '../../../program/ref.ts'

const DOMAIN = 'shoal-pairing-1-ristretto255'
const SCALAR_BYTES = 64
const KEY_BYTES = 32
export const SHARE_BYTES = 32

/** What both sides see of a run; every byte of it is part of the key. */
export interface Transcript {
  /** Random, chosen by the member. */
  readonly session: Uint8Array
  readonly member: { readonly hub: HubId; readonly share: Uint8Array }
  readonly asker: { readonly hub: HubId; readonly share: Uint8Array }
}

/** One side's secret and what it sends. */
export interface Share {
  readonly scalar: bigint
  readonly bytes: Uint8Array
}

export interface AgreedKeys {
  readonly memberConfirms: Uint8Array
  readonly askerConfirms: Uint8Array
  /** Seals what the member tells the asker. */
  readonly seal: Uint8Array
}

export function createShare(code: string, session: Uint8Array): Share {
  const scalar = ristretto255.Point.Fn.create(BigInt(`0x${randomBytes(SCALAR_BYTES).toString('hex')}`))
  return { scalar, bytes: generator(code, session).multiply(scalar).toBytes() }
}

/** The keys of a run, or null when the other side's share is no point of the group or gives nothing away of its own. */
export function agree(own: Share, theirs: Uint8Array, transcript: Transcript): AgreedKeys | null {
  const shared = sharedPoint(own, theirs)
  if (shared === null) return null
  const context = transcriptBytes(transcript)
  const derive = (use: string) =>
    new Uint8Array(hkdfSync('sha256', shared, context, `shoal pairing 1 ${use}`, KEY_BYTES))
  const confirm = (use: string) => createHmac('sha256', derive(use)).update(context).digest()
  return { memberConfirms: confirm('member'), askerConfirms: confirm('asker'), seal: derive('seal') }
}

export function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** Every field with its length in front, so that no two runs read the same. */
export function transcriptBytes({ session, member, asker }: Transcript): Uint8Array {
  return lengthPrefixed([
    Buffer.from(DOMAIN),
    session,
    Buffer.from(member.hub),
    member.share,
    Buffer.from(asker.hub),
    asker.share,
  ])
}

function generator(code: string, session: Uint8Array) {
  return ristretto255_hasher.hashToCurve(lengthPrefixed([Buffer.from(code), session]), { DST: DOMAIN })
}

function sharedPoint(own: Share, theirs: Uint8Array): Uint8Array | null {
  try {
    const point = ristretto255.Point.fromBytes(theirs).multiply(own.scalar)
    return point.is0() ? null : point.toBytes()
  } catch {
    return null // bytes of a stranger that are no point: the run ends, nothing is learnt
  }
}

function lengthPrefixed(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4)
      length.writeUInt32BE(part.byteLength)
      return [length, part]
    }),
  )
}
