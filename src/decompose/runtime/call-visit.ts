/** One visit of a sharded array call: `map`, `filter`, `flatMap`, `forEach`, `Array.from`. */

import { typedArrays, typedKind } from '../../execute/codec/typed-arrays.ts'
import type { Cut } from '../../program/family.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import type { Access, Items } from './family.ts'
import { shardOut } from './harvest.ts'
import type { SpotHistory } from './history.ts'
import { listOf } from './lists.ts'
import { isPlainArray } from './live.ts'
import { isVerdict } from './verdict.ts'
import { Pace, type RootSetting, runUntilCut, type Segment } from './visit.ts'

type Callback = (item: unknown, index: number, array?: unknown) => unknown

/** A call that has begun; `now` runs what can run without waiting. */
export class CallVisit {
  readonly #setting: RootSetting
  readonly #meta: SpotMeta
  readonly #spot: number
  readonly #sequence: number
  readonly #makeAccess: () => Access
  readonly #receiver: unknown
  readonly #callback: Callback
  readonly #items: Items
  readonly #pace: Pace
  #results: unknown[] = []
  #cut: Cut | null = null

  /** @returns null when the receiver is nothing that can be sharded: then the plain call is the answer. */
  static begin(
    setting: RootSetting,
    history: SpotHistory,
    receiver: unknown,
    callback: unknown,
    access: () => Access,
    sequence: number,
  ): CallVisit | null {
    if (typeof callback !== 'function') return null
    if (Array.isArray(receiver) && history.isSmall(setting.call, sequence, receiver.length)) return null
    const { meta } = history
    const items = itemsOf(meta, receiver)
    if (items === null || items.count === 0) return null
    // A callback that writes what is iterated over sees its own writes: only the plain call does that right.
    if (meta.outputs.length > 0 && Object.values(access().o()).includes(receiver)) return null
    return new CallVisit(setting, history, receiver, callback as Callback, access, sequence, items)
  }

  private constructor(
    setting: RootSetting,
    history: SpotHistory,
    receiver: unknown,
    callback: Callback,
    access: () => Access,
    sequence: number,
    items: Items,
  ) {
    this.#setting = setting
    this.#meta = history.meta
    this.#spot = history.spot
    this.#receiver = receiver
    this.#callback = callback
    this.#makeAccess = access
    this.#sequence = sequence
    this.#items = items
    this.#pace = new Pace(setting, history, sequence, items.count)
  }

  /** Runs in place what can run without waiting. True when the call is complete. */
  now(): boolean {
    if (this.#meta.isAsync) return false
    this.#cut = runUntilCut(this.#pace, (segment) => this.#runHere(segment))
    return this.#cut === null
  }

  /** The result of the call, after `now` gave true. */
  result(): unknown {
    const { method, receiver } = this.#meta
    if (method === 'forEach') return true
    const own = method === 'map' || method === 'filter' ? typedKind(this.#receiver) : null
    const kind = method === 'from' && receiver !== 'Array' ? receiver : own
    const Type = kind === null ? undefined : typedArrays.get(kind)
    if (Type === undefined) return this.#results
    const typed = new Type(this.#results.length)
    for (const [index, value] of this.#results.entries()) typed[index] = value as never
    return typed
  }

  /** Sends the rest to shards and completes the call. */
  async rest(): Promise<unknown> {
    if (this.#meta.isAsync) return this.#gather()
    if (this.#cut !== null) await this.#shards(this.#cut)
    return this.result()
  }

  async #shards(cut: Cut): Promise<void> {
    const at = { spot: this.#spot, sequence: this.#sequence, meanMs: this.#pace.meanMs() }
    const harvest = await shardOut(this.#setting, this.#meta, this.#makeAccess(), this.#items, cut, at)
    let from = cut.starts[0] ?? 0
    for (let part = harvest?.next() ?? null; part !== null; part = harvest?.next() ?? null) {
      this.#append(part.result.results ?? [], part.segment)
      from = part.segment.to
    }
    if (from < this.#items.count) this.#runHere({ from, to: this.#items.count })
  }

  #append(results: readonly unknown[], { from, to }: Segment): void {
    if (this.#meta.method === 'filter') {
      for (const offset of results) this.#results.push(this.#item(from + Number(offset)))
    } else if (this.#meta.method === 'flatMap') for (const value of results) this.#results.push(value)
    else if (this.#meta.method !== 'forEach') {
      // Holes stay holes.
      results.forEach((value, offset) => {
        this.#results[from + offset] = value
      })
      if (this.#results.length < to) this.#results.length = to
    }
  }

  #runHere({ from, to }: Segment): false {
    const { method } = this.#meta
    // Called as a plain name: `this` is undefined, as it is for the builtin.
    const callback = this.#callback
    const holes = method !== 'from' && Array.isArray(this.#receiver)
    for (let index = from; index < to; index++) {
      if (holes && !(index in (this.#receiver as unknown[]))) {
        if (method === 'map') this.#results.length = index + 1
        continue
      }
      const item = this.#item(index)
      const result = method === 'from' ? callback(item, index) : callback(item, index, this.#receiver)
      if (method === 'map' || method === 'from') this.#results[index] = result
      else if (method === 'filter') {
        if (result) this.#results.push(item)
      } else if (method === 'flatMap') {
        if (Array.isArray(result)) pushFlat(this.#results, result)
        else this.#results.push(result)
      }
    }
    return false
  }

  /** `await Promise.all(xs.map(fn))`: the items one after the other are as good as side by side, for they share nothing. */
  async #gather(): Promise<unknown> {
    try {
      for (let step = this.#pace.next(); step.kind !== 'done'; step = this.#pace.next()) {
        if (step.kind === 'shard') {
          const at = { spot: this.#spot, sequence: this.#sequence, meanMs: this.#pace.meanMs() }
          const harvest = await shardOut(this.#setting, this.#meta, this.#makeAccess(), this.#items, step.cut, at)
          if (harvest !== null && harvest.verdict !== null) throw harvest.verdict
          if (harvest === null || harvest.stopped) return this.#plain()
          for (let part = harvest.next(); part !== null; part = harvest.next())
            this.#append(part.result.results ?? [], part.segment)
          break
        }
        await this.#gatherHere(step.segment)
      }
      return this.#results
    } catch (thrown) {
      if (isVerdict(thrown)) throw thrown
      // Which of several failures is the answer depends on their timing side by side: the plain call decides.
      this.#setting.stayed(this.#meta, `an item threw ${String(thrown)}`)
      return this.#plain()
    }
  }

  async #gatherHere({ from, to }: Segment): Promise<void> {
    const callback = this.#callback
    const begin = (index: number): unknown => callback(this.#item(index), index, this.#receiver)
    if (this.#meta.waits) {
      const indices = Array.from({ length: to - from }, (_, offset) => from + offset)
      const results = await Promise.all(indices.map(begin))
      for (const [offset, result] of results.entries()) this.#results[from + offset] = result
    } else for (let index = from; index < to; index++) this.#results[index] = await begin(index)
  }

  #plain(): PlainLater {
    return new PlainLater(() => plainCall(this.#meta, this.#receiver, this.#callback))
  }

  #item(index: number): unknown {
    const { source } = this.#items
    return source === null ? undefined : (source as ArrayLike<unknown>)[index]
  }
}

/** A plain call that must begin in the same breath as the `Promise.all` around it: which failure is first depends on it. */
export class PlainLater {
  readonly run: () => unknown

  constructor(run: () => unknown) {
    this.run = run
  }
}

/** The call as the user wrote it. */
export function plainCall(meta: SpotMeta, receiver: unknown, callback: unknown): unknown {
  if (meta.method === 'from') {
    const Type = typedArrays.get(meta.receiver) as unknown as typeof Array | undefined
    return (Type ?? Array).from(receiver as ArrayLike<unknown>, callback as Callback)
  }
  // The most frequent one by its name: quicker than by a name in a variable.
  if (meta.method === 'map' && Array.isArray(receiver)) return receiver.map(callback as Callback)
  return callOn(receiver, meta.method ?? 'map', meta.receiver, [callback])
}

/** `receiver.method(...given)`. @param name what the receiver is called in the user's text */
export function callOn(receiver: unknown, method: string, name: string, given: readonly unknown[]): unknown {
  const held = receiver as Record<string, unknown>
  const called: unknown = held[method]
  if (typeof called !== 'function') throw new TypeError(`${name}.${method} is not a function`)
  return Reflect.apply(called, receiver, given)
}

/** What an array call goes over; null when it has to run as it was written. */
export function itemsOf(meta: SpotMeta, receiver: unknown): Items | null {
  const base = { first: 0, step: 1 }
  if (hasOwnMethod(meta, receiver)) return null
  if (isPlainArray(receiver) && (meta.method !== 'from' || !Object.hasOwn(receiver, Symbol.iterator))) {
    return { ...base, count: receiver.length, source: receiver, slice: (lo, hi) => receiver.slice(lo, hi) }
  }
  if (typedKind(receiver) !== null && meta.method !== 'flatMap' && !Object.hasOwn(receiver as object, 'constructor')) {
    const typed = receiver as Uint8Array
    return { ...base, count: typed.length, source: typed, slice: (lo, hi) => typed.slice(lo, hi) }
  }
  if (meta.method !== 'from' || typeof receiver !== 'object' || receiver === null) return null
  const list = listOf(receiver)
  if (list !== null) return { ...base, count: list.length, source: list, slice: (lo, hi) => list.slice(lo, hi) }
  const length: unknown = Object.getOwnPropertyDescriptor(receiver, 'length')?.value
  const bare = Object.getPrototypeOf(receiver) === Object.prototype && Reflect.ownKeys(receiver).length === 1
  if (!bare || !Number.isSafeInteger(length) || Number(length) < 0 || Number(length) > 2 ** 32 - 1) return null
  return { ...base, count: Number(length), source: null, slice: () => null }
}

/** True when what is called is a property of the receiver itself, which may do anything. */
function hasOwnMethod({ method, stages }: SpotMeta, receiver: unknown): boolean {
  if (method === null || method === 'from' || typeof receiver !== 'object' || receiver === null) return false
  return Object.hasOwn(receiver, stages[0] ?? method)
}

/** Appends elements as `flatMap` does: holes are left out. */
export function pushFlat(into: unknown[], values: readonly unknown[]): void {
  values.forEach((value) => {
    into.push(value)
  })
}
