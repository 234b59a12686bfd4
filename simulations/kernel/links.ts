/** Connections between simulated hubs: broken by crashes at once, by cuts and frozen machines after a while, mended by redials. */
import type { Input } from '../../src/hub/input.ts'
import type { EventQueue } from './events.ts'
import type { SimLives } from './lives.ts'
import type { SimNetwork } from './network.ts'
import { Pairs } from './pairs.ts'
import type { Random } from './random.ts'

/** TCP does not notice a cut; the ping of the connection monitor does, some seconds later. */
const CUT_NOTICED_MS = 4_000
const REDIAL_MS = 200

export class SimLinks {
  readonly #events: EventQueue
  readonly #random: Random
  readonly #network: SimNetwork
  readonly #lives: SimLives
  /** 1 where a connection is up, both ways. */
  readonly #up = new Pairs()

  constructor(events: EventQueue, random: Random, network: SimNetwork, lives: SimLives) {
    this.#events = events
    this.#random = random
    this.#network = network
    this.#lives = lives
  }

  isUp(a: string, b: string): boolean {
    return this.#up.get(a, b) === 1
  }

  /** Something between two hubs broke without a word. */
  cut(a: string, b: string): void {
    this.#events.after(CUT_NOTICED_MS, () => this.#review(a, b))
  }

  mended(a: string, b: string): void {
    this.#events.after(REDIAL_MS + this.#random.next() * REDIAL_MS, () => this.#review(a, b))
  }

  /** A process ended: its kernel resets the connections that still have a way, after what was sent before. */
  ended(hub: string): void {
    const life = this.#lives.hubs.get(hub)
    for (const other of this.#lives.hubs.keys()) {
      if (other === hub || !this.isUp(hub, other)) continue
      if (!this.#network.isConnected(hub, other)) {
        this.cut(hub, other)
        continue
      }
      this.#network.stream(hub, other, () => {
        if (this.#lives.hubs.get(hub) === life) this.#drop(hub, other)
      })
    }
  }

  booted(hub: string): void {
    for (const other of this.#lives.hubs.keys()) {
      if (other === hub) continue
      this.#drop(hub, other)
      this.#review(hub, other)
    }
  }

  /** The connection between two hubs breaks, and is dialled again. */
  reset(a: string, b: string): void {
    this.#drop(a, b)
  }

  frozen(hub: string): void {
    for (const other of this.#lives.hubs.keys()) if (other !== hub) this.cut(hub, other)
  }

  thawed(hub: string): void {
    for (const other of this.#lives.hubs.keys()) if (other !== hub) this.mended(hub, other)
  }

  #review(a: string, b: string): void {
    const isUp = this.isUp(a, b)
    const isReachable = this.#answers(a) && this.#answers(b) && this.#network.isConnected(a, b)
    if (isUp && !isReachable) this.#drop(a, b)
    if (isUp || !isReachable) return
    this.#set(a, b, 1)
    this.#tell(a, { type: 'connected', hub: b })
    this.#tell(b, { type: 'connected', hub: a })
  }

  #drop(a: string, b: string): void {
    if (!this.isUp(a, b)) return
    this.#set(a, b, 0)
    this.#tell(a, { type: 'disconnected', hub: b })
    this.#tell(b, { type: 'disconnected', hub: a })
    this.mended(a, b)
  }

  #tell(name: string, input: Input): void {
    for (const hub of this.#lives.of(name)) hub.input(input)
  }

  #set(a: string, b: string, value: number): void {
    this.#up.set(a, b, value)
    this.#up.set(b, a, value)
  }

  #answers(name: string): boolean {
    const hub = this.#lives.hubs.get(name)
    return hub?.isUp === true && !hub.isFrozen
  }
}
