/** Names what cannot be encoded: builtins with hidden state, and plain-looking objects that are not plain. */
import { types } from 'node:util'
import type { Objection } from './properties.ts'

const tests: readonly (readonly [string, (value: object) => boolean])[] = [
  ['Promise', types.isPromise],
  ['WeakMap', types.isWeakMap],
  ['WeakSet', types.isWeakSet],
  ['WeakRef', (value) => value instanceof WeakRef],
  ['generator', types.isGeneratorObject],
  ['iterator of a Map', types.isMapIterator],
  ['iterator of a Set', types.isSetIterator],
  ['boxed primitive', types.isBoxedPrimitive],
  ['arguments object', types.isArgumentsObject],
  ['module namespace', types.isModuleNamespaceObject],
  ['native handle', types.isExternal],
  ['key object', types.isKeyObject],
]

const misplaced: readonly (readonly [string, (value: object) => boolean])[] = [
  ['Map', types.isMap],
  ['Set', types.isSet],
  ['Date', types.isDate],
  ['RegExp', types.isRegExp],
  ['Error', types.isNativeError],
  ['ArrayBuffer', types.isArrayBuffer],
  ['view', ArrayBuffer.isView],
  ['Array', Array.isArray],
]

/** The objection to an object with hidden state that is no plain data whatever its prototype; null for plain ones. */
export function objectionToHiddenState(object: object): Objection | null {
  if (types.isSharedArrayBuffer(object)) return { reason: 'shared-memory' }
  const name = tests.find(([, test]) => test(object))?.[0]
  if (name !== undefined) return { reason: 'unsupported-builtin', detail: name }
  const builtin = misplaced.find(([, test]) => test(object))?.[0]
  return builtin === undefined ? null : { reason: 'subclassed-builtin', detail: builtin }
}
