/** Readers without state: they return a value of the right shape or refuse, and what they return can be written again. */
import { Encoder } from 'cbor-x'
import { decode, encode } from 'dns-packet'
import { decodeSubmission, encodeSubmission } from '../../../src/client/submission-body.ts'
import { decodeOutcome, encodeOutcome } from '../../../src/execute/codec/outcome.ts'
import { noLoad } from '../../../src/hub/beacon.ts'
import { readStateVector, writeStateVector } from '../../../src/ledger/state-vector.ts'
import { decodeSync, encodeSync } from '../../../src/ledger/sync.ts'
import { readCode } from '../../../src/live/admission/pairing/code.ts'
import { encodeHello, helloMismatch, parseHello } from '../../../src/live/hello.ts'
import { announcementAnswers, parseAnnouncement } from '../../../src/live/mdns-packet.ts'
import { decodeFrame, encodeFrame } from '../../../src/wire/forecast-frame.ts'
import { decodeMessage, encodeMessage, type WireMessage } from '../../../src/wire/message.ts'
import { packList, unpackList } from '../../../src/wire/pack.ts'
import { type Choices, mutateBytes, mutateTree } from './mutate.ts'
import { json, must, type Target, text, unlessRefused } from './target.ts'

const encoder = new Encoder({ useRecords: false, tagUint8Array: false })
const level = { mean: 0.2, p90: 0.6 }
const report = {
  ...noLoad,
  sequence: 4,
  coverage: { cpu: 1, memory: 1, network: 0.8 },
  forecastError: { cpu: 0.5, memory: 1, network: 1 },
  forecast: [1000, 5000].map((horizonMs) => ({ horizonMs, cpu: level, memory: level, network: level })),
}
export const beacon = {
  hub: 'hub-a',
  boot: 'b1',
  incarnation: 7,
  sequence: 3,
  leaving: false,
  slots: 2,
  cores: 4,
  speed: 1.5,
  compute: true,
  labels: { gpu: 'no' },
  slotFreeInMs: [0, 120],
  report,
  profiles: [{ code: 'bafy/0', count: 12, meanMs: 0.5, p90Ms: 2 }],
}
const given = { job: 'j', family: 'f', lo: 0, hi: 4, isMove: true, leftMs: 2.5 }
const messages: readonly WireMessage[] = [
  { type: 'flush', job: 'j', updates: [Uint8Array.of(1, 2)], slotFreeInMs: [5] },
  { type: 'sync', reply: true, jobs: [{ job: 'j', vector: Uint8Array.of(0) }] },
  { type: 'diff', job: 'j', updates: [Uint8Array.of(0, 0)] },
  { type: 'hub', message: { type: 'steal', request: 1, startInMs: 0.5 } },
  { type: 'hub', message: { type: 'stolen', request: 1, given } },
  { type: 'hub', message: { type: 'job-held', job: 'j' } },
  { type: 'beacon', beacon },
  { type: 'why', request: 3, job: 'j', family: 'f', shard: 4 },
  { type: 'logs', request: 4, job: 'j', after: 3 },
  { type: 'logged', request: 4, first: 3, lines: [{ shard: 'root:0', line: 'hello' }], isWhole: true },
  { type: 'because', request: 3, bids: [{ hub: 'a', finishInMs: 12.5, terms: { workMs: 10 } }] },
  { type: 'drain', request: 4, order: { body: '{}', signature: 'x'.repeat(86) } },
  { type: 'drain-answer', request: 4, refused: 'no' },
]

/** A message with its tree changed under a good frame, or its bytes. */
export function makeMessage(choose: Choices): Uint8Array {
  const honest = encodeMessage(choose.one(messages))
  if (choose.chance(50)) return mutateBytes(honest, choose)
  const tree = encoder.decode(honest.subarray(1))
  return Buffer.concat([honest.subarray(0, 1), encoder.encode(mutateTree(tree, choose))])
}

const hello = {
  versions: { min: 1, max: 1 },
  hub: '12D3KooWExampleExampleExampleExampleExampleExample',
  swarm: 'swarm',
  boot: 'boot',
  chain: [{ body: '{}', signature: 'x'.repeat(86) }],
  known: 'digest',
  addresses: ['/ip4/127.0.0.1/tcp/1'],
}
const announcement = { hub: hello.hub, swarm: 'abcdefgh', port: 4711, addresses: ['10.0.0.1'], gone: false }
const job = {
  name: 'job',
  program: Uint8Array.of(1, 2, 3),
  input: { kind: 'value' as const, bytes: Uint8Array.of(4) },
  options: { chunks: null, deadlineMs: null, audit: false },
}
const value = { a: [1, -0, 'two', new Map([[1, new Set([2])]])], b: new Float64Array(3), c: new Error('no') }

export const readerTargets: readonly Target[] = [
  {
    name: 'message',
    make: makeMessage,
    check: (input) => {
      const message = unlessRefused(() => decodeMessage(input))
      if (message !== null) decodeMessage(encodeMessage(message))
    },
  },
  bytesTarget('forecast frame', encodeFrame(report), (input) => {
    const frame = unlessRefused(() => decodeFrame(input))
    if (frame !== null) must(isSame(decodeFrame(encodeFrame(frame)), frame), 'a frame that was read can be told on')
  }),
  {
    name: 'hello',
    make: (choose) => jsonOf(hello, encodeHello(hello), choose),
    check: (input) => {
      const read = unlessRefused(() => parseHello(input))
      if (read !== null) helloMismatch(read, { hub: 'h', swarm: 's' })
    },
  },
  {
    name: 'mdns',
    make: (choose) => {
      const answers = announcementAnswers(announcement)
      const packet = encode({ type: 'response', answers: choose.chance(50) ? answers : answers.toReversed() })
      return mutateBytes(packet, choose)
    },
    check: (input) => {
      const packet = packetOf(input)
      if (packet === null) return
      const heard = parseAnnouncement(packet)
      must(heard === null || heard.addresses.length <= 4, 'an announcement names few addresses')
    },
  },
  bytesTarget('sync', encodeSync({ kind: 'step1', stateVector: Uint8Array.of(1, 5, 3) }), (input) =>
    unlessRefused(() => decodeSync(input)),
  ),
  bytesTarget(
    'state vector',
    writeStateVector(
      new Map([
        [2 ** 52, 7],
        [5, 1],
      ]),
    ),
    (input) => unlessRefused(() => readStateVector(input)),
  ),
  bytesTarget('packed list', packList([Uint8Array.of(1), Uint8Array.of(2, 3)]), (input) =>
    unlessRefused(() => unpackList(input)),
  ),
  bytesTarget('submission', encodeSubmission(job), (input) => unlessRefused(() => decodeSubmission(input))),
  bytesTarget('value', encodeOutcome({ kind: 'value', value }), (input) => {
    const outcome = unlessRefused(() => decodeOutcome(input))
    if (outcome !== null) unlessRefused(() => encodeOutcome(outcome))
    must(({} as { polluted?: unknown }).polluted === undefined, 'prototypes stay as they are')
  }),
  bytesTarget('pairing code', Buffer.from('7K2M-Q4XR'), (input) => {
    const code = readCode(text(input))
    must(code === null || /^[0-9A-Z]{8}$/.test(code), 'a code has eight characters')
  }),
]

export function jsonOf(tree: unknown, honest: Uint8Array, choose: Choices): Uint8Array {
  return choose.chance(30) ? mutateBytes(honest, choose) : json(mutateTree(tree, choose))
}

function bytesTarget(name: string, honest: Uint8Array, check: (input: Uint8Array) => unknown): Target {
  return { name, make: (choose) => mutateBytes(honest, choose), check: (input) => void check(input) }
}

/** The decoder's own errors are the socket's to handle: a malformed packet is dropped there. */
function packetOf(input: Uint8Array): ReturnType<typeof decode> | null {
  try {
    return decode(Buffer.from(input))
  } catch {
    return null
  }
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}
