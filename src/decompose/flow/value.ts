/** What an expression may evaluate to, as far as it matters for sharding: which objects, which functions. */
import type { AnyNode } from 'acorn'
import type { Variable } from '../syntax/parse.ts'
import type { ClassNode, FunctionNode } from '../syntax/walk.ts'

/** Something that can be called: a function of the module, a class, or a pure builtin by name. */
export type Callable = FunctionNode | ClassNode | string

/**
 * An object, or a set of objects that are not told apart. `outer` ones exist before the iteration (a captured
 * variable's object, or anything reachable from it); `site` ones are made at one place inside it.
 */
export interface Thing {
  readonly kind: 'outer' | 'site'
  /** For people: the variable's name, or what the site makes. */
  readonly name: string
  readonly variable: Variable | null
  readonly site: AnyNode | null
  /** For `outer`: everything reachable from it (itself, when this is that already). */
  readonly inside: Thing | null
  readonly fields: Map<string, Value>
  /** All that is in it is known: the literal of a table of functions. */
  readonly table?: 'list' | 'record'
}

export interface Value {
  readonly things: Set<Thing>
  readonly callables: Set<Callable>
}

/** Marks the memory behind a typed array: `x.buffer` is as good as `x` for writing. */
export const MEMORY = '$memory'

/** All fields of a thing: elements of arrays, computed names. */
export const ANY_FIELD = '*'

/** Keys of a Map; and its values, which is all fields but the keys. */
export const KEY_FIELD = '$key'
export const VALUE_FIELD = '$value'

export function emptyValue(): Value {
  return { things: new Set(), callables: new Set() }
}

/** A list that was there before and that nothing changes, whichever of `all` an element is. */
export function listThing(variable: Variable, all: Value): Thing {
  const fields = new Map([[ANY_FIELD, all]])
  return { ...outerThing(variable.name, variable), inside: null, fields, table: 'list' }
}

/** An object that exists before the iteration, and what is reachable from it. */
export function outerThing(name: string, variable: Variable | null): Thing {
  const inside: Thing = { kind: 'outer', name, variable, site: null, inside: null, fields: new Map() }
  return { kind: 'outer', name, variable, site: null, inside, fields: new Map() }
}

export function siteThing(site: AnyNode): Thing {
  return { kind: 'site', name: site.type, variable: null, site, inside: null, fields: new Map() }
}

/** Adds `from` to `into`; true when something was new. */
export function addAll(into: Value, from: Value): boolean {
  const before = into.things.size + into.callables.size
  for (const thing of from.things) into.things.add(thing)
  for (const callable of from.callables) into.callables.add(callable)
  return into.things.size + into.callables.size > before
}

export function join(...values: readonly Value[]): Value {
  const joined = emptyValue()
  for (const value of values) addAll(joined, value)
  return joined
}
