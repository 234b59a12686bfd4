/** Looks at own properties without touching a value: what is not plain data is named. */
import { types } from 'node:util'
import type { RefusalReason } from './refusal.ts'

/** What stands against carrying an object: the reason, and the key it lies at where there is one. */
export interface Objection {
  readonly reason: RefusalReason
  readonly key?: string | number
  readonly detail?: string
}

const descriptorOf = Object.getOwnPropertyDescriptor
const namesOf = Object.getOwnPropertyNames
const symbolsOf = Object.getOwnPropertySymbols

/** The objection to the object as such: a proxy, a closed object, symbol keys. */
export function objectionToObject(object: object): Objection | null {
  if (types.isProxy(object)) return { reason: 'proxy' }
  if (!Object.isExtensible(object)) return { reason: 'frozen' }
  if (symbolsOf(object).length > 0) return { reason: 'symbol-key', detail: String(symbolsOf(object)[0]) }
  return null
}

/** The objection to one own property; `hidden` properties (not enumerable) pass only when asked for. */
export function objectionToProperty(object: object, key: string, hiddenAllowed = false): Objection | null {
  const descriptor = descriptorOf(object, key)
  if (descriptor === undefined) return { reason: 'unusual-property', key }
  if (!('value' in descriptor)) return { reason: 'accessor', key }
  const usual = descriptor.writable && descriptor.configurable && (descriptor.enumerable || hiddenAllowed)
  return usual ? null : { reason: 'unusual-property', key }
}

/** Own keys of an object that consists of plain properties only, or the objection. */
export function plainKeys(object: object): readonly string[] | Objection {
  const objection = objectionToObject(object)
  if (objection !== null) return objection
  const names = namesOf(object)
  for (const name of names) {
    const found = objectionToProperty(object, name)
    if (found !== null) return found
  }
  return names
}

/** The objection to an array: anything beside elements that are plain properties. Holes pass. */
export function objectionToArray(array: readonly unknown[]): Objection | null {
  const objection = objectionToObject(array)
  if (objection !== null) return objection
  if (Object.getPrototypeOf(array) !== Array.prototype) return { reason: 'subclassed-builtin' }
  const names = namesOf(array)
  if (names.at(-1) !== 'length') return { reason: 'extra-property', key: names.at(-1) ?? '' }
  if (!descriptorOf(array, 'length')?.writable) return { reason: 'unusual-property', key: 'length' }
  for (let at = 0; at < names.length - 1; at++) {
    const found = objectionToProperty(array, names[at] ?? '')
    if (found !== null) return { ...found, key: Number(names[at]) }
  }
  return null
}

/** The objection to a builtin object that must have no own properties, except `allowed` ones. */
export function objectionToExtras(object: object, allowed: readonly string[] = []): Objection | null {
  const objection = objectionToObject(object)
  if (objection !== null) return objection
  const extra = namesOf(object).find((name) => !allowed.includes(name))
  return extra === undefined ? null : { reason: 'extra-property', key: extra }
}
