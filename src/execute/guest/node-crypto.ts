/** Stands in for `node:crypto` in an isolate: SHA-256 (FIPS 180-4), for the hashes of values. */

const primes = firstPrimes(64)
const roundKeys = Uint32Array.from(primes, (prime) => fraction(Math.cbrt(prime)))
const firstState = Uint32Array.from(primes.slice(0, 8), (prime) => fraction(Math.sqrt(prime)))

class Sha256 {
  readonly #parts: Uint8Array[] = []

  update(bytes: Uint8Array): this {
    this.#parts.push(bytes)
    return this
  }

  digest(_encoding: 'hex'): string {
    const state = new Uint32Array(firstState)
    const message = padded(this.#parts)
    const words = new Uint32Array(64)
    for (let at = 0; at < message.byteLength; at += 64) mix(state, message, at, words)
    return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('')
  }
}

export function createHash(_algorithm: 'sha256'): Sha256 {
  return new Sha256()
}

function padded(parts: readonly Uint8Array[]): DataView {
  const size = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const bytes = new Uint8Array(Math.ceil((size + 9) / 64) * 64)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  bytes[size] = 0x80
  const view = new DataView(bytes.buffer)
  view.setBigUint64(bytes.byteLength - 8, BigInt(size) * 8n)
  return view
}

function mix(state: Uint32Array, message: DataView, at: number, words: Uint32Array): void {
  for (let index = 0; index < 16; index++) words[index] = message.getUint32(at + index * 4)
  for (let index = 16; index < 64; index++) {
    const [before, late] = [word(words, index - 15), word(words, index - 2)]
    const low = turn(before, 7) ^ turn(before, 18) ^ (before >>> 3)
    const high = turn(late, 17) ^ turn(late, 19) ^ (late >>> 10)
    words[index] = word(words, index - 16) + low + word(words, index - 7) + high
  }
  let [a, b, c, d, e, f, g, h] = [...state] as [number, number, number, number, number, number, number, number]
  for (let index = 0; index < 64; index++) {
    const choice = (e & f) ^ (~e & g)
    const first =
      (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + choice + word(roundKeys, index) + word(words, index)) | 0
    const second = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0
    ;[h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0]
  }
  ;[a, b, c, d, e, f, g, h].forEach((value, index) => {
    state[index] = word(state, index) + value
  })
}

function word(words: Uint32Array, index: number): number {
  return words[index] ?? 0
}

function turn(value: number, bits: number): number {
  return (value >>> bits) | (value << (32 - bits))
}

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) >>> 0
}

function firstPrimes(count: number): number[] {
  const found: number[] = []
  for (let candidate = 2; found.length < count; candidate++) {
    if (found.every((prime) => candidate % prime !== 0)) found.push(candidate)
  }
  return found
}
