/** A modelled network: delay with jitter, loss, duplication, reordering, slow links, cuts in both or one direction. */
import type { EventQueue } from './events.ts'
import { Pairs } from './pairs.ts'
import type { Random } from './random.ts'

export interface LinkModel {
  readonly latencyMs: number
  readonly jitterMs: number
  /** Share of gossip that is lost; streams are reliable while they last. */
  readonly gossipLoss: number
  /** Share of gossip that arrives twice. */
  readonly gossipDuplicate: number
  /** Share of gossip that is held back, up to `gossipLateMs`: later ones overtake it. */
  readonly gossipReorder: number
  readonly gossipLateMs: number
  readonly bytesPerMs: number
}

export const plainLink: LinkModel = {
  latencyMs: 1,
  jitterMs: 0.5,
  gossipLoss: 0,
  gossipDuplicate: 0,
  gossipReorder: 0,
  gossipLateMs: 0,
  bytesPerMs: 40_000,
}

/** Directed cuts between hubs; a stream needs both directions. */
export class SimNetwork {
  readonly #events: EventQueue
  readonly #random: Random
  /** May change in the middle of a run. */
  model: LinkModel
  /** Causes for which a direction is cut. */
  readonly #cuts = new Pairs()
  #cutCount = 0
  /** Extra delay. */
  readonly #slow = new Pairs()
  #hasSlow = false
  /** When the last message of each directed stream arrives: streams keep order. */
  readonly #streamMs = new Pairs()
  messages = 0
  /** Of ledger records and beacons, as they would be packed. */
  bytes = 0

  constructor(events: EventQueue, random: Random, model: LinkModel) {
    this.#events = events
    this.#random = random
    this.model = model
  }

  isOpen(from: string, to: string): boolean {
    return this.#cutCount === 0 || this.#cuts.get(from, to) === 0
  }

  isConnected(a: string, b: string): boolean {
    return this.isOpen(a, b) && this.isOpen(b, a)
  }

  /** Cuts add up: a link is open again when each cause of its cut is repaired. */
  cut(from: string, to: string): void {
    this.#cuts.set(from, to, this.#cuts.get(from, to) + 1)
    this.#cutCount++
  }

  repair(from: string, to: string): void {
    const causes = this.#cuts.get(from, to)
    if (causes === 0) return
    this.#cuts.set(from, to, causes - 1)
    this.#cutCount--
  }

  repairAll(): void {
    this.#cuts.clear()
    this.#cutCount = 0
    this.#slow.clear()
    this.#hasSlow = false
  }

  /** Adds a delay to everything between two hubs; zero ends it. */
  slow(a: string, b: string, extraMs: number): void {
    this.#hasSlow = true
    this.#slow.set(a, b, extraMs)
    this.#slow.set(b, a, extraMs)
  }

  /** Delivers in order, unless the link is cut when it leaves or arrives. */
  stream(from: string, to: string, deliver: () => void): void {
    this.messages++
    const atMs = Math.max(this.#streamMs.get(from, to), this.#events.nowMs + this.delayMs(from, to))
    this.#streamMs.set(from, to, atMs)
    if (!this.isConnected(from, to)) return
    this.#events.at(atMs, () => {
      if (this.isConnected(from, to)) deliver()
    })
  }

  /** May be lost, doubled or reordered; needs only its own direction. */
  gossip(from: string, to: string, deliver: () => void): void {
    this.messages++
    const { gossipLoss, gossipDuplicate } = this.model
    if (!this.isOpen(from, to) || (gossipLoss > 0 && this.#random.chance(gossipLoss))) return
    this.#gossipOnce(from, to, deliver)
    if (gossipDuplicate > 0 && this.#random.chance(gossipDuplicate)) this.#gossipOnce(from, to, deliver)
  }

  delayMs(from: string, to: string): number {
    const { latencyMs, jitterMs } = this.model
    const extraMs = this.#hasSlow ? this.#slow.get(from, to) : 0
    return latencyMs + extraMs + (jitterMs === 0 ? 0 : this.#random.next() * jitterMs)
  }

  #gossipOnce(from: string, to: string, deliver: () => void): void {
    const { gossipReorder, gossipLateMs } = this.model
    const isLate = gossipReorder > 0 && this.#random.chance(gossipReorder)
    const lateMs = isLate ? this.#random.next() * gossipLateMs : 0
    this.#events.after(this.delayMs(from, to) + lateMs, () => {
      if (this.isOpen(from, to)) deliver()
    })
  }
}
