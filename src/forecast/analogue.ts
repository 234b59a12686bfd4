/** An expert that forecasts from likeness: what followed the past moments most like now. */
import type { Expert } from './expert.ts'
import type { History } from './history.ts'
import { p90Level } from './horizon-mixture.ts'
import { type Course, type Kind, Likeness } from './likeness.ts'

/**
 * Short courses find more of their like, long ones know more about where they are. Few neighbours, so that a course that came back exactly is not
 * blurred; but what is known by its last three samples is noise around a rule, and that takes many.
 */
const courses: readonly Course[] = [
  { length: 3, neighbours: 40 },
  { length: 6, neighbours: 8 },
  { length: 16, neighbours: 8 },
  { length: 40, neighbours: 8 },
]
/** Fewer moments than this are no past to search. */
const momentsMin = 80

export class Analogue implements Expert {
  readonly name: string
  readonly readyAfter: number
  readonly #likeness: Likeness
  readonly #kind: Kind
  /** Which of the courses. */
  readonly #at: number
  readonly #followers: Float64Array

  private constructor(likeness: Likeness, kind: Kind, { length, neighbours }: Course, at: number) {
    this.name = `${kind}${length}`
    this.readyAfter = momentsMin + length
    this.#likeness = likeness
    this.#kind = kind
    this.#at = at
    this.#followers = new Float64Array(neighbours)
  }

  /** One expert per length of course, by value and by shape; they share one search. */
  static all(): Analogue[] {
    const likeness = new Likeness(courses)
    const kinds: readonly Kind[] = ['level', 'shape']
    return kinds.flatMap((kind) => courses.map((course, at) => new Analogue(likeness, kind, course, at)))
  }

  observe(history: History): void {
    this.#likeness.observe(history)
  }

  forecast(history: History, horizons: readonly number[], into: Float64Array): void {
    this.#ask(history, horizons, into, median)
  }

  /** A high one of what followed, of eight the second highest: scattered followers are a warning that no record of errors gives. */
  upper(history: History, horizons: readonly number[], into: Float64Array): void {
    this.#ask(
      history,
      horizons,
      into,
      (sorted) => sorted[Math.min(Math.ceil(p90Level * sorted.length), sorted.length - 2)] ?? Number.NaN,
    )
  }

  #ask(
    history: History,
    horizons: readonly number[],
    into: Float64Array,
    choose: (sorted: Float64Array) => number,
  ): void {
    into.fill(Number.NaN)
    const likes = this.#likeness.search(this.#kind, history, horizons.at(-1) ?? 0)[this.#at]
    if (likes === undefined || likes.found < this.#followers.length) return
    const now = history.ago(0)
    const followers = this.#followers
    horizons.forEach((horizon, cell) => {
      for (let rank = 0; rank < followers.length; rank++) {
        const age = likes.ages[rank] ?? 0
        const shift = this.#kind === 'shape' ? now - history.ago(age) : 0
        followers[rank] = history.ago(age - horizon) + shift
      }
      into[cell] = choose(followers.sort())
    })
  }
}

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}
