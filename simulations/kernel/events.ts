/** Virtual time: one heap of events, ordered by time and then by when they were scheduled. */

interface Event {
  readonly atMs: number
  readonly sequence: number
  readonly run: () => void
}

export class EventQueue {
  nowMs = 0
  /** Events run so far. */
  count = 0
  #sequence = 0
  readonly #heap: Event[] = []

  /** Schedules `run` after `delayMs` of virtual time. */
  after(delayMs: number, run: () => void): void {
    this.at(this.nowMs + Math.max(0, delayMs), run)
  }

  at(atMs: number, run: () => void): void {
    const event = { atMs: Math.max(atMs, this.nowMs), sequence: this.#sequence++, run }
    this.#heap.push(event)
    this.#rise(this.#heap.length - 1)
  }

  /** Runs the next event; false when there is none, or none until `untilMs`. */
  step(untilMs: number): boolean {
    const next = this.#heap[0]
    if (next === undefined || next.atMs > untilMs) {
      this.nowMs = Math.max(this.nowMs, Math.min(untilMs, next?.atMs ?? untilMs))
      return false
    }
    this.#removeFirst()
    this.nowMs = next.atMs
    this.count++
    next.run()
    return true
  }

  #removeFirst(): void {
    const last = this.#heap.pop()
    if (last === undefined || this.#heap.length === 0) return
    this.#heap[0] = last
    this.#sink(0)
  }

  #rise(from: number): void {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!this.#isBefore(index, parent)) return
      this.#swap(index, parent)
      index = parent
    }
  }

  #sink(from: number): void {
    let index = from
    for (;;) {
      const left = 2 * index + 1
      const right = left + 1
      let first = index
      if (left < this.#heap.length && this.#isBefore(left, first)) first = left
      if (right < this.#heap.length && this.#isBefore(right, first)) first = right
      if (first === index) return
      this.#swap(index, first)
      index = first
    }
  }

  #isBefore(a: number, b: number): boolean {
    const left = this.#heap[a]
    const right = this.#heap[b]
    if (left === undefined || right === undefined) return false
    return left.atMs === right.atMs ? left.sequence < right.sequence : left.atMs < right.atMs
  }

  #swap(a: number, b: number): void {
    const left = this.#heap[a]
    const right = this.#heap[b]
    if (left === undefined || right === undefined) return
    this.#heap[a] = right
    this.#heap[b] = left
  }
}
