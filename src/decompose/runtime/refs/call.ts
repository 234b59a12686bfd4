/** Calls of sharded functions, and the order in which they settle: that of the calls, wherever they run. */
import type { ClassTable, ShardPlace } from '../../../execute/codec/codec.ts'
import { decode } from '../../../execute/codec/decode.ts'
import { decodeOutcome, encodeOutcome, thrownFrom, toThrown } from '../../../execute/codec/outcome.ts'

// Captured before user code can replace it.
const later = setImmediate

/** The first byte of an encoded outcome that is a value. */
const VALUE_KIND = 0

/** One call: arguments as they were, and an outcome as bytes once it is over. */
export class Call {
  readonly name: string
  /** Where it runs as a shard; null for calls that run in this process. */
  place: ShardPlace | null = null
  #args: Uint8Array
  #parents: readonly Call[]
  readonly #classes: ClassTable
  readonly #settled = Promise.withResolvers<Uint8Array>()
  #outcome: Uint8Array | null = null
  #value: Promise<unknown> | null = null

  constructor(name: string, args: Uint8Array, parents: readonly Call[], classes: ClassTable) {
    this.name = name
    this.#args = args
    this.#parents = parents
    this.#classes = classes
  }

  /** Encoded arguments, with the calls in `parents` as stand-ins; nothing once it has settled. */
  get args(): Uint8Array {
    return this.#args
  }

  get parents(): readonly Call[] {
    return this.#parents
  }

  /** The outcome of a call that has settled. */
  get outcome(): Uint8Array {
    if (this.#outcome === null) throw new Error(`assertion failed: ${this.name} has settled`)
    return this.#outcome
  }

  /** What awaiting its ref gives: decoded once, however often it is asked for. Each use as an argument gets a copy of its own. */
  value(): Promise<unknown> {
    this.#value ??= this.#settled.promise.then((outcome) => this.#read(outcome))
    return this.#value
  }

  settle(outcome: Uint8Array): void {
    this.#outcome = outcome
    // A long chain of calls must not keep all that went before.
    this.#args = new Uint8Array()
    this.#parents = []
    this.#settled.resolve(outcome)
  }

  /** The arguments with all stand-ins replaced; or the outcome of the first parent that failed. */
  filledArgs(): { readonly args: readonly unknown[] } | { readonly failed: Uint8Array } {
    return filled(
      this.args,
      this.parents.map((parent) => parent.outcome),
      this.#classes,
    )
  }

  #read(outcome: Uint8Array): unknown {
    const read = decodeOutcome(outcome, { classes: this.#classes })
    if (read.kind === 'value') return read.value
    const thrown = toThrown(read.error)
    if (thrown instanceof Error && this.place !== null) thrownBy.set(thrown, this.place)
    throw thrown
  }
}

const thrownBy = new WeakMap<Error, ShardPlace>()

/** The shard from which an error came by a ref; null for all others. Its stack is the user's own already. */
export function placeOfThrown(thrown: unknown): ShardPlace | null {
  return thrown instanceof Error ? (thrownBy.get(thrown) ?? null) : null
}

/** Arguments of a call from their bytes and the outcomes of its parents. */
export function filled(
  args: Uint8Array,
  parents: readonly Uint8Array[],
  classes: ClassTable,
): { readonly args: readonly unknown[] } | { readonly failed: Uint8Array } {
  const failed = parents.find((outcome) => outcome[0] !== VALUE_KIND)
  if (failed !== undefined) return { failed }
  const values = parents.map((outcome) => decode(outcome.subarray(1), { classes }))
  return { args: decode(args, { classes, parents: values }) as readonly unknown[] }
}

interface Entry {
  readonly call: Call
  readonly work: () => Promise<Uint8Array>
}

/**
 * Settles calls one after the other in the order in which they were made, with a turn of the event loop between two: what
 * the program does next, and so every further call, never depends on which shard was quick.
 */
export class CallOrder {
  readonly #queue: Entry[] = []
  readonly #before: () => void
  #running = false

  /** @param before called before each call settles. */
  constructor(before: () => void) {
    this.#before = before
  }

  /** @param work gives the call's outcome; begun when all calls before it have settled. Rejects only when the job is cancelled. */
  add(call: Call, work: () => Promise<Uint8Array>): void {
    this.#queue.push({ call, work })
    if (this.#running) return
    this.#running = true
    later(() => this.#run())
  }

  async #run(): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      const outcome = await next.work().catch((error: unknown) => {
        return encodeOutcome({ kind: 'error', error: thrownFrom(error, -1) })
      })
      this.#before()
      this.#queue.shift()
      next.call.settle(outcome)
      await new Promise((resolve) => later(resolve))
    }
    this.#running = false
  }
}
