/** Finds neighbours on the LAN: asks fast at first and whenever an interface appears, then rarely; answers at most a few times a second. */
import { randomInt } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Packet } from 'dns-packet'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { Interface } from './interfaces.ts'
import type { Log } from './log.ts'
import { type Announcement, announcementAnswers, isQueryForUs, parseAnnouncement, queryPacket } from './mdns-packet.ts'
import { type InterfaceTraffic, MdnsSockets } from './mdns-sockets.ts'

export interface MdnsInit {
  readonly self: HubId
  readonly swarmPrefix: string
  /** The port hubs reach us at through an interface, or null when we do not listen there. */
  readonly portOn: (on: Interface) => number | null
  /**
   * `addresses` are those a packet may speak for: its own source, or others of the same subnet. False when this is a hub too many,
   * or one that is of no use here and new.
   */
  readonly found: (announcement: Announcement) => boolean
  /** Another process announces this hub's own id: a copied home folder. */
  readonly twin: (address: string, port: number) => void
  readonly nowMs: () => number
  readonly random: () => number
  readonly log: Log
}

const QUERY_ID_MAX = 0xffff
const GOODBYE_MS = 30

export class Mdns {
  readonly #init: MdnsInit
  readonly #sockets: MdnsSockets
  /** Marks our own queries when they come back. */
  readonly #queryId = randomInt(1, QUERY_ID_MAX)
  readonly #answeredMs = new Map<string, number>()
  readonly #answersDue = new Map<string, NodeJS.Timeout>()
  #scanTimer: NodeJS.Timeout | null = null
  #queryTimer: NodeJS.Timeout | null = null
  #fastUntilMs = 0

  constructor(init: MdnsInit) {
    this.#init = init
    this.#sockets = new MdnsSockets({
      receive: (packet, from) => this.#receive(packet, from),
      opened: (on) => this.#introduce(on),
      nowMs: init.nowMs,
      log: init.log,
    })
  }

  start(): void {
    this.#fastUntilMs = this.#init.nowMs() + liveLimits.mdnsFastForMs
    this.#sockets.scan()
    this.#scanTimer = setInterval(() => this.#sockets.scan(), liveLimits.interfaceScanMs)
    this.#queryLater()
  }

  /** Says goodbye, so that nobody looks for this hub. */
  async stop(): Promise<void> {
    if (this.#scanTimer !== null) clearInterval(this.#scanTimer)
    if (this.#queryTimer !== null) clearTimeout(this.#queryTimer)
    for (const timer of this.#answersDue.values()) clearTimeout(timer)
    for (const on of this.#sockets.interfaces()) this.#announce(on, true)
    // sending looks its address up first: a socket closed at once would swallow the goodbye
    await delay(GOODBYE_MS)
    this.#sockets.close()
  }

  traffic(): InterfaceTraffic[] {
    return this.#sockets.traffic()
  }

  #queryLater(): void {
    const isFast = this.#init.nowMs() < this.#fastUntilMs
    const everyMs = isFast ? liveLimits.mdnsFastMs : liveLimits.mdnsSlowMs
    this.#queryTimer = setTimeout(
      () => {
        for (const on of this.#sockets.interfaces()) this.#sockets.send(on.name, queryPacket(this.#queryId))
        this.#queryLater()
      },
      everyMs * (0.75 + this.#init.random() / 2),
    )
  }

  /** A new interface: say who is here and ask who else is, at once. */
  #introduce(on: Interface): void {
    this.#fastUntilMs = this.#init.nowMs() + liveLimits.mdnsFastForMs
    if (this.#queryTimer !== null) clearTimeout(this.#queryTimer)
    this.#queryLater()
    this.#announce(on, false)
    this.#sockets.send(on.name, queryPacket(this.#queryId))
  }

  #announce(on: Interface, gone: boolean): void {
    const port = this.#init.portOn(on)
    if (port === null) return
    this.#answeredMs.set(on.name, this.#init.nowMs())
    const { self: hub, swarmPrefix: swarm } = this.#init
    const answers = announcementAnswers({ hub, swarm, port, addresses: [on.address], gone })
    this.#sockets.send(on.name, { type: 'response', answers })
  }

  /** Questions of many hubs within a moment get one answer. */
  #answer(on: Interface): void {
    if (this.#answersDue.has(on.name)) return
    const sinceMs = this.#init.nowMs() - (this.#answeredMs.get(on.name) ?? Number.NEGATIVE_INFINITY)
    const waitMs = Math.max(0, liveLimits.mdnsAnswerGapMs - sinceMs)
    const timer = setTimeout(() => {
      this.#answersDue.delete(on.name)
      this.#announce(on, false)
    }, waitMs)
    this.#answersDue.set(on.name, timer)
  }

  #receive(packet: Packet, from: { address: string; interface: Interface }): boolean {
    if (packet.type === 'query') {
      const own = packet.id === this.#queryId
      if (!own && isQueryForUs(packet)) this.#answer(from.interface)
      return own
    }
    const announcement = parseAnnouncement(packet)
    if (announcement === null) return false
    if (announcement.hub === this.#init.self) return this.#isOwn(announcement, from)
    // only the source of a packet is known to be on this link; other addresses in it could be anybody's
    if (!this.#init.found({ ...announcement, addresses: [from.address] })) this.#sockets.inVain(from.address)
    return false
  }

  #isOwn({ port }: Announcement, from: { address: string; interface: Interface }): boolean {
    const own = from.address === from.interface.address && port === this.#init.portOn(from.interface)
    if (!own) this.#init.twin(from.address, port)
    return own
  }
}
