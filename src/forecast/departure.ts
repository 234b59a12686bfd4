/** How far from the present a forecast may go: no further than has been tried, and was worth it. */

/** A departure of so many usual ones is nothing special. */
const usualMax = 3
const usualWeight = 0.001
/** Outcomes of departures of one size before it counts as tried, as a share of the horizon: those that overlap err alike. */
const triedShares = 0.25
/** How much of what departures of a size gained is left after one more of them. */
const gainDiscount = 0.999
/** Sizes go by powers of two. One that was worth it lets the next larger one be tried. */
const octaveMax = 64

interface Tried {
  count: number
  gain: number
}

/**
 * A mixture that did well around a quiet level has shown nothing about the moment in which the level jumps: there it may go on saying the old level,
 * for as long as its slowest experts do, and lose in one jump what it gained in thousands of samples.
 */
export class Departures {
  readonly #triedMin: number
  readonly #byOctave = new Map<number, Tried>()
  #usual = Number.NaN

  /** @param horizon samples ahead. */
  constructor(horizon: number) {
    this.#triedMin = triedShares * horizon
  }

  /** An outcome: how far the mixture had gone, either way, and by how much it erred less than persistence. */
  observe(departure: number, gained: number): void {
    const octave = octaveOf(departure)
    const tried = this.#byOctave.get(octave) ?? { count: 0, gain: 0 }
    tried.count++
    tried.gain = gainDiscount * tried.gain + gained
    this.#byOctave.set(octave, tried)
  }

  /** As much of a departure from the present as may be spoken, with its sign. */
  limited(departure: number): number {
    const size = Math.abs(departure)
    const isFar = this.#usual > 0 && size > usualMax * this.#usual
    const most = isFar ? this.#most() : size
    if (!Number.isNaN(size))
      this.#usual = Number.isNaN(this.#usual) ? size : this.#usual + usualWeight * (size - this.#usual)
    return Math.sign(departure) * Math.min(size, most)
  }

  #most(): number {
    let most = usualMax * this.#usual
    for (const [octave, { count, gain }] of this.#byOctave) {
      if (count >= this.#triedMin && gain > 0) most = Math.max(most, 2 ** (octave + 2))
    }
    return most
  }
}

function octaveOf(departure: number): number {
  return Math.min(Math.max(Math.floor(Math.log2(Math.abs(departure))), -octaveMax), octaveMax)
}
