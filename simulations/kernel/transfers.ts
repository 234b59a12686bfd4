/** Bulk transfers: all at once share the links and network cards they cross, each taking the least of its equal shares. */
import type { EventQueue } from './events.ts'
import type { SimNetwork } from './network.ts'

interface Transfer {
  readonly from: string
  readonly to: string
  leftBytes: number
  bytesPerMs: number
  sinceMs: number
  /** At the present rate. */
  endMs: number
  readonly done: (isWhole: boolean) => void
}

export class SimTransfers {
  readonly #events: EventQueue
  readonly #network: SimNetwork
  readonly #running = new Set<Transfer>()
  /** Bytes per millisecond of single cards; the others are as fast as the links. */
  readonly #cards = new Map<string, number>()
  /** When the running transfers are looked at next. */
  #lookMs = Number.POSITIVE_INFINITY
  /** Most that ran at once. */
  concurrentMax = 0

  constructor(events: EventQueue, network: SimNetwork) {
    this.#events = events
    this.#network = network
  }

  /** Narrows a hub's network card; null makes it as fast as the links again. */
  narrow(hub: string, bytesPerMs: number | null): void {
    if (bytesPerMs === null) this.#cards.delete(hub)
    else this.#cards.set(hub, bytesPerMs)
    this.#share()
  }

  /** Moves bytes; tells when they are there, or that they were not within the time. */
  begin(from: string, to: string, bytes: number, timeoutMs: number, done: (isWhole: boolean) => void): void {
    const { nowMs } = this.#events
    const transfer = {
      from,
      to,
      leftBytes: bytes,
      bytesPerMs: 0,
      sinceMs: nowMs,
      endMs: Number.POSITIVE_INFINITY,
      done,
    }
    this.#running.add(transfer)
    this.concurrentMax = Math.max(this.concurrentMax, this.#running.size)
    this.#share()
    if (this.#running.has(transfer)) this.#events.after(timeoutMs, () => this.#end(transfer, false))
  }

  #end(transfer: Transfer, isWhole: boolean): void {
    if (!this.#running.delete(transfer)) return
    this.#share()
    transfer.done(isWhole)
  }

  /** Whoever comes or goes changes the shares of the others. */
  #share(): void {
    const [out, into] = [new Map<string, number>(), new Map<string, number>()]
    for (const { from, to } of this.#running) {
      out.set(from, (out.get(from) ?? 0) + 1)
      into.set(to, (into.get(to) ?? 0) + 1)
    }
    for (const transfer of this.#running) {
      const { from, to } = transfer
      const share = Math.min(this.#card(from) / (out.get(from) ?? 1), this.#card(to) / (into.get(to) ?? 1))
      if (share !== transfer.bytesPerMs) this.#replan(transfer, share)
    }
    this.#awaitNext()
  }

  #replan(transfer: Transfer, bytesPerMs: number): void {
    const { nowMs } = this.#events
    transfer.leftBytes = Math.max(0, transfer.leftBytes - (nowMs - transfer.sinceMs) * transfer.bytesPerMs)
    transfer.sinceMs = nowMs
    transfer.bytesPerMs = bytesPerMs
    transfer.endMs = nowMs + transfer.leftBytes / bytesPerMs
  }

  /** Ends move with every transfer that comes or goes: one event waits, for the first. */
  #awaitNext(): void {
    let firstMs = Number.POSITIVE_INFINITY
    for (const { endMs } of this.#running) firstMs = Math.min(firstMs, endMs)
    if (firstMs >= this.#lookMs) return
    this.#lookMs = firstMs
    this.#events.at(firstMs, () => {
      if (this.#lookMs !== firstMs) return
      this.#lookMs = Number.POSITIVE_INFINITY
      const ended = [...this.#running].filter(({ endMs }) => endMs <= firstMs)
      for (const transfer of ended) this.#end(transfer, true)
      this.#awaitNext()
    })
  }

  #card(hub: string): number {
    const linkBytesPerMs = this.#network.model.bytesPerMs
    return Math.min(linkBytesPerMs, this.#cards.get(hub) ?? linkBytesPerMs)
  }
}
