/**
 * The state of a loop at its head, as bytes: the variables it reads, and the contents of every object that could be
 * reached through them when the loop was first looked at. A rerun of the loop has met the same objects in the same order
 * by then; so the contents go back into them, wherever else they are held, and everybody sees one object where one was.
 */
import type { ClassTable } from '../../../execute/codec/codec.ts'
import { decode } from '../../../execute/codec/decode.ts'
import { encode } from '../../../execute/codec/encode.ts'
import { sizes } from '../../../limits.ts'
import { LayeredNumbers } from '../known.ts'
import { contentsOf, putContents } from './contents.ts'

/** What the state of a loop is read and written with. */
export interface StateSetting {
  readonly classes: ClassTable
  /** Objects that are there in every run and stay as they are, and their places in this list. */
  readonly given: readonly object[]
  readonly numbers: ReadonlyMap<object, number>
}

interface Kept {
  readonly rebound: readonly unknown[]
  readonly contents: readonly unknown[]
}

export class Origins {
  readonly #setting: StateSetting
  readonly #numbers: LayeredNumbers
  readonly #objects: readonly object[]

  /**
   * @param rebound values of the variables that the loop may bind anew
   * @param fixed values of those that it only reads
   * @param bytesMax how much may be looked through
   * @throws ShoalError SHOAL_VALUE_UNSUPPORTED, SHOAL_VALUE_TOO_LARGE when the state is no plain data
   */
  constructor(
    setting: StateSetting,
    rebound: readonly unknown[],
    fixed: readonly unknown[],
    bytesMax: number = sizes.checkpointBytesMax,
  ) {
    this.#setting = setting
    this.#numbers = new LayeredNumbers(setting.numbers)
    const carried = fixed.map((value) => (isOfEngine(value) ? null : value))
    const roots = [rebound, carried]
    this.#encode(roots, this.#numbers, bytesMax)
    const own = new Set<object>([roots, rebound, carried])
    this.#objects = this.#numbers.added().filter((object) => !own.has(object))
  }

  /** @throws as the constructor */
  save(rebound: readonly unknown[]): Uint8Array {
    const kept: Kept = { rebound, contents: this.#objects.map(contentsOf) }
    return this.#encode(kept, new LayeredNumbers(this.#numbers))
  }

  /** Puts the contents back. @returns the values of the variables that are bound anew */
  restore(state: Uint8Array): readonly unknown[] {
    const { classes, given } = this.#setting
    const known = [...given, ...this.#numbers.added()]
    const { rebound, contents } = decode(state, { classes, known }) as Kept
    for (const [index, object] of this.#objects.entries()) putContents(object, contents[index])
    return rebound
  }

  #encode(value: unknown, known: Map<object, number>, bytesMax: number = sizes.checkpointBytesMax): Uint8Array {
    return encode(value, { known, classes: this.#setting.classes, bytesMax })
  }
}

const sourceOf = Function.prototype.toString

/** `Math.sqrt` under another name: the same everywhere, and without a memory of its own. What `bind` makes has one. */
function isOfEngine(value: unknown): boolean {
  if (typeof value !== 'function') return false
  return /\{\s*\[native code\]\s*\}$/.test(sourceOf.call(value)) && !value.name.startsWith('bound ')
}
