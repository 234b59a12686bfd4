/** One visit of a sharded search: `some`, `every`, `find`, `findIndex`. Shards look ahead; the lowest index wins. */
import type { Cut } from '../../program/family.ts'
import type { SpotMeta } from '../codegen/meta.ts'
import { itemsOf } from './call-visit.ts'
import type { Access, Items } from './family.ts'
import { shardOut } from './harvest.ts'
import type { SpotHistory } from './history.ts'
import { Pace, type RootSetting, runUntilCut, type Segment, stretchOf } from './visit.ts'

type Predicate = (item: unknown, index: number, array: unknown) => unknown

/** How the root hands itself to a search. */
export interface SearchSetting {
  readonly setting: RootSetting
  readonly history: SpotHistory
  readonly access: () => Access
  /** The number of the next visit; a search makes one for every stretch it sends out. */
  next(): number
}

export class SearchVisit {
  readonly #search: SearchSetting
  readonly #meta: SpotMeta
  readonly #receiver: ArrayLike<unknown>
  readonly #predicate: Predicate
  readonly #items: Items
  #sequence: number
  #pace: Pace
  #found = -1
  #cut: Cut | null = null

  /** @returns null when the plain call is the answer. */
  static begin(search: SearchSetting, receiver: unknown, predicate: unknown): SearchVisit | null {
    const { setting, history } = search
    const sequence = search.next()
    if (typeof predicate !== 'function') return null
    if (Array.isArray(receiver) && history.isSmall(setting.call, sequence, receiver.length)) return null
    const items = itemsOf(history.meta, receiver)
    if (items === null || items.count === 0) return null
    return new SearchVisit(search, receiver as ArrayLike<unknown>, predicate as Predicate, items, sequence)
  }

  private constructor(
    search: SearchSetting,
    receiver: ArrayLike<unknown>,
    predicate: Predicate,
    items: Items,
    sequence: number,
  ) {
    this.#search = search
    this.#meta = search.history.meta
    this.#receiver = receiver
    this.#predicate = predicate
    this.#items = items
    this.#sequence = sequence
    this.#pace = new Pace(search.setting, search.history, sequence, items.count)
  }

  /** Runs in place what can run without waiting. True when the search is over. */
  now(): boolean {
    this.#cut = runUntilCut(this.#pace, (segment) => this.#runHere(segment))
    return this.#cut === null
  }

  result(): unknown {
    switch (this.#meta.method) {
      case 'some':
        return this.#found >= 0
      case 'every':
        return this.#found < 0
      case 'find':
        return this.#found < 0 ? undefined : this.#receiver[this.#found]
      default:
        return this.#found
    }
  }

  /** Sends stretch after stretch to shards until something is found. */
  async rest(): Promise<void> {
    const { setting, history } = this.#search
    while (this.#cut !== null) {
      const to = await this.#lookAhead(stretchOf(setting.call, this.#cut, this.#sequence, this.#pace.meanMs()))
      if (to === null) return
      this.#sequence = this.#search.next()
      this.#pace = new Pace(setting, history, this.#sequence, this.#items.count, to)
      this.#cut = runUntilCut(this.#pace, (segment) => this.#runHere(segment))
    }
  }

  /** @returns the end of a stretch in which nothing was found; null when the search is over. */
  async #lookAhead(cut: Cut): Promise<number | null> {
    const { setting, history, access } = this.#search
    const at = { spot: history.spot, sequence: this.#sequence, meanMs: this.#pace.meanMs() }
    const harvest = await shardOut(setting, this.#meta, access(), this.#items, cut, at)
    let to = cut.starts[0] ?? 0
    for (let part = harvest?.next() ?? null; part !== null; part = harvest?.next() ?? null) {
      const offset = part.result.results?.[0]
      if (offset !== undefined) {
        this.#found = part.segment.from + Number(offset)
        return null
      }
      to = part.segment.to
    }
    if (to === cut.items) return to
    this.#runHere({ from: to, to: this.#items.count })
    return null
  }

  /** True when the search is over. */
  #runHere({ from, to }: Segment): boolean {
    const { method } = this.#meta
    // Called as a plain name: `this` is undefined, as it is for the builtin.
    const predicate = this.#predicate
    const skips = method === 'some' || method === 'every'
    for (let index = from; index < to; index++) {
      if (skips && !(index in this.#receiver)) continue
      const hit = Boolean(predicate(this.#receiver[index], index, this.#receiver))
      if (hit === (method === 'every')) continue
      this.#found = index
      return true
    }
    return false
  }
}
