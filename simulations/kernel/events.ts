/** Virtual time: one heap of events, ordered by time and then by when they were scheduled. */

interface Event {
  readonly atMs: number
  readonly sequence: number
  readonly run: () => void
}

/** Events at one instant. More mean that something asks for the same moment again and again: that would never end. */
export const INSTANT_EVENTS_MAX = 200_000

export class EventQueue {
  nowMs = 0
  /** Events run so far. */
  count = 0
  #sequence = 0
  /** What `count` was when the present instant began. */
  #instantBegan = 0
  readonly #heap: Event[] = []

  /** Schedules `run` after `delayMs` of virtual time. */
  after(delayMs: number, run: () => void): void {
    this.at(this.nowMs + Math.max(0, delayMs), run)
  }

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), sequence: this.#sequence++, run }
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1, event)
  }

  /** Runs the next event; false when there is none, or none until `untilMs`. Throws where time stands still. */
  step(untilMs: number): boolean {
    const next = this.#heap[0]
    if (next === undefined || next.atMs > untilMs) {
      this.nowMs = Math.max(this.nowMs, Math.min(untilMs, next?.atMs ?? untilMs))
      return false
    }
    const last = this.#heap.pop()
    if (last !== undefined && last !== next) this.#sink(last)
    if (next.atMs > this.nowMs) this.#instantBegan = this.count
    this.nowMs = next.atMs
    if (++this.count - this.#instantBegan > INSTANT_EVENTS_MAX) throw new Error(standstill(this.nowMs))
    next.run()
    return true
  }

  /** Puts an event at `from`, or further up: those that come after it move down. */
  #rise(from: number, event: Event): void {
    let index = from
    while (index > 0) {
      const above = (index - 1) >> 1
      const parent = this.#heap[above]
      if (parent === undefined || isBefore(parent, event)) break
      this.#heap[index] = parent
      index = above
    }
    this.#heap[index] = event
  }

  /** Puts an event at the top, or further down: those that come before it move up. */
  #sink(event: Event): void {
    const { length } = this.#heap
    let index = 0
    for (;;) {
      let below = 2 * index + 1
      let child = this.#heap[below]
      if (child === undefined) break
      const right = below + 1 < length ? this.#heap[below + 1] : undefined
      if (right !== undefined && isBefore(right, child)) {
        child = right
        below++
      }
      if (isBefore(event, child)) break
      this.#heap[index] = child
      index = below
    }
    this.#heap[index] = event
  }
}

function standstill(atMs: number): string {
  return `time stands still at ${atMs} ms: more than ${INSTANT_EVENTS_MAX} events at that instant`
}

function isBefore(a: Event, b: Event): boolean {
  return a.atMs === b.atMs ? a.sequence < b.sequence : a.atMs < b.atMs
}
