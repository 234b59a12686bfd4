/** Refs: what a sharded call gives at once. They are awaited or passed on; anything else throws. */
import { ShoalError } from '../../../errors.ts'
import type { Call } from './call.ts'

/** The value of a sharded call that may not be there yet. */
export interface Ref<T> {
  readonly then: PromiseLike<T>['then']
  readonly catch: Promise<T>['catch']
  readonly finally: Promise<T>['finally']
}

const calls = new WeakMap<object, Call>()

/** The ref of a call. */
export function refOf(call: Call): Ref<unknown> {
  // The target is what consoles show; user code never reaches it.
  const ref = new Proxy({ ref: call.name }, handler)
  calls.set(ref, call)
  return ref as unknown as Ref<unknown>
}

/** The call behind a ref; null for everything else. */
export function callOf(value: object): Call | null {
  return calls.get(value) ?? null
}

const promiseMethods: ReadonlySet<PropertyKey> = new Set(['then', 'catch', 'finally'])

const refuse = (what: string) => (): never => {
  throw misused(what)
}

const handler: ProxyHandler<{ ref: string }> = {
  get(_target, key, ref) {
    const call = callOf(ref)
    if (call === null || !promiseMethods.has(key)) throw misused(typeof key === 'symbol' ? nameOf(key) : `.${key}`)
    const value = call.value()
    return Reflect.get(value, key).bind(value)
  },
  set: refuse('setting a property'),
  has: refuse('the operator in'),
  ownKeys: refuse('listing its keys'),
  deleteProperty: refuse('deleting a property'),
  defineProperty: refuse('defining a property'),
  getOwnPropertyDescriptor: refuse('looking for a property of its own'),
  getPrototypeOf: refuse('asking for its class'),
  setPrototypeOf: refuse('changing its class'),
  preventExtensions: refuse('freezing it'),
  isExtensible: refuse('asking whether it is frozen'),
}

function nameOf(key: symbol): string {
  if (key === Symbol.toPrimitive) return 'using it as a number or text'
  return key === Symbol.iterator || key === Symbol.asyncIterator ? 'iterating over it' : String(key)
}

function misused(what: string): ShoalError {
  return new ShoalError('SHOAL_REF_UNRESOLVED', `a ref is no value yet: ${what} does not work on it`, {
    next: 'await it first, or pass it as it is to another sharded function',
  })
}
