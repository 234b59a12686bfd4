/** Lists per key: each shard makes its own, which are put behind those that are there. */
import { isPlainArray } from './live.ts'

/** The lists of a Map or an object. */
export function listsIn(value: unknown): unknown[] {
  return value instanceof Map ? [...value.values()] : Object.values(value as object)
}

/** Why the lists of a shard cannot be put behind those that are there, or null. */
export function objectionToGroups(value: unknown, part: unknown): string | null {
  for (const [key, list] of entriesOf(part)) {
    if (!isPlainArray(list)) return 'a group is no plain array'
    const held = value instanceof Map ? value.get(key) : Reflect.get(value as object, key as string)
    const isThere = value instanceof Map ? value.has(key) : Object.hasOwn(value as object, key as string)
    // What prototypes have is there for some forms, and not for others.
    if (!isThere && held !== undefined) return 'a key is one of its prototype'
    if (isThere && !(isPlainArray(held) && Object.isExtensible(held) && !Object.hasOwn(held, 'push')))
      return 'a group is no plain array'
  }
  return null
}

export function mergeGroups(value: unknown, part: unknown): void {
  for (const [key, list] of entriesOf(part)) {
    const held = value instanceof Map ? value.get(key) : Reflect.get(value as object, key as string)
    if (Array.isArray(held)) for (const entry of list as unknown[]) held.push(entry)
    else if (value instanceof Map) value.set(key, list)
    else Reflect.set(value as object, key as string, list)
  }
}

function entriesOf(part: unknown): [unknown, unknown][] {
  return part instanceof Map ? [...part] : Object.entries(part as object)
}
