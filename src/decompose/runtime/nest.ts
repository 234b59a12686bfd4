/** The window of a nest: which inner items belong to the flat items `[from, to)` for each outer item. */
import { listOf } from './lists.ts'

export class NestWindow {
  readonly #step: number
  readonly #closed: boolean
  /** Inner items per outer item; 0 while the nest is one of outer items only. */
  #inner = 0
  #from = 0
  #to = 0
  #outer = -1
  #first = 0
  #hi = 0

  constructor(meta: { readonly step: number; readonly closed: boolean } | null) {
    this.#step = meta?.step ?? 1
    this.#closed = meta?.closed ?? false
  }

  /** From here on flat items `[from, to)` are run. */
  begin(from: number, to: number, inner: number): void {
    this.#from = from
    this.#to = to
    this.#inner = inner
    this.#outer = Math.floor(from / inner) - 1
  }

  /** The inner list of the next outer item. */
  part(list: unknown): unknown {
    if (this.#inner === 0) return list
    const lo = this.#enter()
    return lo === 0 && this.#hi === this.#inner ? list : (listOf(list)?.slice(lo, this.#hi) ?? list)
  }

  /** The first inner counter value of the next outer item. */
  first(first: number): number {
    if (this.#inner === 0) return first
    this.#first = first
    return first + this.#enter() * this.#step
  }

  /** The end of the inner range of the outer item at hand. */
  until(end: unknown): unknown {
    if (this.#inner === 0 || this.#hi === this.#inner) return end
    const until = this.#first + this.#hi * this.#step
    return this.#closed ? until - 1 : until
  }

  #enter(): number {
    this.#outer += 1
    const begin = this.#outer * this.#inner
    this.#hi = Math.min(this.#inner, this.#to - begin)
    return Math.max(0, this.#from - begin)
  }
}

/** Outer items that flat items `[from, to)` touch. */
export function outerOf(from: number, to: number, inner: number): { readonly from: number; readonly to: number } {
  return { from: Math.floor(from / inner), to: Math.ceil(to / inner) }
}
