/** The seeded generator behind `Math.random` in a slot: equal seeds and indices give equal numbers on every machine. */

/** sfc32, seeded by splitmix32: small state, quick to restart before every item. */
export class SeededRandom {
  #a = 0
  #b = 0
  #c = 0
  #counter = 1

  /** Starts over from a seed (up to 2^53) and the index of an item (any integer). */
  seed(seed: number, index: number): void {
    let state = Math.imul(lowWord(seed) ^ 0x9e37_79b9, 0x85eb_ca6b) ^ highWord(seed)
    state = Math.imul(state ^ lowWord(index), 0xc2b2_ae35) ^ Math.imul(highWord(index), 0x27d4_eb2f)
    const next = (): number => {
      state = (state + 0x9e37_79b9) | 0
      let word = Math.imul(state ^ (state >>> 16), 0x21f0_aaad)
      word = Math.imul(word ^ (word >>> 15), 0x735a_2d97)
      return word ^ (word >>> 15)
    }
    this.#a = next()
    this.#b = next()
    this.#c = next()
    this.#counter = 1
    for (let round = 0; round < 4; round++) this.#word()
  }

  /** Where the stream is; `restore` goes on from there. */
  state(): readonly number[] {
    return [this.#a, this.#b, this.#c, this.#counter]
  }

  restore([a = 0, b = 0, c = 0, counter = 1]: readonly number[]): void {
    this.#a = a | 0
    this.#b = b | 0
    this.#c = c | 0
    this.#counter = counter | 0
  }

  /** A number in [0, 1) with 53 random bits. */
  next(): number {
    return ((this.#word() >>> 5) * 0x400_0000 + (this.#word() >>> 6)) / 0x20_0000_0000_0000
  }

  #word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    this.#c |= 0
    return sum
  }
}

function lowWord(value: number): number {
  return value | 0
}

function highWord(value: number): number {
  return Math.floor(value / 0x1_0000_0000) | 0
}
