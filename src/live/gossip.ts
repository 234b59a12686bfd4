/** Gossip to all admitted hubs: small, best effort; every message carries its sender, a number, and the sender's signature over both and the rest. */
import { randomBytes } from 'node:crypto'
import type { GossipSub, GossipSubComponents, GossipsubMessage } from '@libp2p/gossipsub'
import { gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub'
import { serviceDependencies } from '@libp2p/interface'
import { assert } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { verify } from './admission/identity.ts'
import type { AdmittedRegistrar } from './admitted-registrar.ts'
import { errorFields, type Log } from './log.ts'

const BOOT_BYTES = 8
const SEQUENCE_BYTES = 4
const SENDER_BYTES_MAX = 64
const SIGNATURE_BYTES = 64
const HEADER_BYTES_MAX = 1 + SENDER_BYTES_MAX + BOOT_BYTES + SEQUENCE_BYTES + SIGNATURE_BYTES

/** What a gossip message starts with: length of the sender, sender, boot, sequence, signature. */
interface Envelope {
  readonly from: HubId
  /** Identifies the message: everything before the payload. The signature is part of it, so that a forgery takes no place of a true one. */
  readonly id: Uint8Array
  readonly header: Uint8Array
  readonly signature: Uint8Array
  readonly payload: Uint8Array
}

/** The gossipsub service, fed by admitted hubs only. */
export function gossipService(registrar: AdmittedRegistrar, topic: string) {
  return (components: GossipSubComponents): GossipSub => {
    const make = gossipsub({
      globalSignaturePolicy: StrictNoSign,
      msgIdFn: (message) => openEnvelope(message.data)?.id ?? message.data.subarray(0, HEADER_BYTES_MAX),
      allowPublishToZeroTopicPeers: true,
      allowedTopics: [topic],
      emitSelf: false,
      doPX: false,
      fallbackToFloodsub: false,
      // hubs of one LAN, or of one machine, share addresses: from 11 on the default penalty silences them all
      scoreParams: { IPColocationFactorWeight: 0 },
      maxInboundStreams: liveLimits.gossipStreamsMax,
      maxOutboundStreams: liveLimits.gossipStreamsMax,
      maxInboundDataLength: sizes.gossipBytesMax + 4 * HEADER_BYTES_MAX,
      maxOutboundBufferSize: liveLimits.controlQueueBytesMax,
      tagMeshPeers: false,
    })
    return amongAdmitted(make, components, registrar)
  }
}

/** A gossipsub service that meets only whom the registrar admits. */
export function amongAdmitted(
  make: ReturnType<typeof gossipsub>,
  components: GossipSubComponents,
  registrar: AdmittedRegistrar,
): GossipSub {
  const { privateKey, peerId, peerStore, connectionManager, logger } = components
  const gate = registrar.gate(components.registrar)
  const pubsub = make({ privateKey, peerId, peerStore, connectionManager, logger, registrar: gate })
  // hubs say in the hello who they are: libp2p's identify, two streams and a signature for each connection, adds nothing
  return Object.assign(pubsub, { [serviceDependencies]: [] })
}

export interface GossipInit {
  readonly self: HubId
  readonly topic: string
  readonly sign: (bytes: Uint8Array) => Uint8Array
  readonly isMember: (hub: HubId) => boolean
  readonly deliver: (from: HubId, payload: Uint8Array) => void
  readonly registrar: Pick<AdmittedRegistrar, 'admitted' | 'reaches' | 'reopen'>
  readonly nowMs: () => number
  readonly log: Log
}

/** A hub with which gossip does not go both ways: when its streams are opened again, and how often they were. */
interface Deaf {
  readonly dueMs: number
  readonly times: number
}

export class Gossip {
  readonly #pubsub: GossipSub
  readonly #init: GossipInit
  readonly #prefix: Uint8Array
  readonly #deaf = new Map<HubId, Deaf>()
  #timer: NodeJS.Timeout | null = null
  #sequence = 0

  constructor(pubsub: GossipSub, init: GossipInit) {
    this.#pubsub = pubsub
    this.#init = init
    const self = Buffer.from(init.self, 'utf8')
    this.#prefix = Buffer.concat([Uint8Array.of(self.byteLength), self, randomBytes(BOOT_BYTES)])
    const { topic } = init
    pubsub.topicValidators.set(topic, (_peer, message) => this.#judge(message.data))
    pubsub.addEventListener('gossipsub:message', (event) => this.#receive(event.detail))
  }

  /** To be called once libp2p runs. */
  start(): void {
    this.#pubsub.subscribe(this.#init.topic)
    this.#timer = setInterval(() => this.#mend(), liveLimits.gossipLookMs)
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  publish(payload: Uint8Array): void {
    assert(payload.byteLength <= sizes.gossipBytesMax, 'a gossip message keeps to sizes.gossipBytesMax')
    const sequence = Buffer.alloc(SEQUENCE_BYTES)
    sequence.writeUInt32BE(this.#sequence++ >>> 0)
    const header = Buffer.concat([this.#prefix, sequence])
    const signature = this.#init.sign(signedBytes(this.#init.topic, header, payload))
    const data = Buffer.concat([header, signature, payload])
    void this.#pubsub
      .publish(this.#init.topic, data)
      .catch((error: unknown) => this.#init.log.debug(errorFields(error), 'a gossip message did not leave'))
  }

  /**
   * Gossipsub says once per stream what it subscribes to, and opens a stream once per hub: what is lost then is lost for good. A
   * connected hub whose subscription is not here, or to which no stream leads, gets new streams; the lower id begins.
   */
  #mend(): void {
    const { self, topic, registrar, nowMs, log } = this.#init
    const hearing = new Set(this.#pubsub.getSubscribers(topic).map((peer) => peer.toString()))
    const hubs = new Set(registrar.admitted())
    for (const hub of this.#deaf.keys()) if (!hubs.has(hub)) this.#deaf.delete(hub)
    for (const hub of hubs) {
      const { dueMs, times } = this.#deaf.get(hub) ?? { dueMs: Number.POSITIVE_INFINITY, times: 0 }
      const waitMs =
        liveLimits.gossipDeafMs * (self < hub ? 1 : 2) * 2 ** Math.min(times, liveLimits.gossipDeafDoublings)
      const isDue = nowMs() >= dueMs
      if (hearing.has(hub) && registrar.reaches(hub)) this.#deaf.delete(hub)
      else if (isDue || times === 0) this.#deaf.set(hub, { dueMs: nowMs() + waitMs, times: times + 1 })
      if (!isDue || !this.#deaf.has(hub)) continue
      log.warn({ hub, times }, 'gossip with a connected hub does not go both ways: its streams are opened again')
      registrar.reopen(hub)
    }
  }

  /** Runs before a message is delivered or passed on. */
  #judge(data: Uint8Array): TopicValidatorResult {
    const envelope = openEnvelope(data)
    if (envelope === null || envelope.payload.byteLength > sizes.gossipBytesMax) return TopicValidatorResult.Reject
    if (envelope.from === this.#init.self) return TopicValidatorResult.Ignore
    if (!this.#init.isMember(envelope.from)) return TopicValidatorResult.Ignore
    const { from, header, payload, signature } = envelope
    const isTrue = verify(from, signedBytes(this.#init.topic, header, payload), signature)
    return isTrue ? TopicValidatorResult.Accept : TopicValidatorResult.Reject
  }

  #receive(message: GossipsubMessage): void {
    if (message.msg.topic !== this.#init.topic) return
    const envelope = openEnvelope(message.msg.data)
    if (envelope !== null) this.#init.deliver(envelope.from, envelope.payload.slice())
  }
}

function openEnvelope(data: Uint8Array): Envelope | null {
  const senderBytes = data[0] ?? 0
  const signedAt = 1 + senderBytes + BOOT_BYTES + SEQUENCE_BYTES
  const payloadAt = signedAt + SIGNATURE_BYTES
  if (senderBytes === 0 || senderBytes > SENDER_BYTES_MAX || data.byteLength < payloadAt) return null
  const from = Buffer.from(data.buffer, data.byteOffset + 1, senderBytes).toString('latin1')
  return {
    from,
    id: data.subarray(0, payloadAt),
    header: data.subarray(0, signedAt),
    signature: data.subarray(signedAt, payloadAt),
    payload: data.subarray(payloadAt),
  }
}

function signedBytes(topic: string, header: Uint8Array, payload: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`shoal gossip 1\0${topic}\0`), header, payload])
}
