/**
 * An expert for loads that hold a level, with noise, until they change to another one: the mean since the last change, however long ago that was.
 *
 * A mean over a fixed stretch has noise or delay. This weighs all the samples at which the present level may have begun (Adams and MacKay,
 * Bayesian online changepoint detection, 2007), for normal noise whose size is found out, and levels around the usual one.
 */
import type { Expert } from './expert.ts'
import type { History } from './history.ts'
import { afterStart } from './simple-experts.ts'

/** Beginnings weighed at a time; the least likely is forgotten first. */
const beginningsMax = 48
/** Samples of one level that count: noise that lasts longer teaches no more. */
const samplesMax = 120
/** Chance that a sample begins a new level: followed, within these bounds. */
const chanceAtFirst = 0.02
const chanceMin = 0.002
const chanceMax = 0.25
const chanceWeight = 0.01
/** Of the usual level, spread and step: some five hundred samples count. */
const usualWeight = 0.002
/** A step of more usual ones than this is a change of level, not noise: it counts as so many. */
const usualStepsMax = 3
/** Mean distance of two draws of a normal distribution, in its standard deviations. */
const meanDistance = 1.128
/** Least noise, as a share of the spread of all samples: some series have none. */
const noiseShareMin = 1e-3

/** A sample at which the present level may have begun, and what was seen of it since. */
interface Beginning {
  weight: number
  samples: number
  mean: number
  /** Sum of the squares of distances from the mean. */
  squares: number
}

/** What is known of a level before its first sample. */
interface Usual {
  readonly mean: number
  /** What that counts for, in samples. */
  readonly samples: number
  /** Of the noise around a level. */
  readonly variance: number
}

export class LevelChange implements Expert {
  readonly name = 'sinceChange'
  readonly readyAfter = afterStart
  #beginnings: Beginning[] = []
  #chance = chanceAtFirst
  #seen = 0
  #mean = 0
  #variance = 0
  #step = 0

  observe(history: History): void {
    const value = history.ago(0)
    this.#learn(value, this.#seen === 0 ? 0 : Math.abs(value - history.ago(1)))
    const usual = this.#usual()
    if (usual === null) this.#beginnings = [add(fresh(), value)]
    else this.#weigh(value, usual)
  }

  forecast(_history: History, _horizons: readonly number[], into: Float64Array): void {
    into.fill(this.#beginnings.reduce((sum, { weight, mean }) => sum + weight * mean, 0))
  }

  #learn(value: number, step: number): void {
    const share = Math.max(usualWeight, 1 / ++this.#seen)
    const away = value - this.#mean
    this.#mean += share * away
    this.#variance += share * (away * away * (1 - share) - this.#variance)
    const counted = this.#step === 0 ? step : Math.min(step, usualStepsMax * this.#step)
    this.#step += share * (counted - this.#step)
  }

  /** Null while all samples are the same. */
  #usual(): Usual | null {
    const noise = Math.max(this.#step / meanDistance, noiseShareMin * Math.sqrt(this.#variance))
    const variance = noise * noise
    if (!(variance > 0)) return null
    return { mean: this.#mean, samples: Math.min(1, variance / this.#variance), variance }
  }

  #weigh(value: number, usual: Usual): void {
    const newest = fresh()
    newest.weight = this.#beginnings.length === 0 ? 1 : this.#chance
    for (const beginning of this.#beginnings) beginning.weight *= 1 - this.#chance
    this.#beginnings.push(newest)
    let total = 0
    for (const beginning of this.#beginnings) {
      beginning.weight *= likelihood(beginning, usual, value)
      total += beginning.weight
      add(beginning, value)
    }
    if (this.#beginnings.length > beginningsMax) total -= this.#forgetLeast()
    // So far from all that was seen that rounding leaves nothing: another level.
    if (!(total > 0)) this.#beginnings = [newest]
    for (const beginning of this.#beginnings) beginning.weight = total > 0 ? beginning.weight / total : 1
    const chance = this.#chance + chanceWeight * (newest.weight - this.#chance)
    this.#chance = Math.min(chanceMax, Math.max(chanceMin, chance))
  }

  /** @returns its weight. */
  #forgetLeast(): number {
    let least = 0
    this.#beginnings.forEach(({ weight }, at) => {
      if (weight < (this.#beginnings[least]?.weight ?? 0)) least = at
    })
    return this.#beginnings.splice(least, 1)[0]?.weight ?? 0
  }
}

function fresh(): Beginning {
  return { weight: 1, samples: 0, mean: 0, squares: 0 }
}

/** Density of a sample behind those of one level: Student's t, for neither the level nor the size of the noise is known. */
function likelihood({ samples, mean, squares }: Beginning, usual: Usual, value: number): number {
  const both = usual.samples + samples
  const centre = (usual.samples * usual.mean + samples * mean) / both
  const between = (usual.samples * samples * (mean - usual.mean) ** 2) / both
  const noise = usual.variance + (squares + between) / 2
  const scale = (2 * noise * (both + 1)) / both
  const power = (samples + 3) / 2
  const far = Math.log1p((value - centre) ** 2 / scale)
  return Math.exp((logGammaRatios[samples] ?? 0) - 0.5 * Math.log(scale) - power * far)
}

/** Logarithm of gamma((n + 3) / 2) / gamma((n + 2) / 2), by n. */
const logGammaRatios = ratiosUpTo(samplesMax)

function ratiosUpTo(most: number): Float64Array {
  const ratios = new Float64Array(most + 1)
  ratios[0] = Math.log(Math.sqrt(Math.PI) / 2)
  for (let n = 0; n < most; n++) ratios[n + 1] = Math.log(1 + n / 2) - (ratios[n] ?? 0)
  return ratios
}

/** A full one forgets as much as it learns. */
function add(beginning: Beginning, value: number): Beginning {
  const kept = Math.min(beginning.samples, samplesMax - 1)
  if (kept < beginning.samples) beginning.squares *= kept / beginning.samples
  const away = value - beginning.mean
  beginning.samples = kept + 1
  beginning.mean += away / beginning.samples
  beginning.squares += away * (value - beginning.mean)
  return beginning
}
