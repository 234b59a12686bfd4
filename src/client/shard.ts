/** `shard(fn)`: calls that give refs at once. In a job every call is a shard; in a plain program they run one after the other. */
import { assertFunction, LocalCalls } from '../decompose/runtime/refs/local-calls.ts'
import type { Ref } from '../decompose/runtime/refs/ref.ts'
import { MetClasses } from './met-classes.ts'

export type { Ref } from '../decompose/runtime/refs/ref.ts'

/** A value, or refs in place of it or of any of its parts. */
export type Given<T> = T | Ref<T> | (T extends object ? { readonly [Key in keyof T]: Given<T[Key]> } : never)

type AllGiven<Args extends readonly unknown[]> = { readonly [At in keyof Args]: Given<Args[At]> }

const classes = new MetClasses()
const calls = new LocalCalls(() => classes)

/**
 * The function as one whose calls give a {@link Ref} at once. Refs may be awaited, or passed on, also within arrays and
 * objects: then the call waits for them, and nobody else does. Arguments are copied when the call is made; refs settle in
 * the order of their calls. The function may change nothing but its own variables and arguments.
 *
 * Within a job every call is a shard of its own and runs on any hub (dynamic task graphs as in Dask and Ray); in a plain
 * program the calls run in this process, with the same results.
 * @throws ShoalError SHOAL_VALUE_UNSUPPORTED at the call when an argument cannot travel; SHOAL_REF_UNRESOLVED when a ref is
 * used as if it were its value.
 */
export function shard<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
): (...args: AllGiven<Args>) => Ref<Awaited<Result>> {
  assertFunction(fn)
  const meeting = async (...args: Args): Promise<unknown> => {
    const result = await fn(...args)
    classes.meet(result)
    return result
  }
  Object.defineProperty(meeting, 'name', { value: fn.name })
  const sharded = calls.shard(meeting)
  return (...args) => {
    classes.meet(args)
    return sharded(...args) as Ref<Awaited<Result>>
  }
}
