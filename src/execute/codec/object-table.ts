/** Numbers objects in walk order, on from the objects that the reader already has. */
import { codecLimits } from '../../limits.ts'

/** A part of the Buffer pool that has been carried alone. */
interface PoolPart {
  readonly start: number
  readonly end: number
}

const poolParts = new WeakMap<object, Map<ArrayBufferLike, PoolPart[]>>()

/** A table of its own starts as a set: most values hold no object twice, and a set answers with one look instead of two. */
export class ObjectTable {
  #once: Set<object> | null
  #numbers: Map<object, number>
  /** Size of `#once`: asking a set for it costs a call. */
  #met = 0
  readonly #first: number
  readonly #added: PoolPart[][] = []

  constructor(known: Map<object, number> | undefined) {
    this.#once = known === undefined ? new Set() : null
    this.#numbers = known ?? new Map()
    this.#first = this.#numbers.size
  }

  /** The object's number, or -1 when it is new: then it has got the next one. */
  claim(object: object): number {
    const once = this.#once
    if (once === null) {
      const number = this.#numbers.get(object)
      if (number !== undefined) return number
      this.#numbers.set(object, this.#numbers.size)
      return -1
    }
    once.add(object)
    if (once.size === this.#met) return this.#numberAfterAll(object)
    this.#met++
    return -1
  }

  /** The object's number, or -1 when it is new; it stays new. */
  find(object: object): number {
    if (this.#once !== null) return this.#once.has(object) ? this.#numberAfterAll(object) : -1
    return this.#numbers.get(object) ?? -1
  }

  get full(): boolean {
    return (this.#once === null ? this.#numbers.size : this.#met) > codecLimits.objectsMax
  }

  /** Forgets what was added: the reader never saw it. */
  rollBack(): void {
    for (const [object, number] of this.#numbers) if (number >= this.#first) this.#numbers.delete(object)
    for (const parts of this.#added.reverse()) parts.pop()
  }

  #numberAfterAll(object: object): number {
    for (const met of this.#once ?? []) this.#numbers.set(met, this.#numbers.size)
    this.#once = null
    return this.#numbers.get(object) ?? -1
  }

  /** Notes that bytes of a pool were carried alone. @returns false when they overlap bytes carried before. */
  addPoolPart(pool: ArrayBufferLike, start: number, end: number): boolean {
    let pools = poolParts.get(this.#numbers)
    if (pools === undefined) {
      pools = new Map()
      poolParts.set(this.#numbers, pools)
    }
    const parts = pools.get(pool) ?? []
    if (parts.some((part) => start < part.end && part.start < end)) return false
    parts.push({ start, end })
    pools.set(pool, parts)
    this.#added.push(parts)
    return true
  }

  hasPoolParts(pool: ArrayBufferLike): boolean {
    return (poolParts.get(this.#numbers)?.get(pool)?.length ?? 0) > 0
  }
}
