/** Seeded randomness, one generator per concern: a draw more in one must not shift another. */

/** Mulberry32: small, fast, good enough for simulation. */
export class Random {
  #state: number

  constructor(seed: number, concern: string) {
    let mixed = seed >>> 0
    for (const char of concern) mixed = Math.imul(mixed ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0
    this.#state = mixed
  }

  /** All that the next draws depend on: set it to draw the same again. */
  get state(): number {
    return this.#state
  }

  set state(state: number) {
    this.#state = state >>> 0
  }

  /** Uniform in [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }

  /** Uniform integer in [0, below). */
  below(below: number): number {
    return Math.floor(this.next() * below)
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low)
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }
}
