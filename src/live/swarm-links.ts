/** All links of this hub: who is admitted, what they say, and the membership that flows between them. */
import { randomBytes } from 'node:crypto'
import type { Connection, Stream } from '@libp2p/interface'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { Identity } from './admission/identity.ts'
import type { Membership } from './admission/membership.ts'
import type { Swarm } from './admission/swarm.ts'
import type { ControlStream, Refused } from './control-stream.ts'
import { encodeMembership, type Hello, helloMismatch, parseMembership, protocolVersions } from './hello.ts'
import { Introductions } from './introductions.ts'
import { errorFields, type Log } from './log.ts'
import { type LinkHandler, PeerLink } from './peer-link.ts'

export interface SwarmLinksParts {
  readonly self: HubId
  readonly identity: Identity
  readonly swarm: Swarm
  readonly membership: Membership
  readonly nowMs: () => number
  readonly random: () => number
  readonly log: Log
}

export interface SwarmLinksHandler {
  /** This hub's own addresses, for the neighbours' memory. */
  addresses(): readonly string[]
  admitted(hub: HubId, connection: Connection, hello: Hello): void
  ended(hub: HubId): void
  message(hub: HubId, bytes: Uint8Array): void
  refused(hub: HubId, connection: Connection, refusal: Refused): void
  /** A member can be dialled there, as it says itself. */
  introduced(hub: HubId, addresses: readonly string[]): void
}

const BOOT_BYTES = 9

export class SwarmLinks {
  readonly #parts: SwarmLinksParts
  readonly #handler: SwarmLinksHandler
  readonly #links = new Map<HubId, PeerLink>()
  readonly #boot = randomBytes(BOOT_BYTES).toString('base64url')
  readonly #introductions: Introductions
  readonly #stopWatching: () => void
  #sharing = false

  constructor(parts: SwarmLinksParts, handler: SwarmLinksHandler) {
    this.#parts = parts
    this.#handler = handler
    this.#stopWatching = parts.membership.onChange(() => this.#shareLater())
    this.#introductions = new Introductions({
      ...parts,
      addresses: () => handler.addresses(),
      isMember: (hub) => parts.membership.isMember(hub),
      neighbours: () => this.admitted(),
      send: (to, bytes) => void this.session(to)?.sendAddresses(bytes),
      learned: (hub, addresses) => handler.introduced(hub, addresses),
      wallMs: Date.now,
    })
  }

  /** Goes on to meet all members, from any one of them. */
  start(): void {
    this.#introductions.start()
  }

  /** The admitted control stream to a hub, or null. */
  session(hub: HubId): ControlStream | null {
    return this.#links.get(hub)?.session ?? null
  }

  /** Hubs that are connected and admitted. */
  admitted(): HubId[] {
    return [...this.#links.values()].flatMap((link) => (link.session === null ? [] : [link.hub]))
  }

  /** Whether this hub has as many links as it looks for. */
  isFull(): boolean {
    return this.#links.size >= liveLimits.meshLinksMax
  }

  /** Whether any connection stands, admitted or not yet. */
  isLinked(hub: HubId): boolean {
    return (this.#links.get(hub)?.connections.length ?? 0) > 0
  }

  add(connection: Connection): void {
    this.#link(connection.remotePeer.toString()).add(connection)
  }

  accept(stream: Stream, connection: Connection): void {
    this.#link(connection.remotePeer.toString()).accept(stream, connection)
  }

  async close(): Promise<void> {
    this.#stopWatching()
    this.#introductions.stop()
    await Promise.all([...this.#links.values()].map((link) => link.close('the hub stops', { dismissed: false })))
  }

  #link(hub: HubId): PeerLink {
    const known = this.#links.get(hub)
    if (known !== undefined) return known
    const link = new PeerLink(hub, this.#parts.self, this.#linkHandler(hub), this.#parts.log)
    this.#links.set(hub, link)
    return link
  }

  #linkHandler(hub: HubId): LinkHandler {
    return {
      hello: () => this.#hello(),
      judge: (hello) => this.#judge(hub, hello),
      admitted: (link, stream, hello) => this.#admit(link, stream, hello),
      ended: (link) => {
        this.#handler.ended(hub)
        this.#tidy(link)
      },
      message: (from, bytes) => this.#handler.message(from, bytes),
      membership: (from, bytes) => this.#learn(from, bytes),
      addresses: (from, bytes) => this.#introductions.hear(from, bytes),
      refused: (_link, connection, refusal) => this.#handler.refused(hub, connection, refusal),
      unlinked: (link) => this.#tidy(link),
    }
  }

  #tidy(link: PeerLink): void {
    if (link.session === null && link.connections.length === 0) this.#links.delete(link.hub)
  }

  #hello(): Hello {
    const { self, swarm, membership } = this.#parts
    return {
      versions: protocolVersions,
      hub: self,
      swarm: swarm.id,
      boot: this.#boot,
      chain: membership.chain(self),
      known: membership.digest(),
      addresses: this.#handler.addresses().slice(0, liveLimits.addressesPerCandidateMax),
    }
  }

  #judge(hub: HubId, hello: Hello): string | null {
    const { swarm, membership } = this.#parts
    const mismatch = helloMismatch(hello, { hub, swarm: swarm.id })
    if (mismatch !== null) return mismatch
    const admission = membership.admit(hub, hello.chain)
    return admission.ok ? null : admission.reason
  }

  #admit(link: PeerLink, stream: ControlStream, hello: Hello): void {
    this.#parts.membership.countersign(link.hub)
    this.#handler.admitted(link.hub, stream.connection, hello)
    if (hello.known !== this.#parts.membership.digest()) this.#share([link])
    this.#introductions.greet(link.hub)
  }

  #learn(from: HubId, bytes: Uint8Array): void {
    try {
      this.#parts.membership.merge(parseMembership(bytes))
    } catch (error) {
      this.#parts.log.warn({ hub: from, ...errorFields(error) }, 'a hub sent a membership set that does not read')
    }
  }

  /** Membership changed: removed hubs go, the others hear of it once per tick. */
  #shareLater(): void {
    if (this.#sharing) return
    this.#sharing = true
    setImmediate(() => {
      this.#sharing = false
      const links = [...this.#links.values()]
      const [staying, leaving] = [links.filter((one) => this.#stays(one)), links.filter((one) => !this.#stays(one))]
      // a removed hub is told nothing more, but the others hear before its connection breaks
      this.#share(staying)
      for (const link of leaving) void link.close('this hub is no member of the swarm any more', { dismissed: true })
    })
  }

  #stays(link: PeerLink): boolean {
    const { membership } = this.#parts
    return link.session === null ? !membership.isRemoved(link.hub) : membership.isMember(link.hub)
  }

  #share(links: readonly PeerLink[]): void {
    const set = encodeMembership(this.#parts.membership.export())
    for (const { session, hub } of links) {
      if (session !== null && !session.sendMembership(set)) {
        this.#parts.log.warn({ hub }, 'the membership did not fit into the queue')
      }
    }
  }
}
