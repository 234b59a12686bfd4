/** One visit of a sharded loop; generated code steps through it: `next`, the body over a segment, `next`, ... */

import { types } from 'node:util'
import { typedKind } from '../../execute/codec/typed-arrays.ts'
import { decomposeLimits } from '../../limits.ts'
import type { Access, Items } from './family.ts'
import { shardOut } from './harvest.ts'
import type { SpotHistory } from './history.ts'
import { listOf, sizeOf, steppedList } from './lists.ts'
import { isPlainArray } from './live.ts'
import { NestWindow, outerOf } from './nest.ts'
import { Pace, type RootSetting, type Segment, stretchOf } from './visit.ts'

/** The names are those of the generated text. */
export class LoopVisit {
  /** Bounds of the segment at hand for a counted loop; null until the loop has told its own. */
  lo: number | null = null
  hi: number | null = null
  /** A counter that is counted down by the test, and is no whole number from 0 on: it goes its own way. */
  plain = false
  /** Items of the segment at hand for a `for...of`. */
  items: unknown = null
  readonly #setting: RootSetting
  readonly #history: SpotHistory
  readonly #window: NestWindow
  readonly #next: () => number
  readonly #makeAccess: () => Access
  #sequence: number
  #begun = false
  /** The end has to be read before each iteration, as it was written. */
  #open = false
  #first: unknown = 0
  /** What is added to the counter before it is compared with its end. */
  #ahead = 0
  #source: Items | null = null
  #pace: Pace | null = null
  #cut: Parameters<typeof shardOut>[4] | null = null

  /** @param next the number of the next visit; a loop that may end early makes one for every stretch it sends out. */
  constructor(setting: RootSetting, history: SpotHistory, access: () => Access, next: () => number) {
    this.#setting = setting
    this.#history = history
    this.#makeAccess = access
    this.#window = new NestWindow(history.meta.nest)
    this.#next = next
    this.#sequence = next()
  }

  /** True: run the body over the segment; false: all done; null: wait for `rest`. */
  next(): boolean | null {
    if (!this.#begun) {
      this.#begun = true
      return true
    }
    if (this.#pace === null) return false
    return this.#advance()
  }

  /** Sends the rest to shards. True: run the body over the segment; false: all done. */
  async rest(): Promise<boolean> {
    const [pace, items, cut] = [this.#pace, this.#source, this.#cut]
    if (pace === null || items === null || cut === null) return false
    this.#cut = null
    const meanMs = pace.meanMs()
    const { meta, spot } = this.#history
    const stretch = meta.endsEarly ? stretchOf(this.#setting.call, cut, this.#sequence, meanMs) : cut
    const at = { spot, sequence: this.#sequence, meanMs }
    const harvest = await shardOut(this.#setting, meta, this.#makeAccess(), items, stretch, at)
    let to = stretch.starts[0] ?? 0
    for (let part = harvest?.next() ?? null; part !== null; part = harvest?.next() ?? null) to = part.segment.to
    if (to === stretch.items && to < items.count) {
      this.#sequence = this.#next()
      this.#pace = new Pace(this.#setting, this.#history, this.#sequence, items.count, to)
    } else pace.stay(to)
    // What could not be merged runs here: it ends or throws where the plain loop does, or goes on.
    return this.#advance() ?? (await this.rest())
  }

  /** The first counter value; called once. */
  from(first: unknown): unknown {
    this.#first = first
    return first
  }

  /** The end of a counted loop; called before its first iteration, or before each when it has to stay as it was written. */
  to(end: unknown, by: unknown = null, ahead: unknown = 0): unknown {
    if (this.#open) return end
    const items = this.#counted(end, by, ahead)
    if (items === null) {
      this.#open = true
      return end
    }
    this.#start(items)
    return this.hi
  }

  /** What a counter holds before a segment, where the test counts it down. */
  drain(counter: unknown): unknown {
    if (this.lo !== null) return this.lo + 1
    if (isWhole(counter) && counter >= 0) this.from(counter - 1)
    else this.plain = true
    return counter
  }

  /** What it holds when the loop is over. */
  drained(now: unknown): unknown {
    return this.plain ? now : -1
  }

  /** What a counter holds when the loop is over. */
  last(now: unknown): unknown {
    const items = this.#source
    return items === null ? now : items.first + items.count * items.step
  }

  /** What a `for...of` or `for...in` goes over; called once. @param source what an iterator made on the spot goes over */
  over(iterable: unknown, source: unknown = iterable): unknown {
    const items = this.#history.meta.kind === 'in' ? this.#keys(iterable) : this.#iterated(iterable, source)
    if (items === null) return iterable
    this.#start(items)
    return this.items
  }

  /** The inner list of a nest for the outer item at hand. */
  part(list: unknown): unknown {
    return this.#window.part(list)
  }

  /** The first counter value of the inner loop of a nest. */
  first(first: number): number {
    return this.#window.first(first)
  }

  /** The end of the inner loop of a nest. */
  until(end: unknown): unknown {
    return this.#window.until(end)
  }

  #start(outer: Items): void {
    const items = this.#nested(outer)
    this.#source = items
    this.#pace = new Pace(this.#setting, this.#history, this.#sequence, items.count)
    const more = this.#advance()
    if (more !== true) this.#take({ from: 0, to: 0 })
  }

  #advance(): boolean | null {
    const step = this.#pace?.next() ?? { kind: 'done' as const }
    if (step.kind === 'done') return false
    if (step.kind === 'shard') {
      this.#cut = step.cut
      return null
    }
    this.#take(step.segment)
    return true
  }

  #take({ from, to }: Segment): void {
    const items = this.#source
    if (items === null) return
    const { inner } = items
    if (inner !== undefined) this.#window.begin(from, to, inner)
    const outer = inner === undefined ? { from, to } : outerOf(from, to, inner)
    this.lo = items.first + outer.from * items.step
    const end = items.first + outer.to * items.step
    this.hi = this.#ahead + (this.#history.meta.closed ? end - Math.sign(items.step) : end)
    const { kind } = this.#history.meta
    if (kind === 'in') this.items = withKeys(items.slice(from, to) as string[])
    else if (kind === 'of') this.items = from === 0 && to === items.count ? items.source : items.slice(from, to)
  }

  /** Pairs of outer and inner items, where the outer ones alone are too few for all slots. */
  #nested(outer: Items): Items {
    const { nest } = this.#history.meta
    if (nest === null) return outer
    const access = this.#makeAccess()
    const head = access.n?.() ?? { over: [], measured: [] }
    const given = new Set(Object.values(access.o()))
    if ([...head.over, ...head.measured].some((value) => typeof value === 'object' && given.has(value))) return outer
    const inner = head.over.length === 1 ? (listOf(head.over[0])?.length ?? 0) : countOf(head.over, nest)
    const count = outer.count * inner
    if (inner < 1 || !Number.isSafeInteger(count) || !this.#isNarrow(outer.count, count)) return outer
    const slice = (lo: number, hi: number): unknown => {
      const { from, to } = outerOf(lo, hi, inner)
      return outer.slice(from, to)
    }
    return { ...outer, count, inner, slice }
  }

  #isNarrow(outer: number, count: number): boolean {
    const { call } = this.#setting
    const recorded = call.recordedCuts.get(this.#sequence)
    if (recorded !== undefined) return recorded.items === count
    return outer < decomposeLimits.outerItemsPerSlot * (call.chunks ?? call.slots())
  }

  /** The range of a counted loop; null when it has to be read as it goes. */
  #counted(end: unknown, by: unknown, ahead: unknown): Items | null {
    const { closed } = this.#history.meta
    const step = by === null ? this.#history.meta.step : by
    const first = this.#first
    if (!isWhole(step) || !isWhole(ahead) || (by !== null && step < 1)) return null
    // With a sum in front of the comparison, fractions would be rounded otherwise.
    if (ahead !== 0 && !isWhole(end)) return null
    this.#ahead = ahead
    if (typeof first !== 'number' || !Number.isSafeInteger(first) || Object.is(first, -0) || typeof end !== 'number')
      return null
    const reach = (end - ahead - first) / step
    const count = closed ? Math.floor(reach) + 1 : Math.ceil(reach)
    if (!(count > 0) || !Number.isSafeInteger(first + count * step)) return null
    const ends = [first, first + (count - 1) * step]
    if (this.#history.isSmall(this.#setting.call, this.#sequence, count) || this.#endMoves(ends)) return null
    return { count, source: null, first, step, slice: () => null }
  }

  /** True when the loop's outputs may move its end: what it adds to, and lists in which it sets more than what is there. */
  #endMoves(counters: readonly number[]): boolean {
    const access = this.#makeAccess()
    const measured = new Set(access.e())
    const outputs = access.o()
    const claims = access.c()
    return this.#history.meta.outputs.some(({ how, name }) => {
      const value = outputs[name]
      if (!measured.has(value) || typeof value !== 'object' || typedKind(value) !== null) return false
      const claim = claims[name]
      if ((how !== 'cells' && how !== 'rows') || claim === undefined || !Array.isArray(value)) return true
      // Cells lie between those of the first and the last counter.
      return !counters.every((counter) => Number(claim.stride) * counter + Number(claim.high) < value.length)
    })
  }

  /** The keys of a `for...in`; null when they must be taken one by one. */
  #keys(object: unknown): Items | null {
    if (typeof object !== 'object' || object === null || types.isProxy(object)) return null
    const prototype: unknown = Object.getPrototypeOf(object)
    if (prototype !== Object.prototype && prototype !== null && !isPlainArray(object)) return null
    if (Object.values(this.#makeAccess().o()).includes(object)) return null
    const keys: string[] = []
    for (const key in object) {
      // Prototypes may have been given keys of their own.
      if (!Object.hasOwn(object, key)) return null
      keys.push(key)
    }
    if (keys.length === 0 || this.#history.isSmall(this.#setting.call, this.#sequence, keys.length)) return null
    return { count: keys.length, source: keys, first: 0, step: 1, slice: (lo, hi) => keys.slice(lo, hi) }
  }

  /** The items of a `for...of`; null when they must be taken one by one. */
  #iterated(iterable: unknown, source: unknown): Items | null {
    const size = sizeOf(source)
    if (size === 0 || this.#history.isSmall(this.#setting.call, this.#sequence, size)) return null
    if (Object.values(this.#makeAccess().o()).includes(source)) return null
    const list = source === iterable ? listOf(iterable) : steppedList(iterable, source)
    if (list === null || list.length === 0) return null
    return { count: list.length, source: list, first: 0, step: 1, slice: (lo, hi) => list.slice(lo, hi) }
  }
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value)
}

/** Values of the counter of an inner loop. */
function countOf(
  over: readonly unknown[],
  { step, closed }: { readonly step: number; readonly closed: boolean },
): number {
  const [first, end] = over
  if (typeof first !== 'number' || !Number.isSafeInteger(first) || Object.is(first, -0) || typeof end !== 'number')
    return 0
  const reach = (end - first) / step
  const count = closed ? Math.floor(reach) + 1 : Math.ceil(reach)
  return Number.isSafeInteger(first + count * step) ? count : 0
}

/** An object whose keys are enumerated like those of the one they are from. */
function withKeys(keys: readonly string[]): object {
  const object: Record<string, null> = Object.create(null)
  for (const key of keys) object[key] = null
  return object
}
