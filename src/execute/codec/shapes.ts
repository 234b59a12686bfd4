/** Key lists of objects, each written once: the encoder finds them by key order, the decoder by number. */

import type { FieldWalk } from './field-walk.ts'

/** The keys that many objects of one value have in common, in order. */
export interface Shape {
  readonly number: number
  readonly keys: readonly string[]
  /** Objects met that are like an example of this shape in every respect. */
  met: number
  /** Visits the fields one after the other, made once enough objects were met; null until then, and where it cannot be made. */
  fields: FieldWalk | null
}

interface Branch {
  shape: Shape | null
  readonly next: Map<string, Branch>
}

/** Shapes of one value by their key order; numbers rise in the order of `add`. */
export class ShapeIndex {
  readonly #root: Branch = { shape: null, next: new Map() }
  #count = 0

  get count(): number {
    return this.#count
  }

  find(keys: readonly string[]): Shape | null {
    let branch = this.#root
    for (const key of keys) {
      const next = branch.next.get(key)
      if (next === undefined) return null
      branch = next
    }
    return branch.shape
  }

  add(keys: readonly string[]): Shape {
    let branch = this.#root
    for (const key of keys) {
      let next = branch.next.get(key)
      if (next === undefined) {
        next = { shape: null, next: new Map() }
        branch.next.set(key, next)
      }
      branch = next
    }
    branch.shape = { number: this.#count++, keys, met: 0, fields: null }
    return branch.shape
  }
}

/** True for keys as the engine orders them, each once: anything else no object ever had. */
export function isKeyList(keys: readonly string[]): boolean {
  const probe: Record<string, unknown> = Object.create(null)
  for (const key of keys) probe[key] = true
  const ordered = Object.keys(probe)
  return ordered.length === keys.length && ordered.every((key, at) => key === keys[at])
}
