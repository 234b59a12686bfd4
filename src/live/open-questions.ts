/** Questions to other hubs that wait for an answer: numbered, bounded, none for longer than the limit. */
import { liveLimits } from '../limits.ts'
import type { HubId } from '../program/ref.ts'

interface Asked<Answer> {
  readonly hub: HubId
  readonly settle: (answer: Answer) => void
}

export class OpenQuestions<Answer> {
  readonly #asked = new Map<number, Asked<Answer>>()
  #lastRequest = 0

  /** @param send sends the question under its number. Resolves with null when no answer comes in time, or too many questions are open. */
  async ask(hub: HubId, send: (request: number) => void): Promise<Answer | null> {
    if (this.#asked.size >= liveLimits.questionsMax) return null
    const request = ++this.#lastRequest
    const { promise, resolve } = Promise.withResolvers<Answer | null>()
    this.#asked.set(request, { hub, settle: resolve })
    const late = setTimeout(() => resolve(null), liveLimits.questionTimeoutMs)
    send(request)
    try {
      return await promise
    } finally {
      clearTimeout(late)
      this.#asked.delete(request)
    }
  }

  /** Only who was asked is heard. */
  answered(from: HubId, request: number, answer: Answer): void {
    const asked = this.#asked.get(request)
    if (asked?.hub === from) asked.settle(answer)
  }
}
