/** Who may begin a handshake: of each address a few strangers at a time and so many a second; all others are closed at once. */
import { Server, type Socket } from 'node:net'
import type { Listener, Transport, Upgrader } from '@libp2p/interface'
import type { TCPComponents } from '@libp2p/tcp'
import { assert } from '../errors.ts'
import { liveLimits } from '../limits.ts'
import { Budget } from './budget.ts'
import { strictTransport } from './negotiation.ts'

/** What stands at the door; a socket as far as it matters here. */
export interface Arrival {
  readonly remoteAddress?: string | undefined
  readonly remotePort?: number | undefined
  once(event: 'close', listener: () => void): unknown
}

export class Doorway {
  readonly #arrivals: Budget
  /** Connections that are no link yet, by their address. */
  readonly #strangers = new Map<string, Set<string>>()
  #count = 0

  constructor(nowMs: () => number) {
    this.#arrivals = new Budget({
      burst: liveLimits.arrivalsPerHostBurst,
      perSecond: liveLimits.arrivalsPerHostPerSecond,
      debtMax: liveLimits.arrivalsDebtMax,
      burstAll: liveLimits.arrivalsBurst,
      perSecondAll: liveLimits.arrivalsPerSecond,
      sendersMax: liveLimits.arrivalHostsMax,
      nowMs,
    })
  }

  /** Connections that have a place here. */
  get strangers(): number {
    return this.#count
  }

  /** Gives a connection a place until it closes or has passed; false when there is none for it. */
  enter(socket: Arrival): boolean {
    const { remoteAddress: host, remotePort: port } = socket
    if (host === undefined || port === undefined) return false
    const ofHost = this.#strangers.get(host)
    if (this.#count >= liveLimits.strangersMax || (ofHost?.size ?? 0) >= liveLimits.strangersPerHostMax) return false
    if (!this.#arrivals.take(host)) return false
    const place = String(port)
    this.#strangers.set(host, (ofHost ?? new Set()).add(place))
    this.#count++
    socket.once('close', () => this.#leave(host, place))
    return true
  }

  /** What came from this multiaddr did not get through the handshake, where it cost as much as a hub of the swarm does. */
  failed(address: string): void {
    this.#charge(address, liveLimits.arrivalsLostPerFailure)
  }

  /** Who came from this multiaddr broke the protocol: its machine is let in seldom for a while. */
  broke(address: string): void {
    this.#charge(address, liveLimits.arrivalsLostPerBreach)
  }

  /** The connection from this multiaddr is a link to a hub of the swarm now: its place is free. */
  passed(address: string): void {
    const [, , host = '', , port = ''] = address.split('/')
    this.#leave(host, port)
  }

  #charge(address: string, arrivals: number): void {
    const [, , host = ''] = address.split('/')
    if (host !== '') this.#arrivals.charge(host, arrivals)
  }

  #leave(host: string, place: string): void {
    const ofHost = this.#strangers.get(host)
    if (ofHost?.delete(place) !== true) return
    this.#count--
    if (ofHost.size === 0) this.#strangers.delete(host)
  }
}

/**
 * The transport with the doorway in front of its listeners. libp2p's own limits come after a connection has been wrapped, named
 * and given its timers; under a flood of connections that is what would fill the event loop and the memory.
 */
export function guardedTransport(
  make: (components: TCPComponents) => Transport,
  doorway: Doorway,
): (components: TCPComponents) => Transport {
  return (components) => {
    const transport = strictTransport(make(components))
    const createListener = transport.createListener.bind(transport)
    transport.createListener = (options) => {
      const upgrader = watched(options.upgrader, (address) => doorway.failed(address))
      return guarded(createListener({ ...options, upgrader }), doorway)
    }
    return transport
  }
}

/** An upgrader that tells whose connections it ended for what they said; those that went or said nothing in time have cost little. */
function watched(upgrader: Upgrader, onFailed: (address: string) => void): Upgrader {
  return {
    createInboundAbortSignal: (signal) => upgrader.createInboundAbortSignal(signal),
    upgradeOutbound: (connection, options) => upgrader.upgradeOutbound(connection, options),
    upgradeInbound: async (connection, options) => {
      const startMs = performance.now()
      try {
        return await upgrader.upgradeInbound(connection, options)
      } catch (error) {
        const isLate = performance.now() - startMs >= liveLimits.upgradeTimeoutMs
        if (connection.status === 'open' && !isLate) onFailed(connection.remoteAddr.toString())
        throw error
      }
    },
  } as Upgrader
}

function guarded(listener: Listener, doorway: Doorway): Listener {
  const { server } = listener as { server?: unknown }
  assert(server instanceof Server, 'a listener of @libp2p/tcp holds its server')
  const welcome = server.listeners('connection')
  server.removeAllListeners('connection')
  server.on('connection', (socket: Socket) => {
    if (!doorway.enter(socket)) socket.resetAndDestroy()
    else for (const listen of welcome) Reflect.apply(listen, server, [socket])
  })
  return listener
}
