/** Asks the hub that claimed a shard what it compared, and answers the same question of others. Only `shoal why` needs it. */
import type { ShownBid } from '../client/local-hub.ts'
import type { HubState } from '../hub/state.ts'
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import type { WireMessage } from '../wire/message.ts'
import { decidingBids } from './explain-claim.ts'
import { OpenQuestions } from './open-questions.ts'

type Question = Extract<WireMessage, { type: 'why' }>
type Answer = Extract<WireMessage, { type: 'because' }>

export class ClaimQuestions {
  readonly #state: HubState
  readonly #send: (to: HubId, message: WireMessage) => void
  readonly #open = new OpenQuestions<readonly ShownBid[]>()

  constructor(state: HubState, send: (to: HubId, message: WireMessage) => void) {
    this.#state = state
    this.#send = send
  }

  /** The bids that decided, as that hub remembers them; none when it does not answer in time, or too many questions are open. */
  async ask(hub: HubId, shard: Omit<Question, 'type' | 'request'>): Promise<readonly ShownBid[]> {
    return (await this.#open.ask(hub, (request) => this.#send(hub, { type: 'why', request, ...shard }))) ?? []
  }

  answer(from: HubId, { request, job, family, shard }: Question): void {
    const bids = decidingBids(this.#state, { job, family, shard }).filter(isTellable)
    this.#send(from, { type: 'because', request, bids: bids.slice(0, liveLimits.answerBidsMax) })
  }

  answered(from: HubId, { request, bids }: Answer): void {
    this.#open.answered(from, request, bids)
  }
}

function isTellable({ finishInMs, terms }: ShownBid): boolean {
  return [finishInMs, ...Object.values(terms)].every(Number.isFinite)
}
