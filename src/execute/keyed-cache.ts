/** What a slot process has been given by key: the hub decides what goes, so both sides always agree. */
import { slotLimits } from '../limits.ts'

export class KeyedCache {
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  has(key: string): boolean {
    return this.#sizes.has(key)
  }

  /** Notes a use, and says whether the bytes must be sent and which keys have to go first (never those in `pinned`). */
  use(key: string, byteLength: number, pinned: readonly string[]): { send: boolean; forget: string[] } {
    const known = this.#sizes.get(key)
    if (known !== undefined) {
      this.#sizes.delete(key)
      this.#sizes.set(key, known)
      return { send: false, forget: [] }
    }
    this.#sizes.set(key, byteLength)
    this.#bytes += byteLength
    return { send: true, forget: this.#shrink([...pinned, key]) }
  }

  #shrink(pinned: readonly string[]): string[] {
    const forget: string[] = []
    for (const [key, size] of this.#sizes) {
      if (this.#bytes <= slotLimits.keyedBytesMax) break
      if (pinned.includes(key)) continue
      this.#sizes.delete(key)
      this.#bytes -= size
      forget.push(key)
    }
    return forget
  }
}
