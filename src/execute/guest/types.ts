/** Stands in for `node:util` in an isolate: tells builtin objects apart by their brands, which nobody can fake. */

// Captured before user code can replace any of it.
const { apply, getPrototypeOf, ownKeys } = Reflect
const { isError } = Error as unknown as { isError?: (value: unknown) => boolean }
const toText = Object.prototype.toString
const { toStringTag } = Symbol

type Getter = (this: unknown) => unknown

function getter(owner: object, name: PropertyKey): Getter {
  const found = Object.getOwnPropertyDescriptor(owner, name)?.get
  if (found === undefined) throw new Error(`assertion failed: ${String(name)} is an accessor`)
  return found
}

/** True where the builtin accepts the object as its own. */
function accepts(method: (this: never, ...args: never[]) => unknown, ...args: unknown[]): (value: unknown) => boolean {
  return (value) => {
    try {
      apply(method, value as object, args)
      return true
    } catch {
      return false // a TypeError: it is none of that kind
    }
  }
}

const proxies = new WeakSet<object>()
watchProxies()

/** Proxies cannot be told from outside, so all that are made here are remembered. */
function watchProxies(): void {
  const Real = Proxy
  const remember = (proxy: object): object => {
    proxies.add(proxy)
    return proxy
  }
  const Watched = function (this: unknown, target: object, handler: ProxyHandler<object>): object {
    if (new.target === undefined) throw new TypeError("Constructor Proxy requires 'new'")
    return remember(new Real(target, handler))
  }
  const revocable = (target: object, handler: ProxyHandler<object>) => {
    const made = Real.revocable(target, handler)
    remember(made.proxy)
    return made
  }
  Object.defineProperty(Watched, 'name', { value: 'Proxy', configurable: true })
  Object.defineProperty(Watched, 'prototype', { value: undefined, writable: false })
  Object.defineProperty(Watched, 'revocable', { value: revocable, writable: true, configurable: true })
  Object.defineProperty(globalThis, 'Proxy', { value: Watched, writable: true, configurable: true })
}

const shared = typeof SharedArrayBuffer === 'function' ? SharedArrayBuffer.prototype : null
const GeneratorPrototype = generatorPrototype(function* () {
  yield 0
})
const AsyncGeneratorPrototype = generatorPrototype(async function* () {
  yield 0
})
const boxes: readonly ((this: never) => unknown)[] = [
  Number.prototype.valueOf,
  String.prototype.valueOf,
  Boolean.prototype.valueOf,
  Symbol.prototype.valueOf,
  BigInt.prototype.valueOf,
]
const boxTests = boxes.map((unbox) => accepts(unbox))
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null

/** The kind that the engine itself would name, for objects that carry no name of their own. */
function named(value: unknown, kind: string): boolean {
  return isObject(value) && !(toStringTag in value) && apply(toText, value, []) === `[object ${kind}]`
}

function inherits(value: unknown, prototype: object): boolean {
  for (let at = isObject(value) ? getPrototypeOf(value) : null; at !== null; at = getPrototypeOf(at)) {
    if (at === prototype) return true
  }
  return false
}

const isMap = accepts(getter(Map.prototype, 'size'))
const isSet = accepts(getter(Set.prototype, 'size'))
const isArrayBuffer = accepts(getter(ArrayBuffer.prototype, 'byteLength'))
const isSharedArrayBuffer = shared === null ? () => false : accepts(getter(shared, 'byteLength'))
const isDate = accepts(Date.prototype.getTime)
const isRegExp = accepts(
  RegExp.prototype.exec === undefined ? RegExp.prototype.toString : getter(RegExp.prototype, 'hasIndices'),
)
const isPromise = (value: unknown): boolean => inherits(value, Promise.prototype)
const isWeakMap = accepts(WeakMap.prototype.has, {})
const isWeakSet = accepts(WeakSet.prototype.has, {})
const isDataView = accepts(getter(DataView.prototype, 'byteLength'))
const hidden = hiddenPrototypes()
const mapIterator = getPrototypeOf(new Map()[Symbol.iterator]()) as object
const setIterator = getPrototypeOf(new Set()[Symbol.iterator]()) as object

export const types = {
  isProxy: (value: unknown): boolean =>
    isObject(value) || typeof value === 'function' ? proxies.has(value as object) : false,
  isNativeError: (value: unknown): boolean => isError?.(value) ?? named(value, 'Error'),
  isMap: (value: unknown): boolean => isObject(value) && isMap(value),
  isSet: (value: unknown): boolean => isObject(value) && isSet(value),
  isDate: (value: unknown): boolean => isObject(value) && isDate(value),
  isRegExp: (value: unknown): boolean => isObject(value) && value !== RegExp.prototype && isRegExp(value),
  isArrayBuffer: (value: unknown): boolean => isObject(value) && isArrayBuffer(value),
  isSharedArrayBuffer: (value: unknown): boolean => isObject(value) && isSharedArrayBuffer(value),
  isDataView: (value: unknown): boolean => isObject(value) && isDataView(value),
  isPromise,
  isWeakMap: (value: unknown): boolean => isObject(value) && isWeakMap(value),
  isWeakSet: (value: unknown): boolean => isObject(value) && isWeakSet(value),
  isGeneratorObject: (value: unknown): boolean =>
    inherits(value, GeneratorPrototype) || inherits(value, AsyncGeneratorPrototype),
  isMapIterator: (value: unknown): boolean => isObject(value) && getPrototypeOf(value) === mapIterator,
  isSetIterator: (value: unknown): boolean => isObject(value) && getPrototypeOf(value) === setIterator,
  isBoxedPrimitive: (value: unknown): boolean => isObject(value) && boxTests.some((test) => test(value)),
  isArgumentsObject: (value: unknown): boolean => named(value, 'Arguments'),
  isModuleNamespaceObject: (value: unknown): boolean =>
    isObject(value) &&
    getPrototypeOf(value) === null &&
    ownKeys(value).includes(toStringTag) &&
    apply(toText, value, []) === '[object Module]',
  isExternal: (): boolean => false,
  /** Builtins whose state nobody sees, and that no structured clone can be made of: not in `node:util`. */
  isHidden: (value: unknown): boolean => hidden.some((prototype) => inherits(value, prototype)),
}

/** Of iterators, weak references, and all that `Intl` and `WebAssembly` make. */
function hiddenPrototypes(): object[] {
  const made: object[] = [[].values(), ''[Symbol.iterator](), new Map().keys(), new Set().keys(), ''.matchAll(/a/g)]
  const { map } = [].values() as { map?: (each: unknown) => object }
  if (map !== undefined) made.push(apply(map, [].values(), [() => 0]))
  const classes: unknown[] = [WeakRef, FinalizationRegistry]
  for (const name of ['Intl', 'WebAssembly']) {
    const space: unknown = Reflect.get(globalThis, name)
    if (isObject(space)) classes.push(...ownKeys(space).map((key) => Reflect.get(space, key)))
  }
  const own = classes.flatMap((each) =>
    typeof each === 'function' && isObject(each.prototype) ? [each.prototype] : [],
  )
  return [...made.map((each) => getPrototypeOf(each) ?? Object.prototype), ...own]
}

/** What all objects of these generators inherit from. */
function generatorPrototype(make: () => object): object {
  const own = getPrototypeOf(make())
  return (own === null ? null : getPrototypeOf(own)) ?? Object.prototype
}
