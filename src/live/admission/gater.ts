/** The second gate, right after the handshake: removed hubs, and those that only send garbage, get no further. */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Membership } from './membership.ts'

/** Strangers with the secret pass here; they meet the hello window, which lets them show a certificate and do nothing else. */
export function createGater(
  membership: Membership,
  isShunned: (peer: string, address: string) => boolean,
  onRefused: (peer: string, address: string, reason: string) => void,
): ConnectionGater {
  const denyRemoved = (peer: PeerId, connection?: MultiaddrConnection): boolean => {
    const removed = membership.isRemoved(peer.toString())
    if (removed) onRefused(peer.toString(), connection?.remoteAddr.toString() ?? '', 'it was removed from the swarm')
    return removed
  }
  return {
    denyDialPeer: (peer) => denyRemoved(peer),
    denyDialMultiaddr: () => false,
    denyInboundEncryptedConnection: (peer, connection) =>
      isShunned(peer.toString(), connection.remoteAddr.toString()) || denyRemoved(peer, connection),
    denyOutboundEncryptedConnection: denyRemoved,
  }
}
