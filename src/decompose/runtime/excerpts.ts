/** Objects of which shards get the properties that they read, and nothing else. */
import { types } from 'node:util'
import type { ExcerptMeta } from '../codegen/meta.ts'

/** What travels in place of some captured objects. */
export interface Excerpts {
  /** Objects that are read, and do not travel as themselves. */
  readonly met: readonly object[]
  /** What holds the property at the end of a path, as in `input.xs`; undefined where something around it travels as a whole. */
  holderOf(path: string): Record<string, unknown> | undefined
}

/** Puts excerpts in the place of captured objects, where reading their properties does nothing else. */
export function takeExcerpts(metas: readonly ExcerptMeta[], captures: Record<string, unknown>): Excerpts {
  const met: object[] = []
  const holders = new Map<string, Record<string, unknown>>()
  for (const { name, paths } of metas) {
    const taken = take(captures[name], paths, name)
    if (taken === null) continue
    captures[name] = taken.holder
    met.push(...taken.met)
    for (const [path, holder] of taken.ends) holders.set(path, holder)
  }
  return { met, holderOf: (path) => holders.get(path) }
}

/** Some properties of an object. */
interface Taken {
  readonly holder: Record<string, unknown>
  readonly met: object[]
  readonly ends: [path: string, holder: Record<string, unknown>][]
}

/** Null where the value has to travel as a whole. */
export function take(value: unknown, paths: ExcerptMeta['paths'], at = ''): Taken | null {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return null
  const taken: Taken = { holder: {}, met: [value], ends: [] }
  for (const [name, rest] of byFirst(paths)) {
    const held = Object.getOwnPropertyDescriptor(value, name)
    if (held === undefined ? !isSurelyAbsent(value, name) : !('value' in held)) return null
    if (held === undefined) continue
    const path = `${at}.${name}`
    const inner = rest.length === 0 ? null : take(held.value, rest, path)
    taken.holder[name] = inner === null ? held.value : inner.holder
    if (rest.length === 0) taken.ends.push([path, taken.holder])
    taken.met.push(...(inner?.met ?? []))
    taken.ends.push(...(inner?.ends ?? []))
  }
  return taken
}

/** Captured values with lists put in: by name, or at the end of a path, where what leads there is the shard's own. */
export function withLists(
  captures: Readonly<Record<string, unknown>>,
  lists: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const state: Record<string, unknown> = { ...captures }
  for (const [path, list] of Object.entries(lists)) {
    const names = path.split('.')
    const last = names.pop() ?? path
    let holder = state
    for (const name of names) {
      const own = { ...(holder[name] as object) }
      holder[name] = own
      holder = own as Record<string, unknown>
    }
    holder[last] = list
  }
  return state
}

/** Paths by their first name, without it. */
function byFirst(paths: ExcerptMeta['paths']): Map<string, string[][]> {
  const groups = new Map<string, string[][]>()
  for (const [first = '', ...rest] of paths) {
    const group = groups.get(first) ?? []
    if (rest.length > 0) group.push(rest)
    groups.set(first, group)
  }
  return groups
}

/** Objects of classes may have it from their class. */
function isSurelyAbsent(value: object, name: string): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || (prototype === Object.prototype && !(name in Object.prototype))
}
