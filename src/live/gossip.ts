/** Gossip to all admitted hubs: small, best effort, unsigned; every message carries its sender and a number. */
import { randomBytes } from 'node:crypto'
import type { GossipSub, GossipSubComponents, GossipsubMessage } from '@libp2p/gossipsub'
import { gossipsub, StrictNoSign, TopicValidatorResult } from '@libp2p/gossipsub'
import { assert } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { AdmittedRegistrar } from './admitted-registrar.ts'
import { errorFields, type Log } from './log.ts'

const BOOT_BYTES = 8
const SEQUENCE_BYTES = 4
const SENDER_BYTES_MAX = 64
const HEADER_BYTES_MAX = 1 + SENDER_BYTES_MAX + BOOT_BYTES + SEQUENCE_BYTES

/** What a gossip message starts with: length of the sender, sender, boot, sequence. */
interface Envelope {
  readonly from: HubId
  /** Identifies the message: everything before the payload. */
  readonly id: Uint8Array
  readonly payload: Uint8Array
}

/** The gossipsub service, fed by admitted hubs only. */
export function gossipService(registrar: AdmittedRegistrar, topic: string) {
  return (components: GossipSubComponents): GossipSub =>
    gossipsub({
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
    })({
      privateKey: components.privateKey,
      peerId: components.peerId,
      peerStore: components.peerStore,
      connectionManager: components.connectionManager,
      logger: components.logger,
      registrar: registrar.gate(components.registrar),
    })
}

export interface GossipInit {
  readonly self: HubId
  readonly topic: string
  readonly isMember: (hub: HubId) => boolean
  readonly deliver: (from: HubId, payload: Uint8Array) => void
  readonly log: Log
}

export class Gossip {
  readonly #pubsub: GossipSub
  readonly #init: GossipInit
  readonly #prefix: Uint8Array
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
  }

  publish(payload: Uint8Array): void {
    assert(payload.byteLength <= sizes.gossipBytesMax, 'a gossip message keeps to sizes.gossipBytesMax')
    const sequence = Buffer.alloc(SEQUENCE_BYTES)
    sequence.writeUInt32BE(this.#sequence++ >>> 0)
    const data = Buffer.concat([this.#prefix, sequence, payload])
    void this.#pubsub
      .publish(this.#init.topic, data)
      .catch((error: unknown) => this.#init.log.debug(errorFields(error), 'a gossip message did not leave'))
  }

  /** Runs before a message is delivered or passed on. */
  #judge(data: Uint8Array): TopicValidatorResult {
    const envelope = openEnvelope(data)
    if (envelope === null || envelope.payload.byteLength > sizes.gossipBytesMax) return TopicValidatorResult.Reject
    if (envelope.from === this.#init.self) return TopicValidatorResult.Ignore
    return this.#init.isMember(envelope.from) ? TopicValidatorResult.Accept : TopicValidatorResult.Ignore
  }

  #receive(message: GossipsubMessage): void {
    if (message.msg.topic !== this.#init.topic) return
    const envelope = openEnvelope(message.msg.data)
    if (envelope !== null) this.#init.deliver(envelope.from, envelope.payload.slice())
  }
}

function openEnvelope(data: Uint8Array): Envelope | null {
  const senderBytes = data[0] ?? 0
  const headerBytes = 1 + senderBytes + BOOT_BYTES + SEQUENCE_BYTES
  if (senderBytes === 0 || senderBytes > SENDER_BYTES_MAX || data.byteLength < headerBytes) return null
  const from = Buffer.from(data.buffer, data.byteOffset + 1, senderBytes).toString('latin1')
  return { from, id: data.subarray(0, headerBytes), payload: data.subarray(headerBytes) }
}
