/** What can be iterated over as a list without anybody noticing. */
import { typedKind } from '../../execute/codec/typed-arrays.ts'
import { isPlainArray } from './live.ts'

/** Number of items, as far as that can be told at a glance; endless otherwise. */
export function sizeOf(iterable: unknown): number {
  if (Array.isArray(iterable)) return iterable.length
  if (iterable instanceof Map || iterable instanceof Set) return iterable.size
  return Number.POSITIVE_INFINITY
}

/** The items of a genuine array, typed array, Map or Set; null for everything else. */
export function listOf(iterable: unknown): unknown[] | null {
  if (isPlainArray(iterable) && !Object.hasOwn(iterable, Symbol.iterator)) return iterable
  if (typedKind(iterable) !== null && !Object.hasOwn(iterable as object, Symbol.iterator)) {
    return iterable as unknown as unknown[]
  }
  const genuine =
    (iterable instanceof Map && Object.getPrototypeOf(iterable) === Map.prototype) ||
    (iterable instanceof Set && Object.getPrototypeOf(iterable) === Set.prototype)
  return genuine && Reflect.ownKeys(iterable).length === 0 ? [...iterable] : null
}

/** Captured before user code can replace them. */
const iteratorPrototypes: ReadonlySet<unknown> = new Set(
  [[].values(), new Map().values(), new Set().values()].map((iterator) => Object.getPrototypeOf(iterator)),
)

/** What is left of a genuine iterator over a genuine list, which nothing changes meanwhile; null for every other. */
export function steppedList(iterator: unknown, source: unknown): unknown[] | null {
  if (typeof iterator !== 'object' || iterator === null || listOf(source) === null) return null
  const genuine = iteratorPrototypes.has(Object.getPrototypeOf(iterator)) && Reflect.ownKeys(iterator).length === 0
  return genuine ? [...(iterator as Iterable<unknown>)] : null
}
