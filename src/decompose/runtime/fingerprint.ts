/** Notices patched builtins: shards run where nobody has patched them. */

import { typedArrays } from '../../execute/codec/typed-arrays.ts'

/** Classes whose static members and methods user code calls. */
const CLASSES = [
  Object,
  Array,
  Map,
  Set,
  String,
  Number,
  Boolean,
  BigInt,
  RegExp,
  Promise,
  Error,
  ArrayBuffer,
  DataView,
]

/** Objects whose members user code calls without naming them. */
const WATCHED: readonly object[] = [
  ...CLASSES,
  Math,
  JSON,
  ...[...CLASSES, Date, Symbol].map((Class) => Class.prototype as object),
  Function.prototype,
  Atomics,
  Object.getPrototypeOf(Int8Array.prototype),
  Object.getPrototypeOf([][Symbol.iterator]()),
  Object.getPrototypeOf(new Map()[Symbol.iterator]()),
  Object.getPrototypeOf(new Set()[Symbol.iterator]()),
  Object.getPrototypeOf(''[Symbol.iterator]()),
  ...[...typedArrays.values()].map((Type) => Type.prototype),
]

const GLOBAL_NAMES = [
  'parseInt',
  'parseFloat',
  'isNaN',
  'isFinite',
  'structuredClone',
  'encodeURIComponent',
  'Array',
  'Map',
  'Set',
  'setTimeout',
  'SharedArrayBuffer',
  'Atomics',
]

/** What the slot itself replaces before user code runs. */
const IGNORED = new Map<object, ReadonlySet<PropertyKey>>([
  [Math, new Set(['random'])],
  [Date.prototype, new Set(['constructor'])],
])

type Picture = readonly (readonly unknown[])[]

const pristine = take()

/** True when some builtin is no longer what it was when this process started. */
export function builtinsPatched(): boolean {
  const now = take()
  return now.some((members, index) => {
    const before = pristine[index] ?? []
    return members.length !== before.length || members.some((member, i) => !Object.is(member, before[i]))
  })
}

function take(): Picture {
  const members = WATCHED.map((object) => {
    const ignored = IGNORED.get(object)
    return Reflect.ownKeys(object).flatMap((key) => {
      if (ignored?.has(key)) return []
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key)
      // A regular expression's last match (RegExp.$1) changes on its own.
      if (object === RegExp) return [key]
      return [key, descriptor?.value, descriptor?.get, descriptor?.set]
    })
  })
  return [...members, GLOBAL_NAMES.map((name) => Reflect.get(globalThis, name))]
}
