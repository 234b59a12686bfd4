/** Lists and Sets per key: each shard makes its own, whose elements are added to those that are there. */
import { isPlain, isPlainArray } from './live.ts'

/** The lists and Sets of a Map or an object. */
export function listsIn(value: unknown): unknown[] {
  return value instanceof Map ? [...value.values()] : Object.values(value as object)
}

/** Why the lists of a shard cannot be put behind those that are there, or null. */
export function objectionToGroups(value: unknown, part: unknown): string | null {
  for (const [key, list] of entriesOf(part)) {
    const kind = kindOf(list)
    if (kind === null) return 'a group is no plain array'
    const held = value instanceof Map ? value.get(key) : Reflect.get(value as object, key as string)
    const isThere = value instanceof Map ? value.has(key) : Object.hasOwn(value as object, key as string)
    // What prototypes have is there for some forms, and not for others.
    if (!isThere && held !== undefined) return 'a key is one of its prototype'
    if (isThere && (kindOf(held) !== kind || !Object.isExtensible(held) || Object.hasOwn(held as object, kind)))
      return 'a group is no plain array'
  }
  return null
}

export function mergeGroups(value: unknown, part: unknown): void {
  for (const [key, list] of entriesOf(part)) {
    const held = value instanceof Map ? value.get(key) : Reflect.get(value as object, key as string)
    if (Array.isArray(held)) for (const entry of list as unknown[]) held.push(entry)
    else if (held instanceof Set) for (const entry of list as Set<unknown>) held.add(entry)
    else if (value instanceof Map) value.set(key, list)
    else Reflect.set(value as object, key as string, list)
  }
}

/** By what a group grows: `push` of a plain array, `add` of a genuine Set. */
function kindOf(group: unknown): 'push' | 'add' | null {
  if (isPlainArray(group)) return 'push'
  return isPlain(group, Set.prototype) ? 'add' : null
}

function entriesOf(part: unknown): [unknown, unknown][] {
  return part instanceof Map ? [...part] : Object.entries(part as object)
}
