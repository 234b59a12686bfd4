/** How far another hub's forecast is believed: by its own record, by its age, and by what was seen of it. */

/** A forecast value and the bound that nine in ten outcomes should not exceed. */
export interface Bounded {
  readonly mean: number
  readonly p90: number
}

/** Share of outcomes that every hub promises to lie within its p90. */
export const promisedCoverage = 0.9
/** Periods of reports after which a forecast's p90 begins to widen, and after which it says nothing any more. */
const freshPeriodsMax = 3
const knownPeriodsMax = 10
/** A forecast that is never right widens no further than this: its mean still says something. */
const wideningMax = 10

/**
 * The forecast as a bidder should take it: its margin widened where p90 held less often than promised, and with age.
 * @param coverage share of outcomes within p90 that the sender reports, 0 to 1.
 * @param agePeriods age in reporting periods of the sender.
 * @returns null when it is too old to mean anything.
 */
export function trusted(forecast: Bounded, coverage: number, agePeriods: number): Bounded | null {
  if (!(agePeriods <= knownPeriodsMax)) return null
  const missed = 1 - Math.min(Math.max(coverage, 0), 1)
  const byRecord = Math.min(Math.max(1, missed / (1 - promisedCoverage)), wideningMax)
  const byAge = Math.max(1, agePeriods / freshPeriodsMax)
  return { mean: forecast.mean, p90: forecast.mean + (forecast.p90 - forecast.mean) * byRecord * byAge }
}

/**
 * The load a bidder counts with: the mean while the forecast is trusted, raised by whatever distrust adds to its margin.
 * @returns a share of 0 to 1; 1 for a forecast too old to mean anything.
 */
export function countedLoad(forecast: Bounded, coverage: number, agePeriods: number): number {
  const believed = trusted(forecast, coverage, agePeriods)
  if (believed === null) return 1
  return Math.min(1, forecast.mean + (believed.p90 - Math.max(forecast.p90, forecast.mean)))
}

/** Expected and observed milliseconds of work seen so far, old ones fading. */
export interface SpeedRecord {
  readonly expectedMs: number
  readonly observedMs: number
  readonly seen: number
}

export const noSpeedRecord: SpeedRecord = { expectedMs: 0, observedMs: 0, seen: 0 }

/** Share of a record that is left after one more observation: about the last twenty count. */
const recordFade = 0.95
/** Observations below which a record says nothing: single shards differ by nature. */
const seenMin = 8
/** A hub this much slower than others, for what they all promised, is within chance. */
const toleratedRatio = 2 / 3
const creditMin = 0.1

/** Takes in one piece of work of another hub: how long it should have taken by the hub's own word, and how long it took. */
export function withObserved(record: SpeedRecord, expectedMs: number, observedMs: number): SpeedRecord {
  if (!(expectedMs > 0) || !(observedMs > 0) || !Number.isFinite(expectedMs + observedMs)) return record
  return {
    expectedMs: recordFade * record.expectedMs + expectedMs,
    observedMs: recordFade * record.observedMs + observedMs,
    seen: record.seen + 1,
  }
}

/**
 * The share of its promised speed that a hub is credited with: 1 unless it was seen to be clearly slower than its word, measured
 * by how the others keep theirs, so that wrong estimates of the work itself condemn nobody.
 * @param all the records of all hubs together, this one included.
 */
export function credit(own: SpeedRecord, all: SpeedRecord): number {
  if (own.seen < seenMin) return 1
  const isCompared = all.seen - own.seen >= seenMin
  const usual = isCompared ? (all.expectedMs - own.expectedMs) / (all.observedMs - own.observedMs) : 1
  const ratio = own.expectedMs / own.observedMs / usual
  return Number.isFinite(ratio) ? Math.min(1, Math.max(creditMin, ratio / toleratedRatio)) : 1
}

/** The share of its promise that a hub is credited with after so many wrong results: half of it for each, but never nothing. */
export function correctness(wrongResults: number): number {
  return Math.max(creditMin, 0.5 ** wrongResults)
}
