/** Sharded calls without a swarm: one after the other in this process, with the same copies and the same order. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClassTable } from '../../../execute/codec/codec.ts'
import { decode } from '../../../execute/codec/decode.ts'
import { encode } from '../../../execute/codec/encode.ts'
import { encodeOutcome, thrownFrom } from '../../../execute/codec/outcome.ts'
import { Call, CallOrder } from './call.ts'
import { callOf, type Ref, refOf } from './ref.ts'

type AnyFunction = (...args: never[]) => unknown

/** Calls made within a call have an order of their own: their caller waits for them. */
const around = new AsyncLocalStorage<CallOrder>()

export class LocalCalls {
  readonly #classes: () => ClassTable
  readonly #order = new CallOrder(() => undefined)

  /** @param classes of the module, whose instances may be arguments and results. */
  constructor(classes: () => ClassTable) {
    this.#classes = classes
  }

  /** The function as one whose calls give refs. */
  shard(fn: AnyFunction): (...args: unknown[]) => Ref<unknown> {
    assertFunction(fn)
    return (...args) => {
      const call = makeCall(fn, args, this.#classes())
      const order = orderAround() ?? this.#order
      order.add(call, () => runHere(call, fn, this.#classes()))
      return refOf(call)
    }
  }
}

/** The order of calls made within a call that runs in this process; null outside of such. */
export function orderAround(): CallOrder | null {
  return around.getStore() ?? null
}

/** @throws TypeError for anything that cannot be called. */
export function assertFunction(fn: unknown): void {
  if (typeof fn !== 'function') throw new TypeError(`shard() takes a function, not ${typeof fn}`)
}

/** @throws ShoalError SHOAL_VALUE_UNSUPPORTED when an argument cannot travel. */
export function makeCall(fn: AnyFunction, args: readonly unknown[], classes: ClassTable): Call {
  const parents: Call[] = []
  const bytes = encode(args, {
    classes,
    parents(standIn) {
      const parent = callOf(standIn)
      if (parent === null) return null
      const number = parents.indexOf(parent)
      return number < 0 ? parents.push(parent) - 1 : number
    },
  })
  return new Call(fn.name || 'function', bytes, parents, classes)
}

/** Runs a call whose parents have settled in this process. */
export async function runHere(call: Call, fn: AnyFunction, classes: ClassTable): Promise<Uint8Array> {
  const filled = call.filledArgs()
  if ('failed' in filled) return filled.failed
  return outcomeOf(fn, filled.args, classes)
}

/** Calls a function with refs of its own; what it throws is an outcome too. */
export async function outcomeOf(fn: AnyFunction, args: readonly unknown[], classes: ClassTable): Promise<Uint8Array> {
  try {
    const value = await around.run(new CallOrder(() => undefined), () => fn(...(args as never[])))
    return encodeOutcome({ kind: 'value', value: await withoutRefs(value, classes) }, { classes })
  } catch (thrown) {
    return encodeOutcome({ kind: 'error', error: thrownFrom(thrown, -1) })
  }
}

/** The value with every ref in it replaced by what it stands for; the value itself when there is none. */
export async function withoutRefs(value: unknown, classes: ClassTable): Promise<unknown> {
  const parents: Call[] = []
  const find = (standIn: object): number | null => {
    const parent = callOf(standIn)
    return parent === null ? null : parents.push(parent) - 1
  }
  if (typeof value !== 'object' || value === null) return value
  const bytes = encode(value, { classes, parents: find })
  if (parents.length === 0) return value
  const values: unknown[] = []
  for (const parent of parents) values.push(await parent.value())
  return decode(bytes, { classes, parents: values })
}
