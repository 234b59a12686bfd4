/** How far another hub's forecast is believed: by its own record, and by its age. */
import { type MixedForecast, p90Level } from './horizon-mixture.ts'

/** Periods of gossip after which a forecast's p90 begins to widen, and after which it says nothing any more. */
const freshPeriodsMax = 3
const knownPeriodsMax = 10
/** A forecast that is never right widens no further than this: its mean still says something. */
const wideningMax = 10

/**
 * The forecast as a bidder should take it: its margin widened where p90 held less often than promised, and with age.
 * @param coverage share of outcomes within p90 that the sender reports, 0 to 1.
 * @param agePeriods age in gossip periods of the sender.
 * @returns null when it is too old to mean anything.
 */
export function trusted(forecast: MixedForecast, coverage: number, agePeriods: number): MixedForecast | null {
  if (!(agePeriods <= knownPeriodsMax)) return null
  const missed = 1 - Math.min(Math.max(coverage, 0), 1)
  const byRecord = Math.min(Math.max(1, missed / (1 - p90Level)), wideningMax)
  const byAge = Math.max(1, agePeriods / freshPeriodsMax)
  return { mean: forecast.mean, p90: forecast.mean + (forecast.p90 - forecast.mean) * byRecord * byAge }
}
