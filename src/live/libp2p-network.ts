/** The network of a running hub, on libp2p: finds members, keeps one link to each, carries messages, gossip and blobs. */
import type { GossipSub } from '@libp2p/gossipsub'
import type { Connection, Stream } from '@libp2p/interface'
import { peerIdFromString } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p, type Libp2p } from 'libp2p'
import { assert } from '../errors.ts'
import { liveLimits, sizes } from '../limits.ts'
import type { Cid, HubId } from '../program/ref.ts'
import type { BlobStore } from '../store/blob-store.ts'
import { RememberedHubs, reachableAddresses, withoutHub } from './address-book.ts'
import { createGater } from './admission/gater.ts'
import type { Identity } from './admission/identity.ts'
import type { Membership } from './admission/membership.ts'
import { ASKING, AskingHubs } from './admission/pairing/asking-hubs.ts'
import type { Swarm } from './admission/swarm.ts'
import { AdmittedRegistrar } from './admitted-registrar.ts'
import { StreamCarrier } from './blob-carrier.ts'
import { BLOB_PROTOCOL, brokenTransfer } from './blob-channel.ts'
import { BlobReceiver } from './blob-receiver.ts'
import { BlobTransfer } from './blob-transfer.ts'
import { CONTROL_PROTOCOL, type Refused } from './control-stream.ts'
import { cannotListen, HANDSHAKE_FAILED, isDialOfSelf, isHandshakeFailure, reasonOf, TWIN } from './dial-failure.ts'
import { Dialer } from './dialer.ts'
import { Doorway } from './doorway.ts'
import { Gossip } from './gossip.ts'
import { type Hello, TWIN_REFUSAL } from './hello.ts'
import type { Interface } from './interfaces.ts'
import { libp2pOptions } from './libp2p-options.ts'
import { errorFields, type Log } from './log.ts'
import { Mdns } from './mdns.ts'
import type { Announcement } from './mdns-packet.ts'
import type { Network, NetworkListener, Peer } from './network.ts'
import type { NetworkDiagnostics } from './network-diagnostics.ts'
import { Offenders } from './offenders.ts'
import { OwnAddresses } from './own-addresses.ts'
import { type Refusal, Refusals } from './refusals.ts'
import { RoundTrips } from './round-trips.ts'
import { SwarmLinks, type SwarmLinksHandler } from './swarm-links.ts'

export interface Libp2pNetworkComponents {
  readonly identity: Identity
  readonly swarm: Swarm
  readonly membership: Membership
  readonly blobs: BlobStore
  readonly log: Log
}

export interface Libp2pNetworkInit {
  /** TCP port on all interfaces; 0 takes any free one. */
  readonly port: number
  /** IPv4 addresses to listen on. Default: all. */
  readonly listen?: readonly string[]
  /** Multiaddrs of hubs to connect to, with or without `/p2p/HUB`. */
  readonly peers: readonly string[]
  /** Where addresses of members are remembered over a restart. */
  readonly rememberedFile: string
  /** Whether to find and be found on the LAN. */
  readonly mdns: boolean
  /** A member found that another hub with this key is alive, and was so first. */
  readonly twin?: () => void
  /** Clock in milliseconds for back-off and records; default: the monotonic clock. */
  readonly nowMs?: () => number
  readonly random?: () => number
}

type ShoalLibp2p = Libp2p<{ gossip: GossipSub }>

interface Running {
  readonly libp2p: ShoalLibp2p
  readonly gossip: Gossip
  readonly dialer: Dialer
  readonly mdns: Mdns | null
  readonly listener: NetworkListener
}

export class Libp2pNetwork implements Network {
  readonly self: HubId
  /** Hubs that ask to be let in. */
  readonly asking: AskingHubs
  readonly #components: Libp2pNetworkComponents
  readonly #init: Libp2pNetworkInit
  readonly #nowMs: () => number
  readonly #random: () => number
  readonly #registrar: AdmittedRegistrar
  readonly #doorway: Doorway
  readonly #links: SwarmLinks
  readonly #carrier: StreamCarrier
  readonly #transfer: BlobTransfer
  readonly #remembered: RememberedHubs
  readonly #roundTrips: RoundTrips
  readonly #refused: Refusals
  readonly #dialFailures: Refusals
  readonly #foreign: Refusals
  readonly #offenders: Offenders
  readonly #own: OwnAddresses
  readonly #peerAddresses = new Map<HubId, readonly string[]>()
  readonly #stopping = new AbortController()
  #running: Running | null = null

  constructor(components: Libp2pNetworkComponents, init: Libp2pNetworkInit) {
    const { identity, blobs, log } = components
    this.self = identity.hub
    this.#components = components
    this.#init = init
    this.#nowMs = init.nowMs ?? (() => performance.now())
    this.#random = init.random ?? Math.random
    this.asking = new AskingHubs(this.#nowMs)
    this.#registrar = new AdmittedRegistrar(log)
    this.#doorway = new Doorway(this.#nowMs)
    this.#remembered = new RememberedHubs(init.rememberedFile, log)
    this.#refused = new Refusals(this.#nowMs)
    this.#dialFailures = new Refusals(this.#nowMs)
    this.#foreign = new Refusals(this.#nowMs)
    this.#offenders = new Offenders(this.#nowMs)
    this.#own = new OwnAddresses(() => this.#running?.libp2p.getMultiaddrs() ?? [], this.#nowMs)
    const clock = { nowMs: this.#nowMs, random: this.#random }
    this.#links = new SwarmLinks({ self: this.self, ...components, ...clock }, this.#linksHandler())
    this.#roundTrips = new RoundTrips(this.#links, (hub) => this.#tell((listener) => listener.heard(hub)))
    const receiver = new BlobReceiver(blobs)
    const open = (hub: HubId, signal: AbortSignal) => this.#openBlobStream(hub, signal)
    this.#carrier = new StreamCarrier({ blobs, receiver, open, log })
    const isConnected = (hub: HubId) => this.#links.session(hub) !== null
    this.#transfer = new BlobTransfer({ blobs, receiver, carrier: this.#carrier, isConnected, log })
  }

  async start(listener: NetworkListener): Promise<void> {
    assert(this.#running === null, 'a network is started once')
    const { identity, swarm, membership, log } = this.#components
    const topic = `shoal/2/${swarm.id}`
    const onRefused = (peer: string, address: string, reason: string) => this.#refused.record(peer, address, reason)
    const options = libp2pOptions({
      identity,
      swarm,
      gater: createGater(membership, (hub, address) => this.#shuns(hub, address), onRefused),
      registrar: this.#registrar,
      doorway: this.#doorway,
      listen: (this.#init.listen ?? ['0.0.0.0']).map((address) => `/ip4/${address}/tcp/${this.#init.port}`),
      topic,
      onHandshakeFailed: (address) => this.#refused.record('', address, HANDSHAKE_FAILED),
    })
    const libp2p = await createLibp2p(options)
    const gossip = new Gossip(libp2p.services.gossip, {
      self: this.self,
      topic,
      sign: (bytes) => identity.sign(bytes),
      isMember: (hub) => membership.isMember(hub),
      registrar: this.#registrar,
      nowMs: this.#nowMs,
      deliver: (from, bytes) => this.#deliver(from, (listener) => listener.gossip(from, bytes)),
      log,
    })
    const dialer = this.#createDialer(libp2p)
    this.#running = { libp2p, gossip, dialer, mdns: this.#createMdns(dialer), listener }
    await this.#open(this.#running)
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === null) return
    running.dialer.stop()
    running.gossip.stop()
    this.#roundTrips.stop()
    await Promise.all([running.mdns?.stop(), this.#links.close()])
    await running.libp2p.stop()
    this.#running = null
    this.#stopping.abort(new Error('the network stops'))
    await this.#remembered.saved()
    await this.#components.membership.saved()
  }

  addresses(): readonly string[] {
    return this.#own.addresses
  }

  peers(): Peer[] {
    return this.#links.admitted().map((hub) => ({
      hub,
      addresses: this.#peerAddresses.get(hub) ?? [],
      rttMs: this.#roundTrips.rttMs(hub),
    }))
  }

  send(to: HubId, bytes: Uint8Array): boolean {
    assert(bytes.byteLength <= sizes.controlBytesMax, 'a control message keeps to sizes.controlBytesMax')
    return this.#links.session(to)?.send(bytes) ?? false
  }

  publish(bytes: Uint8Array): void {
    this.#running?.gossip.publish(bytes)
  }

  async fetchBlob(cid: Cid, from: readonly HubId[], options: { signal: AbortSignal }): Promise<void> {
    await this.#transfer.fetch(cid, from, AbortSignal.any([options.signal, this.#stopping.signal]))
  }

  async pushBlob(cid: Cid, to: HubId, options: { signal: AbortSignal }): Promise<void> {
    await this.#transfer.push(cid, to, AbortSignal.any([options.signal, this.#stopping.signal]))
  }

  /** Tries a hub at a multiaddr from now on, with or without `/p2p/HUB`. */
  dial(address: string): void {
    if (!this.#own.places.includes(withoutHub(address))) this.#running?.dialer.tell(address)
  }

  /** Who was refused, or refused this hub, latest first. */
  refusals(): readonly Refusal[] {
    return this.#refused.list()
  }

  diagnostics(): NetworkDiagnostics {
    return {
      port: this.#own.port,
      interfaces: this.#running?.mdns?.traffic() ?? [],
      refused: this.refusals(),
      dialFailures: this.#dialFailures.list(this.#nowMs() - liveLimits.dialFailureFreshMs),
      foreign: this.#foreign.list(),
    }
  }

  async #open({ libp2p, gossip, dialer, mdns }: Running): Promise<void> {
    const { membership, log } = this.#components
    libp2p.addEventListener('connection:open', (event) => this.#links.add(event.detail))
    await libp2p.handle(CONTROL_PROTOCOL, (stream, connection) => this.#links.accept(stream, connection), {
      maxInboundStreams: liveLimits.controlStreamsMax,
      maxOutboundStreams: liveLimits.controlStreamsMax,
    })
    await libp2p.handle(BLOB_PROTOCOL, (stream, connection) => this.#serveBlobs(stream, connection), {
      maxInboundStreams: liveLimits.blobStreamsMax,
      maxOutboundStreams: liveLimits.blobStreamsMax,
    })
    try {
      await libp2p.start()
    } catch (error) {
      this.#running = null
      await libp2p.stop()
      throw cannotListen(this.#init.port, error)
    }
    gossip.start()
    this.#stopping.signal.addEventListener(
      'abort',
      membership.onChange(() => dialer.reconsider()),
    )
    for (const { hub, addresses } of await this.#remembered.load()) dialer.learn(hub, addresses, 'remembered')
    for (const peer of this.#init.peers) this.dial(peer)
    dialer.start()
    mdns?.start()
    this.#links.start()
    this.#roundTrips.start()
    log.info({ hub: this.self, port: this.#own.port }, 'the network is up')
  }

  #createDialer(libp2p: ShoalLibp2p): Dialer {
    const { membership, log } = this.#components
    return new Dialer({
      self: this.self,
      dial: async (hub, addresses, signal) => {
        const suffix = hub === null ? '' : `/p2p/${hub}`
        const targets = addresses.map((address) => multiaddr(address + suffix))
        return (await libp2p.dial(targets, { signal })).remotePeer.toString()
      },
      isConnected: (hub) => this.#links.isLinked(hub),
      isRemoved: (hub) => membership.isRemoved(hub),
      isFull: () => this.#links.isFull(),
      onFailure: (hub, address, error) => this.#recordFailure(hub ?? '', address, error),
      nowMs: this.#nowMs,
      random: this.#random,
      log,
    })
  }

  #createMdns(dialer: Dialer): Mdns | null {
    if (!this.#init.mdns) return null
    return new Mdns({
      self: this.self,
      swarmPrefix: this.#components.swarm.prefix,
      portOn: (on) => this.#portOn(on),
      found: (announcement) => this.#found(dialer, announcement),
      twin: (address, port) => this.#refused.record(this.self, `/ip4/${address}/tcp/${port}`, TWIN),
      nowMs: this.#nowMs,
      random: this.#random,
      log: this.#components.log,
    })
  }

  #found(dialer: Dialer, { hub, swarm, port, addresses, gone }: Announcement): boolean {
    const targets = addresses.map((address) => `/ip4/${address}/tcp/${port}`)
    if (swarm === ASKING) {
      if (!gone) return this.asking.hear({ hub, host: addresses[0] ?? '', port })
      this.asking.leave(hub)
    } else if (swarm !== this.#components.swarm.prefix) {
      return this.#foreign.record(hub, targets.join(' '), `swarm ${swarm}`) > 1
    } else {
      if (!gone) return dialer.learn(hub, targets, 'heard')
      dialer.unlearn(hub)
      this.#dialFailures.forget(hub)
    }
    return true
  }

  #linksHandler(): SwarmLinksHandler {
    return {
      addresses: () => this.#own.places,
      admitted: (hub, connection, hello) => this.#admit(hub, connection, hello),
      ended: (hub) => this.#end(hub),
      message: (hub, bytes) => this.#deliver(hub, (listener) => listener.message(hub, bytes)),
      introduced: (hub, addresses) => void this.#running?.dialer.learn(hub, addresses, 'introduced'),
      refused: (hub, connection, refusal) => this.#refuse(hub, connection, refusal),
    }
  }

  #admit(hub: HubId, connection: Connection, hello: Hello): void {
    const addresses = reachableAddresses(connection, hello.addresses)
    this.#peerAddresses.set(hub, addresses)
    this.#remembered.remember(hub, addresses)
    this.#running?.dialer.learn(hub, addresses, 'remembered')
    this.#running?.dialer.connected(hub)
    this.#registrar.admit(connection.remotePeer, connection)
    this.#dialFailures.forget(hub)
    this.#doorway.passed(connection.remoteAddr.toString())
    void this.#roundTrips.sample(hub)
    this.#components.log.info({ hub }, 'a hub is connected')
    this.#tell((listener) => listener.connected(hub))
  }

  #end(hub: HubId): void {
    this.#registrar.dismiss(peerIdFromString(hub))
    this.#carrier.forget(hub)
    this.#roundTrips.forget(hub)
    this.#peerAddresses.delete(hub)
    this.#running?.dialer.disconnected(hub)
    this.#components.log.info({ hub }, 'a hub is disconnected')
    this.#tell((listener) => listener.disconnected(hub))
  }

  #refuse(hub: HubId, connection: Connection, { by, reason, broken }: Refused): void {
    if (by === 'them' && reason === TWIN_REFUSAL) this.#init.twin?.()
    const said = by === 'us' ? reason : `it refused us: ${reason}`
    this.#refused.record(hub, connection.remoteAddr.toString(), said, by === 'them')
    this.#running?.dialer.refused(hub)
    if (!broken) this.#remembered.forget(hub)
    else if (by === 'us') {
      this.#offenders.note(hub)
      this.#doorway.broke(connection.remoteAddr.toString())
    }
    this.#components.log.warn({ hub, reason: said }, 'a hub was refused')
  }

  #shuns(hub: HubId, address: string): boolean {
    const isShunned = this.#offenders.isShunned(hub)
    if (isShunned) this.#doorway.broke(address)
    return isShunned
  }

  #recordFailure(hub: HubId, address: string, error: unknown): void {
    // a member that dies while it is dialled breaks the handshake, too: it has the secret
    if (isHandshakeFailure(error) && !this.#remembered.has(hub)) this.#refused.record(hub, address, HANDSHAKE_FAILED)
    else if (isDialOfSelf(error)) this.#refused.record(this.self, address, TWIN)
    else this.#dialFailures.record(hub, address, reasonOf(error))
  }

  async #openBlobStream(hub: HubId, signal: AbortSignal): Promise<Stream> {
    const connection = this.#links.session(hub)?.connection
    if (connection === undefined) throw brokenTransfer(`hub ${hub} is not connected`)
    const limits = { maxOutboundStreams: liveLimits.blobStreamsMax }
    return connection.newStream(BLOB_PROTOCOL, { signal, ...limits })
  }

  #serveBlobs(stream: Stream, connection: Connection): void {
    const session = this.#links.session(connection.remotePeer.toString())
    if (session?.connection === connection) void this.#carrier.serve(stream, this.#stopping.signal)
    else stream.abort(new Error('blobs are for admitted hubs'))
  }

  #deliver(from: HubId, call: (listener: NetworkListener) => void): void {
    this.#roundTrips.heard(from)
    this.#tell(call)
  }

  /** A listener that throws loses that one event, with a line in the log. */
  #tell(call: (listener: NetworkListener) => void): void {
    if (this.#running === null) return
    try {
      call(this.#running.listener)
    } catch (error) {
      this.#components.log.error(errorFields(error), 'a handler of the network threw')
    }
  }

  #portOn(on: Interface): number | null {
    const { listen } = this.#init
    const isListening = listen === undefined || listen.includes('0.0.0.0') || listen.includes(on.address)
    return isListening ? this.#own.port : null
  }
}
