/** What gossipsub sees of the network: admitted hubs only, each on the connection that carries its control stream. */
import type { Connection, PeerId, Stream, StreamHandler, StreamHandlerOptions, Topology } from '@libp2p/interface'
import type { Registrar } from '@libp2p/interface-internal'
import { liveLimits } from '../limits.ts'
import { errorFields, type Log } from './log.ts'

interface Held {
  readonly handler: StreamHandler
  readonly stream: Stream
}

/**
 * Stands between gossipsub and libp2p's registrar. Streams of a hub whose hello is still under way wait unread; streams of a
 * connection that is not admitted end with it.
 */
export class AdmittedRegistrar {
  readonly #log: Log
  readonly #topologies = new Map<string, Topology>()
  readonly #admitted = new Map<string, Connection>()
  readonly #held = new Map<Connection, Held[]>()
  readonly #protocols = new Set<string>()
  #nextId = 0

  constructor(log: Log) {
    this.#log = log
  }

  /** libp2p's registrar with this gate in front of streams and topologies. */
  gate(registrar: Registrar): Registrar {
    return {
      getProtocols: () => registrar.getProtocols(),
      getHandler: (protocol) => registrar.getHandler(protocol),
      use: (protocol, middleware) => registrar.use(protocol, middleware),
      unuse: (protocol) => registrar.unuse(protocol),
      getMiddleware: (protocol) => registrar.getMiddleware(protocol),
      unhandle: (protocol, options) => registrar.unhandle(protocol, options),
      handle: (protocol: string, handler: StreamHandler, options?: StreamHandlerOptions) => {
        this.#protocols.add(protocol)
        return registrar.handle(protocol, (stream, connection) => this.#receive(handler, stream, connection), options)
      },
      register: async (_protocol, topology) => this.#register(topology),
      unregister: (id) => void this.#topologies.delete(id),
      getTopologies: () => [...this.#topologies.values()],
    }
  }

  /** Hubs that gossip is exchanged with. */
  admitted(): Iterable<string> {
    return this.#admitted.keys()
  }

  /** Whether a stream of gossip leads to an admitted hub. */
  reaches(hub: string): boolean {
    const streams = this.#admitted.get(hub)?.streams ?? []
    return streams.some(({ direction, protocol }) => direction === 'outbound' && this.#protocols.has(protocol))
  }

  admit(peer: PeerId, connection: Connection): void {
    this.#admitted.set(peer.toString(), connection)
    for (const topology of new Set(this.#topologies.values())) {
      this.#guarded(() => topology.onConnect?.(peer, connection))
    }
    const held = this.#held.get(connection) ?? []
    this.#held.delete(connection)
    for (const { handler, stream } of held) this.#guarded(() => handler(stream, connection))
  }

  dismiss(peer: PeerId): void {
    if (!this.#admitted.delete(peer.toString())) return
    for (const topology of new Set(this.#topologies.values())) this.#guarded(() => topology.onDisconnect?.(peer))
  }

  /** Ends the streams of gossip with an admitted hub, both ways, and begins anew: both sides say again what they subscribe to. */
  reopen(hub: string): void {
    const connection = this.#admitted.get(hub)
    if (connection === undefined) return
    const { remotePeer, streams } = connection
    this.dismiss(remotePeer)
    this.#held.delete(connection)
    for (const stream of streams) {
      if (this.#protocols.has(stream.protocol)) stream.abort(new Error('gossip with this hub begins anew'))
    }
    this.admit(remotePeer, connection)
  }

  #register(topology: Topology): string {
    const id = String(this.#nextId++)
    // gossipsub registers the same topology once per protocol version; a hub must join it once
    const known = [...this.#topologies.values()].includes(topology)
    if (!known) this.#topologies.set(id, topology)
    return id
  }

  #receive(handler: StreamHandler, stream: Stream, connection: Connection): void | Promise<void> {
    if (this.#admitted.get(connection.remotePeer.toString()) === connection) return handler(stream, connection)
    const held = this.#held.get(connection) ?? []
    if (held.length >= liveLimits.gossipStreamsMax) {
      stream.abort(new Error('too many streams before the hello'))
      return
    }
    if (held.length === 0) connection.addEventListener('close', () => this.#held.delete(connection), { once: true })
    held.push({ handler, stream })
    this.#held.set(connection, held)
  }

  #guarded(call: () => unknown): void {
    const calling = new Promise((resolve) => resolve(call()))
    calling.catch((error: unknown) => this.#log.warn(errorFields(error), 'gossip could not take a hub'))
  }
}
