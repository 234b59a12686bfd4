/** What the shell asks of the network: who is there, small messages, gossip, and blobs. */
import type { Cid, HubId } from '../program/ref.ts'

export interface Peer {
  readonly hub: HubId
  readonly addresses: readonly string[]
  /** Round trip in milliseconds, smoothed; null before the first ping. */
  readonly rttMs: number | null
}

/** Told what arrives. Handlers must not throw; what they throw is logged and drops only that message. */
export interface NetworkListener {
  /** A member is connected and has passed the hello; messages flow from now on. */
  connected(hub: HubId): void
  /** Its last connection is gone. */
  disconnected(hub: HubId): void
  /** It lives, though it has sent nothing else for a while: an answer to a question whether it does. */
  heard(hub: HubId): void
  /** One control message, whole, in the order in which the peer sent it. */
  message(from: HubId, bytes: Uint8Array): void
  /** One gossip message; may be repeated, reordered or lost. */
  gossip(from: HubId, bytes: Uint8Array): void
}

export interface Network {
  readonly self: HubId
  /** Listens, finds neighbours, keeps connections. */
  start(listener: NetworkListener): Promise<void>
  stop(): Promise<void>
  addresses(): readonly string[]
  peers(): Peer[]
  /** Queues a control message. False when there is no connection or its queue is full: the caller will sync later. */
  send(to: HubId, bytes: Uint8Array): boolean
  /** Tells all hubs, best effort. At most `sizes.gossipBytesMax` bytes. */
  publish(bytes: Uint8Array): void
  /**
   * Fetches a blob into the local store: in chunks, resumed where a broken transfer ended, hash checked before it counts.
   * @throws ShoalError SHOAL_BLOB_MISSING when none of the peers has it, SHOAL_BLOB_CORRUPT when its bytes do not match.
   */
  fetchBlob(cid: Cid, from: readonly HubId[], options: { signal: AbortSignal }): Promise<void>
  /** Sends a blob of the local store to a peer; resolves once the peer has it durably. */
  pushBlob(cid: Cid, to: HubId, options: { signal: AbortSignal }): Promise<void>
}
