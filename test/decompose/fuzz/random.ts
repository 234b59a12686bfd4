/** Seeded choices of the program generator. */

export class Choices {
  #state: number

  constructor(seed: number) {
    this.#state = (seed * 2_654_435_761) >>> 0 || 1
  }

  /** An integer in [0, below). */
  below(below: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    this.#state >>>= 0
    return this.#state % below
  }

  one<T>(from: readonly T[]): T {
    return from[this.below(from.length)] as T
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }
}
