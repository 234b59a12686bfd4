/** Numbers objects in walk order, on from the objects that the reader already has. */
import { valueLimits } from '../../limits.ts'

/** A part of the Buffer pool that has been carried alone. */
interface PoolPart {
  readonly start: number
  readonly end: number
}

const poolParts = new WeakMap<Map<object, number>, Map<ArrayBufferLike, PoolPart[]>>()

export class ObjectTable {
  readonly #numbers: Map<object, number>
  readonly #first: number
  readonly #added: PoolPart[][] = []

  constructor(known: Map<object, number> | undefined) {
    this.#numbers = known ?? new Map()
    this.#first = this.#numbers.size
  }

  numberOf(object: object): number | undefined {
    return this.#numbers.get(object)
  }

  /** @returns false when the table is full. */
  add(object: object): boolean {
    const number = this.#numbers.size
    this.#numbers.set(object, number)
    return number < valueLimits.objectsMax
  }

  /** Forgets what was added: the reader never saw it. */
  rollBack(): void {
    for (const [object, number] of this.#numbers) if (number >= this.#first) this.#numbers.delete(object)
    for (const parts of this.#added.reverse()) parts.pop()
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
