/** What every expert is to the mixture: told each sample, asked for each horizon, trusted by its record. */
import type { History } from './history.ts'

export interface Expert {
  readonly name: string
  /** Samples that must have been seen before its forecasts count. */
  readonly readyAfter: number
  /** A new sample has been pushed to the history. Called once per sample, in order, before `forecast`. */
  observe(history: History): void
  /** Fills `into` with one forecast per horizon (in samples ahead, ascending); NaN where it has none. */
  forecast(history: History, horizons: readonly number[], into: Float64Array): void
  /** Where an expert knows one: fills `into` with values that nine in ten outcomes do not exceed. Called after `forecast`. */
  upper?(history: History, horizons: readonly number[], into: Float64Array): void
}
