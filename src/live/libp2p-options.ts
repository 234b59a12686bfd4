/** How libp2p is set up: transports, gates, and an explicit limit on everything that can grow. */
import type {
  ConnectionEncrypter,
  ConnectionGater,
  MessageStream,
  SecureConnectionOptions,
  StreamMuxerFactory,
} from '@libp2p/interface'
import { type NoiseComponents, noise } from '@libp2p/noise'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { Libp2pOptions } from 'libp2p'
import { liveLimits } from '../limits.ts'
import type { Identity } from './admission/identity.ts'
import type { Swarm } from './admission/swarm.ts'
import type { AdmittedRegistrar } from './admitted-registrar.ts'
import { type Doorway, guardedTransport } from './doorway.ts'
import { gossipService } from './gossip.ts'
import { strictMuxer } from './negotiation.ts'
import { thriftyYamux } from './thrifty-yamux.ts'

export interface Libp2pParts {
  readonly identity: Identity
  readonly swarm: Swarm
  readonly gater: ConnectionGater
  readonly registrar: AdmittedRegistrar
  readonly doorway: Doorway
  /** Multiaddrs to listen on. */
  readonly listen: readonly string[]
  readonly topic: string
  /** An inbound handshake failed: somebody without the secret, or with another one. */
  readonly onHandshakeFailed: (address: string) => void
}

export function libp2pOptions(parts: Libp2pParts) {
  return {
    start: false,
    privateKey: parts.identity.privateKey(),
    addresses: { listen: [...parts.listen] },
    nodeInfo: { name: 'shoal', version: '1' },
    transports: [
      guardedTransport(
        tcp({
          inboundSocketInactivityTimeout: liveLimits.socketIdleMs,
          outboundSocketInactivityTimeout: liveLimits.socketIdleMs,
          backlog: liveLimits.arrivalsWaitingMax,
        }),
        parts.doorway,
      ),
    ],
    connectionEncrypters: [watchedNoise(parts)],
    streamMuxers: [muxer()],
    connectionGater: parts.gater,
    connectionManager: connectionLimits,
    connectionMonitor: {
      pingInterval: liveLimits.pingIntervalMs,
      pingTimeout: { minTimeout: liveLimits.pingTimeoutMs, maxTimeout: liveLimits.pingTimeoutMs },
    },
    services: {
      ping: ping(),
      gossip: gossipService(parts.registrar, parts.topic),
    },
  } satisfies Libp2pOptions
}

/** A window above libp2p's read buffer of 4 MiB would turn every pause into a reset. */
function muxer(): () => StreamMuxerFactory {
  const make = thriftyYamux({ streamOptions: { maxStreamWindowSize: liveLimits.streamWindowBytesMax } })
  return () => strictMuxer(make())
}

const connectionLimits = {
  maxConnections: liveLimits.connectionsMax,
  maxParallelDials: liveLimits.parallelDialsMax,
  maxDialQueueLength: liveLimits.dialQueueMax,
  maxPeerAddrsToDial: liveLimits.addressesPerCandidateMax,
  dialTimeout: liveLimits.dialTimeoutMs,
  addressDialTimeout: liveLimits.addressDialTimeoutMs,
  inboundUpgradeTimeout: liveLimits.upgradeTimeoutMs,
  inboundStreamProtocolNegotiationTimeout: liveLimits.upgradeTimeoutMs,
  outboundStreamProtocolNegotiationTimeout: liveLimits.upgradeTimeoutMs,
  inboundConnectionThreshold: liveLimits.inboundPerSecondMax,
  maxIncomingPendingConnections: liveLimits.pendingInboundMax,
  // shoal's dialer reconnects; libp2p's own gives up after a few tries
  reconnectRetries: 0,
}

/** Noise with the swarm secret in its prologue, so that strangers fail the handshake; failures inwards are told. */
function watchedNoise(parts: Libp2pParts): (components: NoiseComponents) => ConnectionEncrypter {
  return (components) => {
    const inner = noise({ prologueBytes: parts.swarm.secret() })(components)
    return {
      protocol: inner.protocol,
      secureOutbound: (stream: MessageStream, options?: SecureConnectionOptions) =>
        inner.secureOutbound(stream, options),
      secureInbound: async (stream: MessageStream, options?: SecureConnectionOptions) => {
        try {
          return await inner.secureInbound(stream, options)
        } catch (error) {
          parts.onHandshakeFailed(remoteAddressOf(stream))
          throw error
        }
      },
    }
  }
}

function remoteAddressOf(stream: MessageStream): string {
  const { remoteAddr } = stream as { remoteAddr?: Multiaddr }
  return remoteAddr?.toString() ?? ''
}
