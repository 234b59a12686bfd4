/** What an expert says once it has seen some values, one after the other. */
import type { Expert } from '../../src/forecast/expert.ts'
import { History } from '../../src/forecast/history.ts'

export function forecastAfter(
  expert: Expert,
  values: readonly number[],
  horizons: readonly number[],
  keep: number,
): number[] {
  const history = new History(keep)
  for (const value of values) {
    history.push(value)
    expert.observe(history)
  }
  const into = new Float64Array(horizons.length)
  expert.forecast(history, horizons, into)
  return [...into]
}
