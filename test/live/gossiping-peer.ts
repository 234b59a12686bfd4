/** A libp2p peer that is no hub, with gossip of its own: it opens it with whoever it is connected to, asked or not. */
import { type GossipSubComponents, gossipsub, StrictNoSign } from '@libp2p/gossipsub'
import { noise } from '@libp2p/noise'
import { tcp } from '@libp2p/tcp'
import { yamux } from '@libp2p/yamux'
import { createLibp2p } from 'libp2p'
import type { Identity } from '../../src/live/admission/identity.ts'
import { AdmittedRegistrar } from '../../src/live/admitted-registrar.ts'
import { amongAdmitted } from '../../src/live/gossip.ts'

const ignore = () => undefined

export async function gossipingPeer(prologueBytes: Uint8Array, identity: Identity) {
  const registrar = new AdmittedRegistrar({ debug: ignore, info: ignore, warn: ignore, error: ignore })
  const gossip = (components: GossipSubComponents) => {
    const make = gossipsub({ globalSignaturePolicy: StrictNoSign, allowPublishToZeroTopicPeers: true })
    return amongAdmitted(make, components, registrar)
  }
  const peer = await createLibp2p({
    privateKey: identity.privateKey(),
    transports: [tcp()],
    connectionEncrypters: [noise({ prologueBytes })],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { gossip },
  })
  peer.addEventListener('connection:open', ({ detail }) => registrar.admit(detail.remotePeer, detail))
  peer.addEventListener('connection:close', ({ detail }) => registrar.dismiss(detail.remotePeer))
  return peer
}
