/** An expert that forecasts from likeness: what followed the past moments most like now. */
import type { Expert } from './expert.ts'
import type { History } from './history.ts'
import { type Kind, Likeness, neighbours } from './likeness.ts'

/** Samples of course: short ones find more of their like, long ones know more about where they are. */
const courseLengths = [6, 16, 40] as const
/** Fewer moments than this are no past to search. */
const momentsMin = 80

export class Analogue implements Expert {
  readonly name: string
  readonly readyAfter: number
  readonly #likeness: Likeness
  readonly #kind: Kind
  /** Which of the lengths of course. */
  readonly #at: number
  readonly #followers = new Float64Array(neighbours)

  private constructor(likeness: Likeness, kind: Kind, at: number) {
    const length = courseLengths[at] ?? 0
    this.name = `${kind}${length}`
    this.readyAfter = momentsMin + length
    this.#likeness = likeness
    this.#kind = kind
    this.#at = at
  }

  /** One expert per length of course, by value and by shape; they share one search. */
  static all(): Analogue[] {
    const likeness = new Likeness(courseLengths)
    const kinds: readonly Kind[] = ['level', 'shape']
    return kinds.flatMap((kind) => courseLengths.map((_, at) => new Analogue(likeness, kind, at)))
  }

  observe(history: History): void {
    this.#likeness.observe(history)
  }

  forecast(history: History, horizons: readonly number[], into: Float64Array): void {
    this.#ask(history, horizons, into, median)
  }

  /** The second highest of what followed: scattered followers are a warning that no record of errors gives. */
  upper(history: History, horizons: readonly number[], into: Float64Array): void {
    this.#ask(history, horizons, into, (sorted) => sorted[neighbours - 2] ?? Number.NaN)
  }

  #ask(
    history: History,
    horizons: readonly number[],
    into: Float64Array,
    choose: (sorted: Float64Array) => number,
  ): void {
    into.fill(Number.NaN)
    const likes = this.#likeness.search(this.#kind, history, horizons.at(-1) ?? 0)[this.#at]
    if (likes === undefined || likes.found < neighbours) return
    const now = history.ago(0)
    const followers = this.#followers
    horizons.forEach((horizon, cell) => {
      for (let rank = 0; rank < neighbours; rank++) {
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
