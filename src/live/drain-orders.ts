/** Draining another hub: an order is signed and sent, judged by the hub that it names, and answered. */
import { ShoalError } from '../errors.ts'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { WireMessage } from '../wire/message.ts'
import { refusalOf, signDrainOrder } from './admission/drain-order.ts'
import { errorFields, type Log } from './log.ts'

type Order = Extract<WireMessage, { type: 'drain' }>
type Answer = Extract<WireMessage, { type: 'drain-answer' }>

export interface DrainOrdersParts {
  readonly swarm: string
  readonly hub: HubId
  /** This life of the hub. */
  readonly boot: string
  readonly sign: (bytes: Uint8Array) => Uint8Array
  /** What a member may do; empty for everybody else. */
  readonly roles: (hub: HubId) => readonly string[]
  readonly send: (to: HubId, message: WireMessage) => void
  /** Another hub has ordered this one to drain, and may. */
  readonly ordered: (by: HubId) => void
  readonly log: Log
}

interface Given {
  readonly hub: HubId
  /** Null: it drains. */
  readonly settle: (refused: string | null) => void
}

export class DrainOrders {
  readonly #parts: DrainOrdersParts
  readonly #given = new Map<number, Given>()
  #lastRequest = 0

  constructor(parts: DrainOrdersParts) {
    this.#parts = parts
  }

  /**
   * Orders a hub, in the life it has now, to drain; resolves once it has begun to.
   * @throws ShoalError SHOAL_HUB_UNREACHABLE when it does not answer, SHOAL_DRAIN_REFUSED when it refuses.
   */
  async give(hub: HubId, boot: string): Promise<void> {
    const { swarm, hub: by, sign, send } = this.#parts
    if (this.#given.size >= liveLimits.questionsMax) throw silent(hub, 'too many orders wait for an answer')
    const request = ++this.#lastRequest
    const { promise, resolve, reject } = Promise.withResolvers<string | null>()
    this.#given.set(request, { hub, settle: resolve })
    const late = setTimeout(() => reject(silent(hub, 'it does not answer')), liveLimits.questionTimeoutMs)
    try {
      send(hub, { type: 'drain', request, order: signDrainOrder({ swarm, hub, boot, by }, { sign }) })
      const refused = await promise
      if (refused !== null) throw refusal(hub, refused)
    } finally {
      clearTimeout(late)
      this.#given.delete(request)
    }
  }

  heard(from: HubId, { request, order }: Order): void {
    const { send, ordered, log } = this.#parts
    const refused = this.#judge(from, order)
    if (refused !== null) log.warn({ hub: from, refused }, 'an order to drain was refused')
    send(from, { type: 'drain-answer', request, refused })
    if (refused === null) ordered(from)
  }

  /** Only who was asked is heard. */
  answered(from: HubId, { request, refused }: Answer): void {
    const given = this.#given.get(request)
    if (given?.hub === from) given.settle(refused)
  }

  #judge(from: HubId, order: Order['order']): string | null {
    try {
      return refusalOf(order, from, this.#parts)
    } catch (error) {
      this.#parts.log.debug({ hub: from, ...errorFields(error) }, 'an order to drain does not check out')
      return 'the order is not signed by who gives it'
    }
  }
}

function silent(hub: HubId, why: string): ShoalError {
  return new ShoalError('SHOAL_HUB_UNREACHABLE', `${hub} was not told to drain: ${why}`, {
    next: 'see `shoal hubs`, and whether all hubs run the same version; or run shoal drain on that machine',
  })
}

function refusal(hub: HubId, why: string): ShoalError {
  return new ShoalError('SHOAL_DRAIN_REFUSED', `${hub} does not drain: ${why}`, {
    next: 'run shoal drain on that machine, or on a hub with the submit role',
  })
}
