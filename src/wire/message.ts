/** Messages between hubs as bytes: a version byte, then CBOR, validated by shape before anything acts on it. */
import { Decoder, Encoder } from 'cbor-x'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'
import type { Beacon, LoadReport } from '../hub/beacon.ts'
import type { HubMessage } from '../hub/message.ts'
import { counts, forecastLimits, liveLimits, sizes } from '../limits.ts'
import { decodeFrame, encodeFrame, frameBytesMax } from './forecast-frame.ts'

/** A hub speaks this version; messages of another one are refused with a reason. */
export const WIRE_VERSION = 1

/** 64 bytes of ed25519 as base64url. */
const SIGNATURE_CHARACTERS = 86

export type WireMessage =
  /** New records of the sender in a job's ledger, and when its slots fall free. */
  | {
      readonly type: 'flush'
      readonly job: string
      readonly updates: readonly Uint8Array[]
      readonly slotFreeInMs: readonly number[]
    }
  /** Anti-entropy, step 1 for many jobs: what the sender holds. `reply` asks for the same from the other side. */
  | {
      readonly type: 'sync'
      readonly reply: boolean
      readonly jobs: readonly { readonly job: string; readonly vector: Uint8Array }[]
    }
  /** Anti-entropy, step 2 for one job: what the other side lacked, in order. */
  | { readonly type: 'diff'; readonly job: string; readonly updates: readonly Uint8Array[] }
  | { readonly type: 'hub'; readonly message: HubMessage }
  | { readonly type: 'beacon'; readonly beacon: Beacon }
  /** "What did you compare when you claimed this shard?" */
  | {
      readonly type: 'why'
      readonly request: number
      readonly job: string
      readonly family: string
      readonly shard: number
    }
  | { readonly type: 'because'; readonly request: number; readonly bids: readonly ToldBid[] }
  /** "What did the shards of this job write at your machine, from line `after` on?" */
  | { readonly type: 'logs'; readonly request: number; readonly job: string; readonly after: number }
  | {
      readonly type: 'logged'
      readonly request: number
      /** The number of the first line of those that are told. */
      readonly first: number
      readonly lines: readonly { readonly shard: string; readonly line: string }[]
      /** Whether these are all lines from there on that the sender has. */
      readonly isWhole: boolean
    }
  /** "Hand over and leave": a statement signed by the sender, which names the receiver and its life. */
  | {
      readonly type: 'drain'
      readonly request: number
      readonly order: { readonly body: string; readonly signature: string }
    }
  /** Whether the order is followed; if not, why. */
  | { readonly type: 'drain-answer'; readonly request: number; readonly refused: string | null }

interface ToldBid {
  readonly hub: string
  readonly finishInMs: number
  readonly terms: Readonly<Record<string, number>>
}

const id = v.pipe(v.string(), v.minLength(1), v.maxLength(128))
const bytes = v.instance(Uint8Array)
const count = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER))
const duration = v.pipe(v.number(), v.finite(), v.minValue(0))
const updates = v.pipe(
  v.array(v.pipe(bytes, v.maxLength(sizes.updateBytesMax))),
  v.maxLength(counts.updatesPerMessageMax),
)
const slotTimes = v.pipe(v.array(duration), v.maxLength(counts.slotsMax))
const labels = v.record(v.pipe(v.string(), v.maxLength(64)), v.pipe(v.string(), v.maxLength(256)))
const finite = v.pipe(v.number(), v.finite())

const profile = v.object({ code: id, count: finite, meanMs: duration, p90Ms: duration })

const terms = v.object({ queueMs: duration, transferMs: duration, workMs: duration, loadMs: duration })
const given = v.object({
  job: id,
  family: id,
  lo: count,
  hi: count,
  isMove: v.boolean(),
  leftMs: duration,
  ownerTerms: v.optional(terms),
})
const hubMessage = v.variant('type', [
  v.object({ type: v.literal('steal'), request: count, startInMs: duration, untilInMs: v.optional(duration) }),
  v.object({ type: v.literal('stolen'), request: count, given: v.nullable(given) }),
  v.object({ type: v.literal('job-held'), job: id }),
])

const beacon = v.object({
  hub: id,
  boot: id,
  incarnation: count,
  sequence: count,
  leaving: v.boolean(),
  slots: v.pipe(count, v.maxValue(counts.slotsMax)),
  cores: v.pipe(finite, v.minValue(0)),
  speed: v.pipe(finite, v.minValue(0.001), v.maxValue(1000)),
  compute: v.boolean(),
  labels,
  slotFreeInMs: slotTimes,
  report: v.object({
    load: v.object({ cpu: finite, memory: finite, network: finite }),
    frame: v.pipe(bytes, v.maxLength(frameBytesMax)),
  }),
  profiles: v.optional(v.pipe(v.array(profile), v.maxLength(forecastLimits.profilesPerBeacon))),
})

const shownBid = v.object({
  hub: id,
  finishInMs: finite,
  terms: v.pipe(v.record(v.pipe(v.string(), v.maxLength(64)), finite), v.maxEntries(liveLimits.bidTermsMax)),
})

const logLine = v.object({ shard: id, line: v.pipe(v.string(), v.maxLength(sizes.logLineBytesMax)) })

const statement = v.object({
  body: v.pipe(v.string(), v.maxLength(liveLimits.orderCharactersMax)),
  signature: v.pipe(v.string(), v.length(SIGNATURE_CHARACTERS)),
})

const wireMessage = v.variant('type', [
  v.object({ type: v.literal('flush'), job: id, updates, slotFreeInMs: slotTimes }),
  v.object({
    type: v.literal('sync'),
    reply: v.boolean(),
    jobs: v.pipe(v.array(v.object({ job: id, vector: bytes })), v.maxLength(counts.jobsMax)),
  }),
  v.object({ type: v.literal('diff'), job: id, updates }),
  v.object({ type: v.literal('hub'), message: hubMessage }),
  v.object({ type: v.literal('beacon'), beacon }),
  v.object({ type: v.literal('why'), request: count, job: id, family: id, shard: count }),
  v.object({
    type: v.literal('because'),
    request: count,
    bids: v.pipe(v.array(shownBid), v.maxLength(liveLimits.answerBidsMax)),
  }),
  // hubs of earlier versions neither ask for a part nor number what they tell
  v.object({ type: v.literal('logs'), request: count, job: id, after: v.optional(count, 0) }),
  v.object({
    type: v.literal('logged'),
    request: count,
    first: v.optional(count, 0),
    lines: v.pipe(v.array(logLine), v.maxLength(liveLimits.answerLinesMax)),
    isWhole: v.boolean(),
  }),
  v.object({ type: v.literal('drain'), request: count, order: statement }),
  v.object({
    type: v.literal('drain-answer'),
    request: count,
    refused: v.nullable(v.pipe(v.string(), v.maxLength(liveLimits.reasonCharactersMax))),
  }),
])

const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
const decoder = new Decoder({ useRecords: false, mapsAsObjects: true })

export function encodeMessage(message: WireMessage): Uint8Array {
  const body = encoder.encode(message.type === 'beacon' ? { ...message, beacon: packBeacon(message.beacon) } : message)
  const framed = new Uint8Array(body.byteLength + 1)
  framed[0] = WIRE_VERSION
  framed.set(body, 1)
  return framed
}

/**
 * Reads a message of another hub.
 * @throws ShoalError SHOAL_VERSION_UNKNOWN for another version, SHOAL_MESSAGE_INVALID for anything of the wrong shape.
 */
export function decodeMessage(framed: Uint8Array): WireMessage {
  if (framed[0] !== WIRE_VERSION) {
    throw new ShoalError('SHOAL_VERSION_UNKNOWN', `a message of wire version ${framed[0] ?? 'none'} arrived`, {
      next: 'run the same shoal version on all hubs',
    })
  }
  const parsed = v.safeParse(wireMessage, decodeBody(framed.subarray(1)))
  if (!parsed.success) throw invalid(parsed.issues[0].message)
  const message = parsed.output
  return message.type === 'beacon' ? { ...message, beacon: unpackBeacon(message.beacon) } : message
}

/** A beacon as it travels: its forecast as one frame. */
type PackedBeacon = Omit<Beacon, 'report'> & {
  readonly report: { readonly load: LoadReport['load']; readonly frame: Uint8Array }
}

function packBeacon(open: Beacon): PackedBeacon {
  const { load, ...rest } = open.report
  return { ...open, report: { load, frame: encodeFrame(rest) } }
}

function unpackBeacon(packed: v.InferOutput<typeof beacon>): Beacon {
  const { profiles, ...rest } = packed
  const { load, frame } = packed.report
  return { ...rest, ...(profiles === undefined ? {} : { profiles }), report: { load, ...decodeFrame(frame) } }
}

function decodeBody(body: Uint8Array): unknown {
  try {
    return decoder.decode(body)
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
}

function invalid(why: string): ShoalError {
  return new ShoalError('SHOAL_MESSAGE_INVALID', `a message does not have the expected shape: ${why}`, {
    next: 'run the same shoal version on all hubs',
  })
}
