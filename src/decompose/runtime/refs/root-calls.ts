/** Sharded calls in a root: each is a shard, refs among its arguments are its dependencies; the graph grows with the program. */
import { ShoalError } from '../../../errors.ts'
import type { ClassTable } from '../../../execute/codec/codec.ts'
import { encode } from '../../../execute/codec/encode.ts'
import type { Spawn } from '../../../execute/slots.ts'
import { counts } from '../../../limits.ts'
import type { RootCall } from '../contract.ts'
import { slicesOf } from '../family.ts'
import { builtinsPatched } from '../fingerprint.ts'
import type { SharedState } from '../values.ts'
import { type Call, CallOrder } from './call.ts'
import { assertFunction, makeCall, orderAround, runHere } from './local-calls.ts'
import type { Ref } from './ref.ts'
import { refOf } from './ref.ts'
import type { CallInput } from './ref-shard.ts'

// Captured before user code can replace it.
const later = setImmediate

type AnyFunction = (...args: never[]) => unknown

/** Where the user wrote `shard(fn)`, as generated code tells it: which chunk, and what the function captures. */
export interface ShardSite {
  readonly spot: number
  readonly line: number
  /** Captured and module variables by name. */
  state(): Pick<SharedState, 'captures' | 'module'>
}

/** Calls of one function that become one family: made in the same turn, with the same captured values. */
interface Group {
  readonly spot: number
  readonly sequence: number
  readonly shared: Uint8Array
  /** Groups not yet spawned that have to be spawned before this one. */
  readonly needs: Set<Group>
  readonly calls: Call[]
  readonly outcomes: PromiseWithResolvers<Uint8Array>[]
  readonly edges: { readonly sequence: number; readonly from: number; readonly to: number; readonly bytes: number }[]
}

export interface RootCallsInit {
  readonly call: RootCall
  readonly classes: ClassTable
  /** The number of the next family. */
  next(): number
  /** Notes why the calls of a function run in the root. */
  stayed(line: number, reason: string): void
}

export class RootCalls {
  readonly #init: RootCallsInit
  readonly #order = new CallOrder(() => this.#flush())
  /** By spot. */
  readonly #open = new Map<number, Group>()
  #made = 0

  constructor(init: RootCallsInit) {
    this.#init = init
  }

  /** How many calls there were. */
  get made(): number {
    return this.#made
  }

  shard(fn: AnyFunction, site: ShardSite | undefined): (...args: unknown[]) => Ref<unknown> {
    assertFunction(fn)
    return (...args) => {
      this.#made += 1
      const call = makeCall(fn, args, this.#init.classes)
      const within = orderAround()
      if (within !== null) {
        within.add(call, () => runHere(call, fn, this.#init.classes))
        return refOf(call)
      }
      const shared = this.#sharedFor(call, site)
      if (site === undefined || shared === null) this.#order.add(call, () => runHere(call, fn, this.#init.classes))
      else this.#spawnLater(call, site.spot, shared)
      return refOf(call)
    }
  }

  /** What the call's shard reads besides its arguments; null when the call has to run here. */
  #sharedFor(call: Call, site: ShardSite | undefined): Uint8Array | null {
    const stay = (reason: string): null => {
      this.#init.stayed(site?.line ?? 0, reason)
      return null
    }
    if (site === undefined) return stay('the text of the function is not known')
    if (call.parents.some((parent) => parent.place === null)) return stay('it waits for a call that runs here')
    if (builtinsPatched()) return stay('builtins are patched')
    try {
      return encode({ ...site.state(), stands: [], lists: [] } satisfies SharedState, { classes: this.#init.classes })
    } catch (thrown) {
      if (thrown instanceof ReferenceError || thrown instanceof ShoalError) return stay(thrown.message)
      throw thrown
    }
  }

  #spawnLater(call: Call, spot: number, shared: Uint8Array): void {
    const needed = [...this.#open.values()].filter((open) =>
      call.parents.some((parent) => parent.place?.sequence === open.sequence),
    )
    const group = this.#groupFor(spot, shared, needed)
    const index = group.calls.length
    for (const open of needed) if (open !== group && this.#open.get(open.spot) === open) group.needs.add(open)
    for (const { place } of call.parents)
      if (place !== null) group.edges.push({ sequence: place.sequence, from: place.index, to: index, bytes: 0 })
    call.place = { sequence: group.sequence, index }
    const outcome = Promise.withResolvers<Uint8Array>()
    group.calls.push(call)
    group.outcomes.push(outcome)
    this.#order.add(call, () => outcome.promise)
  }

  /** The open group of a function; a new one where the old one has to be spawned before what the call waits for. */
  #groupFor(spot: number, shared: Uint8Array, needed: readonly Group[]): Group {
    const held = this.#open.get(spot)
    const fits =
      held !== undefined &&
      held.calls.length < counts.shardsPerClaimMax &&
      !needed.some((open) => open !== held && waitsFor(open, held))
    if (fits && Buffer.compare(held.shared, shared) === 0) return held
    if (held !== undefined) this.#spawn(held)
    if (this.#open.size === 0) later(() => this.#flush())
    const group: Group = {
      spot,
      sequence: this.#init.next(),
      shared,
      needs: new Set(),
      calls: [],
      outcomes: [],
      edges: [],
    }
    this.#open.set(spot, group)
    return group
  }

  #flush(): void {
    for (const group of [...this.#open.values()]) this.#spawn(group)
  }

  #spawn(group: Group): void {
    if (this.#open.get(group.spot) !== group) return
    this.#open.delete(group.spot)
    for (const before of group.needs) this.#spawn(before)
    const inputs = group.calls.map(({ args }, index): Uint8Array => {
      const input: CallInput = { args, seed: [group.sequence, index] }
      return encode(input)
    })
    const spawn: Spawn = {
      sequence: group.sequence,
      spot: group.spot,
      cut: { items: inputs.length, starts: inputs.map((_, index) => index) },
      shared: group.shared,
      slices: slicesOf(inputs),
      workMs: null,
      edges: group.edges,
    }
    const each = (index: number, outcome: Uint8Array): void => group.outcomes[index]?.resolve(outcome)
    const all = (outcomes: readonly Uint8Array[]): void => {
      for (const [index, outcome] of outcomes.entries()) each(index, outcome)
    }
    // Outcomes come one by one where the slot tells them so, and all at the end in any case.
    this.#init.call.spawn(spawn, each).then(all, (error: unknown) => {
      for (const outcome of group.outcomes) {
        outcome.promise.catch(() => undefined)
        outcome.reject(error)
      }
    })
  }
}

/** True when `group` must be spawned after `other`. */
function waitsFor(group: Group, other: Group): boolean {
  return group.needs.has(other) || [...group.needs].some((before) => waitsFor(before, other))
}
