/** Events for one follower of a job: a bounded queue between the hub and whoever reads it. */
import { shellLimits } from '../limits.ts'

export class Follower<Event> implements AsyncIterable<Event> {
  readonly #events: Event[] = []
  #wake: (() => void) | null = null
  #isEnded = false

  push(event: Event): void {
    if (this.#isEnded) return
    this.#events.push(event)
    if (this.#events.length > shellLimits.followerEventsMax) this.#events.shift()
    this.#wake?.()
  }

  /** No more events; those that wait are still read. */
  end(): void {
    this.#isEnded = true
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event> {
    for (;;) {
      const event = this.#events.shift()
      if (event !== undefined) yield event
      else if (this.#isEnded) return
      else await this.#more()
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = () => {
        this.#wake = null
        resolve()
      }
    })
  }
}
