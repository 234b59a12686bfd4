/** What a net is shown of the past: recent moves and means, in units of the window's spread. */
import { forecastLimits } from '../../limits.ts'
import type { History } from '../history.ts'

const lags = 12
const meanLengths = [5, 20, 60] as const
const clip = 3

/** Inputs without extra forecasts. */
export const baseInputs = lags + meanLengths.length + 1

/** The inputs for the newest sample; `forecasts` (of another expert) are appended in the same units. */
export function netInputs(history: History, forecasts: ArrayLike<number>): number[] {
  const now = history.ago(0)
  const { mean, spread } = levelOf(history)
  const scaled = (value: number): number => {
    const ratio = spread > 0 && Number.isFinite(value) ? (value - now) / (2 * spread) : 0
    return Math.min(Math.max(ratio, -clip), clip)
  }
  const inputs: number[] = []
  for (let lag = 1; lag <= lags; lag++) inputs.push(scaled(history.ago(lag)))
  for (const length of meanLengths) inputs.push(scaled(history.mean(length)))
  const level = spread > 0 ? (now - mean) / spread : 0
  inputs.push(Math.min(Math.max(level, -clip), clip))
  for (let at = 0; at < forecasts.length; at++) inputs.push(scaled(forecasts[at] ?? Number.NaN))
  return inputs
}

function levelOf(history: History): { mean: number; spread: number } {
  const size = Math.min(history.length, forecastLimits.levelSamples)
  const mean = history.mean(size)
  let squares = 0
  for (let age = 0; age < size; age++) squares += (history.ago(age) - mean) ** 2
  return { mean, spread: size > 0 ? Math.sqrt(squares / size) : 0 }
}
