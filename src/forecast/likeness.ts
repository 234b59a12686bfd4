/** Searches the past for moments whose course led up like the present one: the k nearest neighbours of the newest samples. */
import { forecastLimits } from '../limits.ts'
import type { History } from './history.ts'

/** One length of course, in samples, and how many neighbours are asked for. */
export interface Course {
  readonly length: number
  readonly neighbours: number
}

/** By value, or by shape: each course by its distance to its newest value. */
export type Kind = 'level' | 'shape'

/** The nearest past moments for one length of course, nearest first. */
export interface Likes {
  /** How many samples ago each moment was. */
  readonly ages: Int32Array
  readonly distances: Float64Array
  found: number
}

/** Sums are made anew this often, a few ages at each sample, so that rounding does not add up. */
const renewEvery = 512

/**
 * Compares the newest course with those that ended 1, 2, ... samples ago, for several lengths of course at once. The difference of
 * two samples that lie an age apart takes part in as many comparisons as a course is long: the sum of the differences of each age, and
 * of their squares, is kept and moved on by one sample, which gives the squared distance of both kinds.
 */
export class Likeness {
  readonly #lengths: readonly number[]
  readonly #ageMax: number
  /** By length of course, then age. */
  readonly #sums: readonly Float64Array[]
  readonly #squares: readonly Float64Array[]
  readonly #likes: Readonly<Record<Kind, readonly Likes[]>>
  #observed = 0
  #searched = 0

  constructor(courses: readonly Course[]) {
    const lengths = courses.map(({ length }) => length)
    this.#lengths = lengths
    this.#ageMax = forecastLimits.likenessSamples - Math.max(...lengths) - 1
    const ages = (): Float64Array[] => lengths.map(() => new Float64Array(this.#ageMax + 1))
    this.#sums = ages()
    this.#squares = ages()
    this.#likes = { level: courses.map(noLikes), shape: courses.map(noLikes) }
  }

  /** Samples have been pushed to the history. Told again about the same sample it does nothing. */
  observe(history: History): void {
    if (history.count === this.#observed) return
    const isNext = history.count === this.#observed + 1
    this.#observed = history.count
    const values = history.window(forecastLimits.likenessSamples)
    this.#lengths.forEach((length, at) => {
      if (isNext) this.#move(values, length, at)
      for (let age = isNext ? this.#firstDue() : 1; age <= this.#ageMax; age += isNext ? renewEvery : 1) {
        this.#renew(values, length, at, age)
      }
    })
  }

  /**
   * The moments most like now, by length of course, at least `ahead` samples ago: what followed them is known.
   * Of two equals the newer is nearer. Asked again at the same sample it does not search again.
   */
  search(kind: Kind, history: History, ahead: number): readonly Likes[] {
    if (this.#searched !== history.count) {
      this.#searched = history.count
      const values = history.window(forecastLimits.likenessSamples)
      this.#lengths.forEach((length, at) => {
        this.#find(values, length, at, ahead)
      })
    }
    return this.#likes[kind]
  }

  #firstDue(): number {
    return 1 + (this.#observed % renewEvery)
  }

  /** A new pair of samples joins each course, the oldest leaves. */
  #move(values: Float64Array, length: number, at: number): void {
    const [sums, squares] = [this.#sums[at] ?? none, this.#squares[at] ?? none]
    const newest = values.length - 1
    const now = values[newest] ?? 0
    const then = values[newest - length] ?? 0
    const ageMax = Math.min(this.#ageMax, newest)
    for (let age = 1; age <= ageMax; age++) {
      const joins = (values[newest - age] ?? 0) - now
      const leaves = newest - length - age >= 0 ? (values[newest - length - age] ?? 0) - then : 0
      sums[age] = (sums[age] ?? 0) + joins - leaves
      squares[age] = (squares[age] ?? 0) + joins * joins - leaves * leaves
    }
  }

  #renew(values: Float64Array, length: number, at: number, age: number): void {
    const [sums, squares] = [this.#sums[at] ?? none, this.#squares[at] ?? none]
    const newest = values.length - 1
    let [sum, square] = [0, 0]
    for (let lag = 0; lag < length && newest - lag - age >= 0; lag++) {
      const difference = (values[newest - lag - age] ?? 0) - (values[newest - lag] ?? 0)
      sum += difference
      square += difference * difference
    }
    sums[age] = sum
    squares[age] = square
  }

  #find(values: Float64Array, length: number, at: number, ahead: number): void {
    const [level, shape] = [this.#likes.level[at], this.#likes.shape[at]]
    if (level === undefined || shape === undefined) return
    const [sums, squares] = [this.#sums[at] ?? none, this.#squares[at] ?? none]
    level.found = 0
    shape.found = 0
    const newest = values.length - 1
    const now = values[newest] ?? 0
    const ageMax = Math.min(this.#ageMax, values.length - length)
    let [levelLimit, shapeLimit] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
    for (let age = ahead; age <= ageMax; age++) {
      const square = squares[age] ?? 0
      if (square < levelLimit) levelLimit = insert(level, age, square)
      const last = (values[newest - age] ?? 0) - now
      const turned = square + last * (length * last - 2 * (sums[age] ?? 0))
      if (turned < shapeLimit) shapeLimit = insert(shape, age, turned)
    }
  }
}

const none = new Float64Array()

function noLikes({ neighbours }: Course): Likes {
  return { ages: new Int32Array(neighbours), distances: new Float64Array(neighbours), found: 0 }
}

/** Takes a moment in, behind its equals. @returns the distance from which on moments are too far. */
function insert(likes: Likes, age: number, distance: number): number {
  const { ages, distances } = likes
  const most = ages.length
  let at = Math.min(likes.found, most - 1)
  for (; at > 0 && (distances[at - 1] ?? 0) > distance; at--) {
    distances[at] = distances[at - 1] ?? 0
    ages[at] = ages[at - 1] ?? 0
  }
  distances[at] = distance
  ages[at] = age
  likes.found = Math.min(likes.found + 1, most)
  return likes.found < most ? Number.POSITIVE_INFINITY : (distances[most - 1] ?? 0)
}
