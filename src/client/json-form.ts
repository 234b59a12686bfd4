/** A value as JSON: for people and other programs; the exact value travels beside it. */
import { jsonLimits } from '../limits.ts'

/**
 * JSON-able form of any decoded value: maps become lists of entries, sets and typed arrays lists, bigints decimal text,
 * errors name and message; what JSON has no word for becomes null, and so does the second visit of a cycle.
 * @returns undefined for a value whose text would be too long, or nested too deep: what is shared is written each time it is met
 */
export function jsonForm(value: unknown, limits: Limits = jsonLimits): unknown {
  try {
    return new JsonForm(limits).of(value)
  } catch (thrown) {
    if (thrown instanceof TooMuch) return undefined
    throw thrown
  }
}

/** The text of such a form, with indents where they leave it short enough to be a string. */
export function jsonText(form: unknown): string {
  try {
    return JSON.stringify(form, null, 2)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
    return JSON.stringify(form)
  }
}

type Limits = { readonly charsMax: number; readonly depthMax: number }

class TooMuch extends Error {}

class JsonForm {
  readonly #above = new Set<object>()
  readonly #depthMax: number
  #charsLeft: number

  constructor({ charsMax, depthMax }: Limits) {
    this.#charsLeft = charsMax
    this.#depthMax = depthMax
  }

  of(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        this.#spend(value.length + 3)
        return value
      case 'number':
        // Most have either few digits or all that a double has.
        this.#spend(Number.isInteger(value) ? 10 : 20)
        return Number.isFinite(value) ? value : null
      case 'bigint':
        return this.of(value.toString())
      case 'object':
        return value === null || this.#above.has(value) ? this.of(undefined) : this.#object(value)
      default:
        this.#spend(6)
        return typeof value === 'boolean' ? value : null
    }
  }

  #object(value: object): unknown {
    // Less in the text, but in memory a list or object takes at least this.
    this.#spend(24)
    if (this.#above.size >= this.#depthMax) throw new TooMuch()
    this.#above.add(value)
    try {
      const list = asList(value)
      if (list !== null) return this.#list(list)
      if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString()
      if (value instanceof RegExp) return String(value)
      if (value instanceof Error) return { name: value.name, message: value.message, ...this.#fields(value) }
      return this.#fields(value)
    } finally {
      this.#above.delete(value)
    }
  }

  #list(list: Iterable<unknown>): unknown[] {
    const forms: unknown[] = []
    for (const entry of list) forms.push(this.of(entry))
    return forms
  }

  #fields(value: object): Record<string, unknown> {
    const fields: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(value)) {
      if (field === undefined) continue
      this.#spend(key.length + 4)
      // As a plain assignment `__proto__` would vanish.
      Object.defineProperty(fields, key, { value: this.of(field), enumerable: true })
    }
    return fields
  }

  #spend(chars: number): void {
    this.#charsLeft -= chars
    if (this.#charsLeft < 0) throw new TooMuch()
  }
}

function asList(value: object): Iterable<unknown> | null {
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value instanceof DataView) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return ArrayBuffer.isView(value) ? (value as Uint8Array) : null
}
