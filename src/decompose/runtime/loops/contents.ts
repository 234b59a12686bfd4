/** What an object holds, apart from the object: read into plain values, and put back into the same object. */
import { types } from 'node:util'
import type { TypedArray } from '../../../execute/codec/typed-arrays.ts'

/**
 * The contents of an object that the codec carries, as a value that the codec carries; references in it stay as they are.
 * Null for views, whose memory is an object of its own.
 */
export function contentsOf(object: object): unknown {
  if (Array.isArray(object)) return object.slice()
  if (types.isMap(object)) return new Map(object)
  if (types.isSet(object)) return new Set(object)
  if (types.isDate(object)) return object.getTime()
  if (types.isRegExp(object)) return object.lastIndex
  if (types.isArrayBuffer(object)) return object.slice(0)
  if (ArrayBuffer.isView(object)) return null
  const names = types.isNativeError(object) ? Object.getOwnPropertyNames(object) : Object.keys(object)
  return names.map((name) => [name, (object as Record<string, unknown>)[name]])
}

/** Gives an object the contents that another of its kind, or itself, had. What holds them already stays untouched. */
export function putContents(object: object, contents: unknown): void {
  if (Array.isArray(object)) putElements(object, contents as unknown[])
  else if (types.isMap(object)) putEntries(object, contents as Map<unknown, unknown>)
  else if (types.isSet(object)) putMembers(object, contents as Set<unknown>)
  else if (types.isDate(object)) object.setTime(contents as number)
  else if (types.isRegExp(object)) object.lastIndex = contents as number
  else if (types.isArrayBuffer(object)) new Uint8Array(object).set(new Uint8Array(contents as ArrayBuffer))
  else if (!ArrayBuffer.isView(object)) putProperties(object, contents as [string, unknown][])
}

function putElements(array: unknown[], elements: readonly unknown[]): void {
  array.length = elements.length
  for (let index = 0; index < elements.length; index++) {
    if (index in elements) array[index] = elements[index]
    else delete array[index]
  }
}

/** Entries that were there before keep their places, so that whoever walks through the map goes on where it is. */
function putEntries(map: Map<unknown, unknown>, entries: ReadonlyMap<unknown, unknown>): void {
  arrange(map, [...map.keys()], [...entries.keys()])
  for (const [key, value] of entries) map.set(key, value)
}

function putMembers(set: Set<unknown>, members: ReadonlySet<unknown>): void {
  arrange(set, [...set], [...members])
  for (const member of members) set.add(member)
}

/** Takes out the keys that are gone, and those that come again later: they were taken out and put in anew. */
function arrange(
  keyed: { delete(key: unknown): unknown },
  before: readonly unknown[],
  after: readonly unknown[],
): void {
  const places = new Map(before.map((key, place) => [key, place]))
  const stays = new Set<unknown>()
  let last = -1
  for (const key of after) {
    const place = places.get(key)
    if (place === undefined || place < last) break
    last = place
    stays.add(key)
  }
  for (const key of before) if (!stays.has(key)) keyed.delete(key)
}

function putProperties(object: object, properties: readonly [string, unknown][]): void {
  const own = object as Record<string, unknown>
  const names = types.isNativeError(object) ? Object.getOwnPropertyNames(object) : Object.keys(object)
  const isArranged = names.length === properties.length && properties.every(([name], at) => names[at] === name)
  if (!isArranged && !types.isNativeError(object)) for (const name of names) delete own[name]
  for (const [name, value] of properties) {
    if (Object.hasOwn(own, name)) {
      if (!Object.is(own[name], value)) own[name] = value
    } else Object.defineProperty(own, name, { value, writable: true, enumerable: true, configurable: true })
  }
}

/** A list whose iterator is nothing but a position in it. */
export function isList(value: unknown): value is unknown[] | TypedArray {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !types.isDataView(value))
}
