/** One visit of a sharded `reduce`: shards compute what is added, or pick among their items; the root folds in order. */
import type { Cut } from '../../program/family.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import { callOn, itemsOf } from './call-visit.ts'
import type { Access, Items } from './family.ts'
import { shardOut } from './harvest.ts'
import type { SpotHistory } from './history.ts'
import { type IntegerSum, isExact } from './integers.ts'
import { isKey, keyOf } from './pick.ts'
import type { ShardResult } from './values.ts'
import { Pace, type RootSetting, runUntilCut, type Segment } from './visit.ts'

type Callback = (held: unknown, item: unknown, index: number, array: unknown) => unknown

/** Stands for the missing second argument of `reduce`. */
export const NO_START = Symbol('no start')

/** `receiver.reduce(callback, start)`, or {@link NO_START} for a missing start. */
interface FoldCall {
  readonly receiver: unknown
  readonly callback: unknown
  readonly start: unknown
}

export class FoldVisit {
  readonly #setting: RootSetting
  readonly #meta: SpotMeta
  readonly #at: { readonly spot: number; readonly sequence: number }
  readonly #makeAccess: () => Access
  readonly #receiver: ArrayLike<unknown>
  readonly #callback: Callback
  readonly #items: Items
  readonly #pace: Pace
  #held: unknown
  #cut: Cut | null = null

  /** @returns null when the plain call is the answer. */
  static begin(
    setting: RootSetting,
    history: SpotHistory,
    call: FoldCall,
    access: () => Access,
    sequence: number,
  ): FoldVisit | null {
    if (typeof call.callback !== 'function') return null
    if (Array.isArray(call.receiver) && history.isSmall(setting.call, sequence, call.receiver.length)) return null
    const items = itemsOf(history.meta, call.receiver)
    if (items === null || items.count === 0 || hasHoles(call.receiver as ArrayLike<unknown>)) return null
    return new FoldVisit(setting, history, call, access, sequence, items)
  }

  private constructor(
    setting: RootSetting,
    history: SpotHistory,
    call: FoldCall,
    access: () => Access,
    sequence: number,
    items: Items,
  ) {
    this.#setting = setting
    this.#meta = history.meta
    this.#at = { spot: history.spot, sequence }
    this.#makeAccess = access
    this.#receiver = call.receiver as ArrayLike<unknown>
    this.#callback = call.callback as Callback
    this.#items = items
    this.#held = call.start
    this.#pace = new Pace(setting, history, sequence, items.count)
  }

  /** Runs in place what can run without waiting. True when the fold is complete. */
  now(): boolean {
    this.#cut = runUntilCut(this.#pace, (segment) => this.#runHere(segment))
    return this.#cut === null
  }

  result(): unknown {
    return this.#held
  }

  /** Sends the rest to shards and completes the fold. */
  async rest(): Promise<void> {
    const cut = this.#cut
    if (cut === null) return
    let from = cut.starts[0] ?? 0
    if (this.#canMerge()) {
      const at = { ...this.#at, meanMs: this.#pace.meanMs() }
      const harvest = await shardOut(this.#setting, this.#meta, this.#access(), this.#items, cut, at)
      for (let part = harvest?.next() ?? null; part !== null; part = harvest?.next() ?? null) {
        if (!this.#merge(part.result, part.segment)) break
        from = part.segment.to
      }
    }
    if (from < this.#items.count) this.#runHere({ from, to: this.#items.count })
  }

  /** The container that the steps hand on is known here alone. */
  #access(): Access {
    const access = this.#makeAccess()
    const [output] = this.#meta.outputs
    if (this.#meta.fold?.kind !== 'collect' || output === undefined) return access
    return { ...access, o: () => ({ [output.name]: this.#held }) }
  }

  /** What is held so far must be comparable with what shards pick. */
  #canMerge(): boolean {
    const { fold } = this.#meta
    if (fold?.kind !== 'pick' || this.#held === NO_START || isKey(keyOf(this.#held, fold.key))) return true
    this.#setting.stayed(this.#meta, 'a key is no number')
    return false
  }

  /** False when the shard's sum does not fit what is held: then its items are added here. */
  #merge({ results, outputs }: ShardResult, { from, to }: Segment): boolean {
    const { fold } = this.#meta
    if (fold?.kind === 'pick') {
      const index = from + Number(results?.[0])
      this.#step(index)
    } else if (fold?.kind === 'add' && results === null) {
      const sum = outputs[0] as IntegerSum
      if (!isExact(this.#held, sum)) {
        this.#setting.stayed(this.#meta, 'sums leave the safe integers')
        return false
      }
      if (sum.count > 0) this.#held = added(fold.operator, this.#held, sum.sum)
    } else if (fold?.kind === 'extreme') {
      // One item alone is never compared with anything.
      if (this.#held !== NO_START) this.#held = extremeOf(fold.of, this.#held, results?.[0])
      else if (to - from === 1) this.#step(from)
      else this.#held = results?.[0]
    } else if (fold?.kind === 'add') {
      for (const value of results ?? []) this.#held = added(fold.operator, this.#held, value)
    }
    return true
  }

  #runHere({ from, to }: Segment): false {
    for (let index = from; index < to; index++) this.#step(index)
    return false
  }

  #step(index: number): void {
    const item = this.#receiver[index]
    // Called as a plain name: `this` is undefined, as it is for the builtin.
    const callback = this.#callback
    this.#held = this.#held === NO_START ? item : callback(this.#held, item, index, this.#receiver)
  }
}

/** `held operator value`, as the user's own text does it. */
export function added(operator: string, held: unknown, value: unknown): unknown {
  // Whatever the two are: the operators themselves decide, and throw where they would.
  const [left, right] = [held as number, value as number]
  if (operator === '+') return left + right
  return operator === '-' ? left - right : left * right
}

/** `Math.max(held, value)`, which decides itself what a number is. */
export function extremeOf(of: 'max' | 'min', held: unknown, value: unknown): unknown {
  return Math[of](held as number, value as number)
}

/** The call as the user wrote it. */
export function plainFold(meta: SpotMeta, receiver: unknown, callback: unknown, start: unknown): unknown {
  return callOn(receiver, 'reduce', meta.receiver, start === NO_START ? [callback] : [callback, start])
}

function hasHoles(array: ArrayLike<unknown>): boolean {
  for (let index = 0; index < array.length; index++) if (!(index in array)) return true
  return false
}
