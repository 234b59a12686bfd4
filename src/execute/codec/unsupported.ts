/** Names what cannot be encoded: builtins with hidden state, and plain-looking objects that are not plain. */
import { types } from 'node:util'
import type { Objection } from './properties.ts'

/** The objection to an object with hidden state that is no plain data whatever its prototype; null for plain ones. */
export function objectionToHiddenState(object: object): Objection | null {
  if (types.isSharedArrayBuffer(object)) return { reason: 'shared-memory' }
  const unsupported = unsupportedName(object)
  if (unsupported !== null) return { reason: 'unsupported-builtin', detail: unsupported }
  const misplaced = misplacedName(object)
  return misplaced === null ? null : { reason: 'subclassed-builtin', detail: misplaced }
}

/** Builtins that no copy can stand for. Plain calls, not a table: this runs for every object that is looked at closely. */
function unsupportedName(object: object): string | null {
  if (types.isPromise(object)) return 'Promise'
  if (types.isWeakMap(object)) return 'WeakMap'
  if (types.isWeakSet(object)) return 'WeakSet'
  if (types.isGeneratorObject(object)) return 'generator'
  if (types.isMapIterator(object)) return 'iterator of a Map'
  if (types.isSetIterator(object)) return 'iterator of a Set'
  if (types.isBoxedPrimitive(object)) return 'boxed primitive'
  if (types.isArgumentsObject(object)) return 'arguments object'
  if (types.isModuleNamespaceObject(object)) return 'module namespace'
  if (types.isExternal(object)) return 'native handle'
  return object instanceof WeakRef ? 'WeakRef' : null
}

/** Builtins that can be carried, but here have a prototype that is not theirs. */
function misplacedName(object: object): string | null {
  if (types.isMap(object)) return 'Map'
  if (types.isSet(object)) return 'Set'
  if (types.isDate(object)) return 'Date'
  if (types.isRegExp(object)) return 'RegExp'
  if (types.isNativeError(object)) return 'Error'
  if (types.isArrayBuffer(object)) return 'ArrayBuffer'
  return ArrayBuffer.isView(object) ? 'view' : null
}
