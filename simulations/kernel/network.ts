/** A modelled network: delay with jitter, loss, duplication, reordering, slow links, cuts in both or one direction. */
import type { EventQueue } from './events.ts'
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
  readonly #cuts = new Map<string, number>()
  readonly #slow = new Map<string, number>()
  /** When the last message of each directed stream arrives: streams keep order. */
  readonly #streamMs = new Map<string, number>()
  messages = 0
  /** Of ledger records and beacons, as they would be packed. */
  bytes = 0

  constructor(events: EventQueue, random: Random, model: LinkModel) {
    this.#events = events
    this.#random = random
    this.model = model
  }

  isOpen(from: string, to: string): boolean {
    return this.#cuts.size === 0 || !this.#cuts.has(`${from}>${to}`)
  }

  isConnected(a: string, b: string): boolean {
    return this.isOpen(a, b) && this.isOpen(b, a)
  }

  /** Cuts add up: a link is open again when each cause of its cut is repaired. */
  cut(from: string, to: string): void {
    const key = `${from}>${to}`
    this.#cuts.set(key, (this.#cuts.get(key) ?? 0) + 1)
  }

  repair(from: string, to: string): void {
    const key = `${from}>${to}`
    const causes = (this.#cuts.get(key) ?? 0) - 1
    if (causes > 0) this.#cuts.set(key, causes)
    else this.#cuts.delete(key)
  }

  repairAll(): void {
    this.#cuts.clear()
    this.#slow.clear()
  }

  /** Adds a delay to everything between two hubs; zero ends it. */
  slow(a: string, b: string, extraMs: number): void {
    for (const key of [`${a}>${b}`, `${b}>${a}`]) {
      if (extraMs > 0) this.#slow.set(key, extraMs)
      else this.#slow.delete(key)
    }
  }

  /** Delivers in order, unless the link is cut when it leaves or arrives. */
  stream(from: string, to: string, deliver: () => void): void {
    this.messages++
    const key = `${from}>${to}`
    const earliest = this.#streamMs.get(key) ?? 0
    const atMs = Math.max(earliest, this.#events.nowMs + this.delayMs(from, to))
    this.#streamMs.set(key, atMs)
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
    const extraMs = this.#slow.size === 0 ? 0 : (this.#slow.get(`${from}>${to}`) ?? 0)
    return this.model.latencyMs + extraMs + this.#random.next() * this.model.jitterMs
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
