/** The last samples of one metric, oldest dropped first. */

export class History {
  /** Twice the room: the samples held stay in one piece, moved to the front when the end is reached. */
  readonly #values: Float64Array
  readonly #samplesMax: number
  #end = 0
  #count = 0

  constructor(samplesMax: number) {
    this.#samplesMax = samplesMax
    this.#values = new Float64Array(2 * samplesMax)
  }

  /** Samples ever pushed. */
  get count(): number {
    return this.#count
  }

  /** Samples still held. */
  get length(): number {
    return Math.min(this.#count, this.#samplesMax)
  }

  push(value: number): void {
    if (this.#end === this.#values.length) {
      this.#values.copyWithin(0, this.#end - this.#samplesMax + 1)
      this.#end = this.#samplesMax - 1
    }
    this.#values[this.#end++] = value
    this.#count++
  }

  /** The sample `age` samples ago; 0 is the newest. NaN where nothing is held. */
  ago(age: number): number {
    if (age < 0 || age >= this.length) return Number.NaN
    return this.#values[this.#end - 1 - age] ?? Number.NaN
  }

  /** The last `count` samples (fewer when fewer are held), oldest first. */
  last(count: number): Float64Array {
    return this.window(count).slice()
  }

  /** The same without a copy: to be read before the next sample, and not to be written. */
  window(count: number): Float64Array {
    return this.#values.subarray(this.#end - Math.min(count, this.length), this.#end)
  }

  /** Mean of the last `count` samples held; NaN when empty. */
  mean(count: number): number {
    const size = Math.min(count, this.length)
    let sum = 0
    for (let at = this.#end - size; at < this.#end; at++) sum += this.#values[at] ?? 0
    return size === 0 ? Number.NaN : sum / size
  }
}
