/** What the language's own functions do to what they are given. Whatever is not listed here is unknown. */

/** What a builtin method gives back: nothing that holds objects, its receiver, one of its elements, or a new container. */
export type Gives = 'primitive' | 'receiver' | 'element' | 'fresh'

export interface MethodEffect {
  readonly gives: Gives
  /** Changes its receiver. */
  readonly mutates: boolean
  /** Puts its arguments into the receiver or the result. */
  readonly stores: boolean
  /** Calls functions among its arguments with elements of the receiver. */
  readonly calls: boolean
}

/** Effects of builtin methods by name, whatever the receiver: the union over all builtin classes that have the name. */
export const builtinMethods: ReadonlyMap<string, MethodEffect> = new Map([
  ...methods('primitive', '', [
    ...['indexOf', 'lastIndexOf', 'includes', 'join', 'charCodeAt', 'charAt', 'codePointAt', 'startsWith', 'endsWith'],
    ...['padStart', 'padEnd', 'repeat', 'substring', 'substr', 'toLowerCase', 'toUpperCase', 'trim', 'trimStart'],
    ...['trimEnd', 'normalize', 'isWellFormed', 'toWellFormed', 'search', 'toFixed', 'toPrecision', 'toExponential'],
    ...['has', 'getTime', 'toISOString', 'getUTCFullYear', 'getUTCMonth', 'getUTCDate', 'getUTCDay', 'getUTCHours'],
    ...['getUTCMinutes', 'getUTCSeconds', 'getUTCMilliseconds', 'hasOwnProperty', 'isPrototypeOf', 'toJSON'],
    ...['propertyIsEnumerable', 'decode', 'isSubsetOf', 'isSupersetOf', 'isDisjointFrom', 'toString', 'valueOf'],
    ...['getInt8', 'getUint8', 'getInt16', 'getUint16', 'getInt32', 'getUint32', 'getFloat32', 'getFloat64'],
    ...['getBigInt64', 'getBigUint64', 'readUInt8', 'readInt32LE', 'readUInt32LE', 'readUInt16LE', 'equals'],
  ]),
  ...methods('primitive', 'calls', ['some', 'every', 'findIndex', 'findLastIndex', 'forEach']),
  ...methods('primitive', 'mutates', ['test', 'clear', 'delete', 'setTime', 'setUTCHours', 'setUTCDate', 'digest']),
  ...methods('primitive', 'mutates', ['setUTCFullYear', 'setUTCMonth', 'setUTCMinutes', 'setUTCSeconds']),
  ...methods('primitive', 'mutates', [
    'setUTCMilliseconds',
    'setInt8',
    'setUint8',
    'setInt16',
    'setUint16',
    'setInt32',
  ]),
  ...methods('primitive', 'mutates', ['setUint32', 'setFloat32', 'setFloat64', 'setBigInt64', 'setBigUint64']),
  ...methods('primitive', 'mutates stores', ['push', 'unshift']),
  ...methods('element', '', ['at', 'get']),
  ...methods('element', 'calls', ['find', 'findLast', 'reduce', 'reduceRight']),
  ...methods('element', 'mutates', ['pop', 'shift', 'next']),
  ...methods('receiver', 'mutates stores', ['set', 'add', 'fill']),
  ...methods('receiver', 'mutates calls', ['sort']),
  ...methods('receiver', 'mutates', ['reverse', 'copyWithin', 'update']),
  ...methods('receiver', '', ['subarray']),
  ...methods('fresh', '', ['slice', 'flat', 'toReversed', 'split', 'matchAll', 'keys', 'values', 'entries']),
  ...methods('fresh', 'stores', ['concat', 'toSpliced', 'with', 'union', 'intersection', 'difference']),
  ...methods('fresh', 'stores', ['symmetricDifference']),
  ...methods('fresh', 'calls', ['map', 'filter', 'flatMap', 'toSorted', 'replace', 'replaceAll']),
  ...methods('fresh', 'mutates', ['exec']),
  ...methods('fresh', 'mutates stores', ['splice']),
  ...methods('fresh', '', ['match', 'encode']),
])

/** Methods whose answer depends on the machine's locale or time zone. */
export const localeMethods: ReadonlySet<string> = new Set([
  ...['localeCompare', 'toLocaleString', 'toLocaleDateString', 'toLocaleTimeString', 'toLocaleUpperCase'],
  ...['toLocaleLowerCase', 'getFullYear', 'getMonth', 'getDate', 'getDay', 'getHours', 'getMinutes', 'getSeconds'],
  ...['getTimezoneOffset', 'getMilliseconds', 'toDateString', 'toTimeString', 'setHours', 'setDate', 'setMonth'],
  ...['setFullYear', 'setMinutes', 'setSeconds', 'setMilliseconds'],
])

/** Globals that may be called: they read their arguments and give a primitive. `structuredClone` with options may take memory away. */
export const pureGlobals: ReadonlySet<string> = new Set([
  ...['parseInt', 'parseFloat', 'Number', 'String', 'Boolean', 'BigInt', 'isNaN', 'isFinite'],
  ...['encodeURIComponent', 'decodeURIComponent', 'encodeURI', 'decodeURI', 'btoa', 'atob'],
])

/** Globals that are values only. */
export const globalValues: ReadonlySet<string> = new Set(['undefined', 'NaN', 'Infinity'])

/** Classes that may be constructed. `view` ones share the memory of a buffer they are given. */
export const pureClasses: ReadonlyMap<string, 'container' | 'view'> = new Map<string, 'container' | 'view'>([
  ...names('container', ['Array', 'Map', 'Set', 'Object', 'RegExp', 'ArrayBuffer', 'String', 'Number', 'Boolean']),
  ...names('container', ['SharedArrayBuffer']),
  ...names('container', ['Date', 'Error', 'TypeError', 'RangeError', 'SyntaxError', 'EvalError', 'URIError']),
  ...names('container', ['ReferenceError', 'AggregateError', 'TextEncoder', 'TextDecoder', 'URL', 'URLSearchParams']),
  ...names('view', ['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Uint16Array', 'Int32Array']),
  ...names('view', ['Uint32Array', 'Float32Array', 'Float64Array', 'BigInt64Array', 'BigUint64Array', 'DataView']),
])

/** Static functions, `Object.name`: what they give; `calls` and `stores` as for methods, `mutates` = their first argument. */
export const staticFunctions: ReadonlyMap<string, MethodEffect> = new Map([
  ...mathNames().map((name) => [`Math.${name}`, effect('primitive', '')] as const),
  ...methods('primitive', '', [
    ...['Number.isInteger', 'Number.isSafeInteger', 'Number.isFinite', 'Number.isNaN', 'Number.parseFloat'],
    ...['Number.parseInt', 'String.fromCharCode', 'String.fromCodePoint', 'String.raw', 'Array.isArray', 'Date.UTC'],
    ...['Object.is', 'Object.hasOwn', 'JSON.stringify', 'Date.parse'],
    ...['BigInt.asIntN', 'BigInt.asUintN', 'ArrayBuffer.isView', 'Object.isFrozen', 'Buffer.byteLength'],
  ]),
  ...methods('fresh', '', [
    'Object.keys',
    'Object.getOwnPropertyNames',
    'Object.values',
    'Object.entries',
    'JSON.parse',
    'Object.fromEntries',
    'Buffer.alloc',
  ]),
  ...methods('fresh', 'stores', ['Array.of', 'Promise.all', 'Promise.allSettled', 'Promise.resolve', 'Buffer.concat']),
  ...methods('fresh', 'stores calls', ['Array.from']),
  ...typedNames().flatMap((name) => [
    ...methods('fresh', 'calls', [`${name}.from`]),
    ...methods('fresh', '', [`${name}.of`]),
  ]),
  ...methods('fresh', 'calls', ['Object.groupBy', 'Map.groupBy']),
  ...methods('receiver', 'mutates stores', ['Object.assign', 'Object.freeze', 'Object.seal']),
])

/** Imports whose functions are pure: `source` without `node:` and name. `fresh` results may be changed freely. */
export const pureImports: ReadonlySet<string> = new Set([
  ...['crypto.createHash', 'crypto.createHmac', 'crypto.hash', 'crypto.pbkdf2Sync', 'crypto.scryptSync'],
  ...['crypto.timingSafeEqual', 'zlib.gzipSync', 'zlib.gunzipSync', 'zlib.deflateSync', 'zlib.inflateSync'],
  ...['zlib.deflateRawSync', 'zlib.inflateRawSync', 'zlib.crc32', 'util.isDeepStrictEqual'],
  ...['path.basename', 'path.dirname', 'path.extname', 'path.join', 'path.normalize'],
])

function effect(gives: Gives, flags: string): MethodEffect {
  return {
    gives,
    mutates: flags.includes('mutates'),
    stores: flags.includes('stores'),
    calls: flags.includes('calls'),
  }
}

function methods(gives: Gives, flags: string, list: readonly string[]): [string, MethodEffect][] {
  return list.map((name) => [name, effect(gives, flags)])
}

function names<T extends string>(value: T, list: readonly string[]): [string, T][] {
  return list.map((name) => [name, value])
}

/** Every function of Math but `random`. */
function mathNames(): string[] {
  return Object.getOwnPropertyNames(Math).filter((name) => name !== 'random')
}

function typedNames(): string[] {
  return [...pureClasses.keys()].filter(isTypedArray)
}

/** True for the name of a class of typed arrays. */
export function isTypedArray(name: string): boolean {
  return pureClasses.get(name) === 'view' && name !== 'DataView'
}
