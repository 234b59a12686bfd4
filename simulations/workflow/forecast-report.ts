/** What a machine's monitor tells its hub: the load of now, and the given forecast of the next while as that lets it appear. */
import type { ForecastPoint, LoadReport } from '../../src/hub/beacon.ts'
import { levelAt, meanLevel } from './curve.ts'
import { putRight } from './told-forecast.ts'
import type { Machine } from './world.ts'

const secondsAhead = 30
const tailSeconds = 120

/** @param isPredictive false: the hub believes that the load stays as it is. */
export function loadReport(machine: Machine, now: number, isPredictive: boolean): LoadReport {
  const present = levelAt(machine.load, now)
  const forecast = isPredictive ? ahead(machine, now, present) : [point(0, present)]
  return { load: { cpu: present, memory: 0, network: 0 }, forecast, forecastError: {} }
}

function ahead(machine: Machine, now: number, present: number): ForecastPoint[] {
  const levelAhead = putRight(machine.forecast, now, present)
  const points = Array.from({ length: secondsAhead }, (_, second) =>
    point((second + 0.5) * 1000, levelAhead(second, second + 1)),
  )
  const from = now + secondsAhead
  points.push(point((secondsAhead + 0.5) * 1000, meanLevel(machine.forecast, from, from + tailSeconds)))
  return points
}

function point(horizonMs: number, level: number): ForecastPoint {
  const metric = { mean: level, p90: level }
  return { horizonMs, cpu: metric, memory: none, network: none }
}

const none = { mean: 0, p90: 0 }
