/** A modelled network: delay with jitter, loss, partitions in both or one direction. Connections break and heal with it. */
import type { EventQueue } from './events.ts'
import type { Random } from './random.ts'

export interface LinkModel {
  readonly latencyMs: number
  readonly jitterMs: number
  /** Share of gossip that is lost; streams are reliable while they last. */
  readonly gossipLoss: number
}

/** Directed cuts between hubs; a stream needs both directions. */
export class SimNetwork {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #model: LinkModel
  readonly #cuts = new Set<string>()
  /** When the last message of each directed stream arrives: streams keep order. */
  readonly #streamMs = new Map<string, number>()
  messages = 0

  constructor(events: EventQueue, random: Random, model: LinkModel) {
    this.#events = events
    this.#random = random
    this.#model = model
  }

  isOpen(from: string, to: string): boolean {
    return !this.#cuts.has(`${from}>${to}`)
  }

  isConnected(a: string, b: string): boolean {
    return this.isOpen(a, b) && this.isOpen(b, a)
  }

  cut(from: string, to: string): void {
    this.#cuts.add(`${from}>${to}`)
  }

  repair(from: string, to: string): void {
    this.#cuts.delete(`${from}>${to}`)
  }

  /** Delivers in order, unless the link is cut when it leaves or arrives. */
  stream(from: string, to: string, deliver: () => void): void {
    this.messages++
    const key = `${from}>${to}`
    const earliest = this.#streamMs.get(key) ?? 0
    const atMs = Math.max(earliest, this.#events.nowMs + this.#delayMs())
    this.#streamMs.set(key, atMs)
    if (!this.isConnected(from, to)) return
    this.#events.at(atMs, () => {
      if (this.isConnected(from, to)) deliver()
    })
  }

  /** May be lost or reordered; needs only its own direction. */
  gossip(from: string, to: string, deliver: () => void): void {
    this.messages++
    if (!this.isOpen(from, to) || this.#random.chance(this.#model.gossipLoss)) return
    this.#events.after(this.#delayMs(), () => {
      if (this.isOpen(from, to)) deliver()
    })
  }

  #delayMs(): number {
    return this.#model.latencyMs + this.#random.next() * this.#model.jitterMs
  }
}
