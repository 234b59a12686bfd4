/** Remembers the last objects that were looked at key by key, so that the next ones of their hidden class need no look. */
import { hiddenClasses } from './hidden-class.ts'
import type { Shape } from './shapes.ts'

interface Example {
  readonly object: object
  readonly shape: Shape
}

/** A look at an example costs a few nanoseconds, a look at every key a microsecond. */
const examplesMax = 16

/** Valid while no user code runs: an example must keep the class it had when it was looked at. */
export class ShapeExamples {
  readonly #examples: Example[] = []

  /** The shape of a plain object that is like an example in every respect; null when it must be looked at. */
  find(object: object): Shape | null {
    if (hiddenClasses === null) return null
    const examples = this.#examples
    for (let at = 0; at < examples.length; at++) {
      const { object: example, shape } = examples[at] as Example
      // Elements (`{0: ...}`) are outside the hidden class and come first, hence the look at the first key.
      if (hiddenClasses.same(example, object)) return firstKey(object) === shape.keys[0] ? shape : null
    }
    return null
  }

  /** @param object consists of plain properties only, with the keys of `shape`. */
  remember(object: object, shape: Shape): void {
    if (hiddenClasses === null || Object.getPrototypeOf(object) !== Object.prototype) return
    const [first = ''] = shape.keys
    if (!hiddenClasses.listed(object) || firstKey(object) !== shape.keys[0] || /^\d/.test(first)) return
    this.#examples.unshift({ object, shape })
    if (this.#examples.length > examplesMax) this.#examples.pop()
  }
}

function firstKey(object: object): string | undefined {
  for (const key in object) return key
  return undefined
}
