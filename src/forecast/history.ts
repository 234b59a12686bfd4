/** The last samples of one metric, oldest dropped first. */

export class History {
  readonly #values: Float64Array
  #count = 0

  constructor(samplesMax: number) {
    this.#values = new Float64Array(samplesMax)
  }

  /** Samples ever pushed. */
  get count(): number {
    return this.#count
  }

  /** Samples still held. */
  get length(): number {
    return Math.min(this.#count, this.#values.length)
  }

  push(value: number): void {
    this.#values[this.#count++ % this.#values.length] = value
  }

  /** The sample `age` samples ago; 0 is the newest. NaN where nothing is held. */
  ago(age: number): number {
    if (age < 0 || age >= this.length) return Number.NaN
    return this.#values[(this.#count - 1 - age) % this.#values.length] ?? Number.NaN
  }

  /** The last `count` samples (fewer when fewer are held), oldest first. */
  last(count: number): Float64Array {
    const size = Math.min(count, this.length)
    const values = new Float64Array(size)
    for (let at = 0; at < size; at++) values[at] = this.ago(size - 1 - at)
    return values
  }

  /** Mean of the last `count` samples held; NaN when empty. */
  mean(count: number): number {
    const size = Math.min(count, this.length)
    let sum = 0
    for (let age = 0; age < size; age++) sum += this.ago(age)
    return size === 0 ? Number.NaN : sum / size
  }
}
