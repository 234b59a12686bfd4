/**
 * Multicast sockets for discovery: one that hears every interface and one per interface that speaks on exactly that interface.
 * Follows interfaces as they come, go, and are re-created; see docs/adr/0007-own-mdns-sockets.md.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import type { Packet } from 'dns-packet'
import multicastDns, { type MulticastDNS } from 'multicast-dns'
import { liveLimits } from '../limits.ts'
import { Budget } from './budget.ts'
import { type Interface, ipv4Interfaces, isInSubnet } from './interfaces.ts'
import { errorFields, type Log } from './log.ts'
import { speaksOfHubs } from './mdns-packet.ts'

const MDNS_PORT = 5353
const MDNS_GROUP = '224.0.0.251'

/** Traffic of one interface since it was first seen. */
export interface InterfaceTraffic {
  readonly name: string
  readonly address: string
  /** Multicast packets of others that arrived. */
  readonly heard: number
  /** Our own packets that came back: the network stack lets multicast through, whoever else is there. */
  readonly echoed: number
  /** Packets left unread: their sender, or all senders, sent too many. */
  readonly dropped: number
  readonly sent: number
  /** The last error, or null once sending works again. */
  readonly error: string | null
}

export interface MdnsSocketsInit {
  /** True when the packet came from this hub itself. */
  readonly receive: (packet: Packet, from: { readonly address: string; readonly interface: Interface }) => boolean
  /** An interface can be spoken on from now on. */
  readonly opened: (on: Interface) => void
  readonly nowMs: () => number
  readonly log: Log
}

interface Speaker {
  on: Interface
  mdns: MulticastDNS
}

interface Counts {
  address: string
  heard: number
  echoed: number
  dropped: number
  sent: number
  error: string | null
}

export class MdnsSockets {
  readonly #init: MdnsSocketsInit
  readonly #speakers = new Map<string, Speaker>()
  readonly #counts = new Map<string, Counts>()
  readonly #budget: Budget
  #lastSender: { readonly address: string; readonly counts: Counts } | null = null
  #listener: { socket: Socket; mdns: MulticastDNS } | null = null
  #error: string | null = null

  constructor(init: MdnsSocketsInit) {
    this.#init = init
    this.#budget = new Budget({
      burst: liveLimits.mdnsPerHostBurst,
      perSecond: liveLimits.mdnsPerHostPerSecond,
      burstAll: liveLimits.mdnsBurst,
      perSecondAll: liveLimits.mdnsPerSecond,
      sendersMax: liveLimits.mdnsHostsMax,
      nowMs: init.nowMs,
    })
  }

  /** Names of the interfaces that can be spoken on. */
  interfaces(): Interface[] {
    return [...this.#speakers.values()].map(({ on }) => on)
  }

  traffic(): InterfaceTraffic[] {
    return [...this.#counts].map(([name, counts]) => ({ name, ...counts, error: counts.error ?? this.#error }))
  }

  /** Brings the sockets in line with the interfaces there are now. To be called every few seconds. */
  scan(): void {
    const present = ipv4Interfaces()
    for (const [name, speaker] of this.#speakers) {
      const now = present.find((one) => one.name === name)
      if (now?.incarnation === speaker.on.incarnation) continue
      this.#closeSpeaker(name)
      if (now === undefined) this.#note(name, speaker.on.address).error = 'the interface is gone'
      else this.#relisten()
    }
    if (this.#listener === null) this.#listen()
    for (const one of present) {
      this.#join(one)
      if (!this.#speakers.has(one.name)) this.#openSpeaker(one)
    }
  }

  send(name: string, packet: Packet): void {
    const speaker = this.#speakers.get(name)
    if (speaker === undefined) return
    const counts = this.#note(name, speaker.on.address)
    const done = (error: Error | null) => {
      if (error === null || error === undefined) {
        counts.sent++
        counts.error = null
        return
      }
      counts.error = error.message
      this.#init.log.debug({ interface: name, ...errorFields(error) }, 'multicast could not be sent')
      // a socket keeps the number of the interface it was opened for; the next scan opens a new one
      if (this.#speakers.get(name) === speaker) this.#closeSpeaker(name)
    }
    if (packet.type === 'response') speaker.mdns.respond({ ...packet, answers: packet.answers ?? [] }, done)
    else speaker.mdns.query({ ...packet, questions: packet.questions ?? [] }, done)
  }

  /** What came from there was of no use: whoever makes hubs up is soon not even read. */
  inVain(address: string): void {
    this.#budget.charge(address, liveLimits.mdnsLostPerVain)
  }

  close(): void {
    for (const name of [...this.#speakers.keys()]) this.#closeSpeaker(name)
    this.#listener?.mdns.destroy()
    this.#listener = null
  }

  #relisten(): void {
    this.#listener?.mdns.destroy()
    this.#listener = null
  }

  #listen(): void {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const mdns = multicastDns({ socket, bind: '0.0.0.0', multicast: false })
    this.#sift(socket)
    this.#listener = { socket, mdns }
    const failed = (error: Error) => {
      if (this.#listener?.mdns !== mdns) return
      this.#error = error.message
      this.#init.log.warn(errorFields(error), 'multicast cannot be heard')
      this.#relisten()
    }
    mdns.on('error', failed)
    mdns.on('warning', (error: Error) => this.#init.log.debug(errorFields(error), 'a malformed multicast packet'))
    mdns.on('ready', () => {
      this.#error = null
      if (this.#listener?.mdns === mdns) for (const { on } of this.#speakers.values()) this.#join(on)
    })
    mdns.on('packet', (packet: Packet, from: { address: string }) => this.#receive(packet, from.address))
  }

  /** Succeeds once per interface; succeeding again means that it was re-created meanwhile. */
  #join(one: Interface): void {
    const listener = this.#listener
    if (listener === null || !isBound(listener.socket)) return
    try {
      listener.socket.addMembership(MDNS_GROUP, one.address)
      const speaker = this.#speakers.get(one.name)
      this.#init.log.debug({ interface: one.name }, 'listening for multicast')
      if (speaker !== undefined) this.#closeSpeaker(one.name)
      this.#openSpeaker(one)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EADDRINUSE') return
      this.#note(one.name, one.address).error = error instanceof Error ? error.message : String(error)
      // the kernel keeps memberships of interfaces that are gone and allows about twenty per socket
      if (code === 'ENOBUFS') this.#relisten()
    }
  }

  #openSpeaker(one: Interface): void {
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    const mdns = multicastDns({ socket, interface: one.address, bind: one.address })
    this.#sift(socket)
    const speaker = { on: one, mdns }
    this.#lastSender = null
    this.#speakers.set(one.name, speaker)
    const counts = this.#note(one.name, one.address)
    const failed = (error: Error) => {
      if (this.#speakers.get(one.name) !== speaker) return
      counts.error = error.message
      this.#closeSpeaker(one.name)
    }
    mdns.on('error', failed)
    mdns.on('warning', (error: Error) => this.#init.log.debug(errorFields(error), 'a multicast socket complains'))
    mdns.on('packet', (packet: Packet, from: { address: string }) => this.#receive(packet, from.address))
    mdns.on('ready', () => {
      if (this.#speakers.get(one.name) === speaker) this.#init.opened(one)
    })
  }

  #closeSpeaker(name: string): void {
    const speaker = this.#speakers.get(name)
    this.#lastSender = null
    this.#speakers.delete(name)
    speaker?.mdns.destroy()
  }

  /** Packets about other things, and those beyond a budget, are dropped before they are decoded: that is what they would cost. */
  #sift(socket: Socket): void {
    const decoders = socket.listeners('message')
    socket.removeAllListeners('message')
    socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
      if (!speaksOfHubs(bytes)) this.#count('heard', from.address)
      else if (!this.#budget.take(from.address)) this.#count('dropped', from.address)
      else for (const decode of decoders) Reflect.apply(decode, socket, [bytes, from])
    })
  }

  #count(what: 'heard' | 'dropped', address: string): void {
    const counts = this.#countsFrom(address)
    if (counts !== undefined) counts[what]++
  }

  /** Of the interface through which a sender is heard. A flood comes from one sender, and looks it up once. */
  #countsFrom(address: string): Counts | undefined {
    if (this.#lastSender?.address !== address) {
      const on = this.interfaces().find((one) => isInSubnet(address, one))
      this.#lastSender = on === undefined ? null : { address, counts: this.#note(on.name, on.address) }
    }
    return this.#lastSender?.counts
  }

  #receive(packet: Packet, address: string): void {
    const on = this.interfaces().find((one) => isInSubnet(address, one))
    if (on === undefined) return
    const own = this.#init.receive(packet, { address, interface: on })
    const counts = this.#note(on.name, on.address)
    if (own) counts.echoed++
    else counts.heard++
  }

  #note(name: string, address: string): Counts {
    const counts = this.#counts.get(name) ?? { address, heard: 0, echoed: 0, dropped: 0, sent: 0, error: null }
    counts.address = address
    this.#counts.set(name, counts)
    return counts
  }
}

function isBound(socket: Socket): boolean {
  try {
    return socket.address().port === MDNS_PORT
  } catch {
    return false // not bound yet: the 'ready' event joins the interfaces
  }
}
