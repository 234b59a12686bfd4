/** Searches the past for moments whose course led up like the present one: the k nearest neighbours of the newest samples. */
import { forecastLimits } from '../limits.ts'
import type { History } from './history.ts'

/** Neighbours asked for: few, so that a course that came back exactly is not blurred. */
export const neighbours = 8

/** The nearest past moments for one length of course, nearest first. */
export interface Likes {
  /** Index of each moment in {@link Likeness.values}. */
  readonly moments: Int32Array
  readonly distances: Float64Array
  found: number
}

/**
 * One search serves several lengths of course: their distances share a beginning. Newer moments win ties. All of it is a scan
 * of at most {@link forecastLimits.likenessSamples} moments that gives each up as soon as it is too far for every length.
 */
export class Likeness {
  /** Whether courses are compared by shape: their distance to their newest value. */
  readonly byShape: boolean
  readonly #lengths: readonly number[]
  readonly #likes: readonly Likes[]
  /** By length: a distance that is too far for this length and all longer ones. */
  readonly #limits: Float64Array
  #values: Float64Array = new Float64Array()
  #searchedAt = -1

  /** @param lengths of course in samples, ascending. */
  constructor(lengths: readonly number[], byShape: boolean) {
    this.byShape = byShape
    this.#lengths = lengths
    this.#limits = new Float64Array(lengths.length)
    this.#likes = lengths.map(() => ({
      moments: new Int32Array(neighbours),
      distances: new Float64Array(neighbours),
      found: 0,
    }))
  }

  /** The samples searched, oldest first; valid until the next sample. */
  get values(): Float64Array {
    return this.#values
  }

  /**
   * The moments most like now, by length of course, at least `ahead` samples ago: what followed them is known.
   * Asked again at the same sample it does not search again.
   */
  search(history: History, ahead: number): readonly Likes[] {
    if (this.#searchedAt === history.count) return this.#likes
    const isNext = this.#searchedAt === history.count - 1
    const before = this.#values.length
    this.#searchedAt = history.count
    this.#values = history.window(forecastLimits.likenessSamples)
    this.#limits.fill(Number.POSITIVE_INFINITY)
    // A moment follows its index: in a window that no longer grows all samples have moved back by one.
    if (isNext) this.#expect(this.#values.length - before)
    for (const likes of this.#likes) likes.found = 0
    for (let moment = this.#values.length - 1 - ahead; moment >= 0; moment--) this.#compare(moment)
    return this.#likes
  }

  /** What follows the moments that were near is near again, as a rule: their distances are limits to begin with. */
  #expect(moved: number): void {
    for (let at = this.#lengths.length - 1; at >= 0; at--) {
      const likes = this.#likes[at]
      if (likes === undefined || likes.found < neighbours) continue
      const length = this.#lengths[at] ?? 0
      let most = 0
      for (const moment of likes.moments) most = Math.max(most, this.#apart(moment + moved, length))
      // Met again, they must still be below the limit.
      this.#limits[at] = Math.max(most * (1 + 1e-9) + Number.MIN_VALUE, this.#limits[at + 1] ?? 0)
    }
  }

  #apart(moment: number, length: number): number {
    if (moment + 1 < length) return Number.POSITIVE_INFINITY
    return this.#add(0, moment, 0, length, Number.POSITIVE_INFINITY)
  }

  #compare(moment: number): void {
    let distance = 0
    let lag = 0
    for (let at = 0; at < this.#lengths.length; at++) {
      const length = this.#lengths[at] ?? 0
      const limit = this.#limits[at] ?? 0
      if (moment + 1 < length) return
      distance = this.#add(distance, moment, lag, length, limit)
      if (distance >= limit) return
      lag = length
      const likes = this.#likes[at]
      if (likes === undefined || distance >= farthest(likes)) continue
      insert(likes, moment, distance)
      this.#renewLimits(at)
    }
  }

  /** Adds the distance of the samples `[from, to)` back to `distance`, no further than the limit. */
  #add(distance: number, moment: number, from: number, to: number, limit: number): number {
    const values = this.#values
    const newest = values.length - 1
    const shift = this.byShape ? (values[newest] ?? 0) - (values[moment] ?? 0) : 0
    let sum = distance
    for (let lag = from; lag < to && sum < limit; lag++) {
      const difference = (values[moment - lag] ?? 0) - (values[newest - lag] ?? 0) + shift
      sum += difference * difference
    }
    return sum
  }

  #renewLimits(from: number): void {
    for (let at = from; at >= 0; at--) {
      const likes = this.#likes[at]
      if (likes === undefined) continue
      const limit = Math.max(farthest(likes), this.#limits[at + 1] ?? 0)
      this.#limits[at] = Math.min(limit, this.#limits[at] ?? limit)
    }
  }
}

function farthest({ distances, found }: Likes): number {
  return found < neighbours ? Number.POSITIVE_INFINITY : (distances[neighbours - 1] ?? 0)
}

function insert(likes: Likes, moment: number, distance: number): void {
  const { moments, distances } = likes
  let at = Math.min(likes.found, neighbours - 1)
  for (; at > 0 && (distances[at - 1] ?? 0) > distance; at--) {
    distances[at] = distances[at - 1] ?? 0
    moments[at] = moments[at - 1] ?? 0
  }
  distances[at] = distance
  moments[at] = moment
  likes.found = Math.min(likes.found + 1, neighbours)
}
