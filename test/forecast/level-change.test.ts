/** The mean since the last change of level. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Random } from '../../simulations/kernel/random.ts'
import type { Expert } from '../../src/forecast/expert.ts'
import { History } from '../../src/forecast/history.ts'
import { LevelChange } from '../../src/forecast/level-change.ts'
import { meanOf, medianOf, smoothed } from '../../src/forecast/simple-experts.ts'
import { forecastAfter } from './forecast-after.ts'

function after(values: readonly number[]): number {
  return forecastAfter(new LevelChange(), values, [1, 12], 1280)[0] ?? Number.NaN
}

/** Levels that hold for a while, with noise around them. */
function levels(seed: number, samples: number): number[] {
  const random = new Random(seed, 'levels')
  let level = 50
  return Array.from({ length: samples }, () => {
    if (random.chance(0.02)) level = random.between(0, 100)
    return level + random.between(-6, 6)
  })
}

/** Mean absolute error one sample ahead. */
function errorOf(expert: Expert, values: readonly number[]): number {
  const history = new History(1280)
  const into = new Float64Array(1)
  let [error, judged] = [0, 0]
  for (const value of values) {
    if (judged > 0 || history.count >= 300) {
      error += Math.abs(value - (into[0] ?? 0))
      judged++
    }
    history.push(value)
    expert.observe(history)
    expert.forecast(history, [1], into)
  }
  return error / judged
}

test('on loads that hold a level it errs less than any mean over a fixed stretch', () => {
  const fixed = () => [
    meanOf(3),
    meanOf(5),
    meanOf(10),
    meanOf(20),
    medianOf(5),
    smoothed(0.1),
    smoothed(0.3),
    smoothed(0.5),
  ]
  for (const seed of [1, 2, 3]) {
    const values = levels(seed, 3_000)
    const best = Math.min(...fixed().map((expert) => errorOf(expert, values)))
    expect(errorOf(new LevelChange(), values) / best).toBeLessThan(0.9)
  }
})

test('after a change it is at the new level within two samples, and averages noise away while one holds', () => {
  const noise = (at: number): number => (at % 2 === 0 ? 2 : -2)
  const quiet = Array.from({ length: 400 }, (_, at) => 20 + noise(at))
  expect(after(quiet)).toBeCloseTo(20, 0)
  expect(Math.abs(after([...quiet, 82, 78]) - 80)).toBeLessThan(3)
})

test('a flat line is itself, from its first sample on and after a jump', () => {
  expect(after([7])).toBe(7)
  expect(after(Array(500).fill(7))).toBe(7)
  expect(after([...Array(500).fill(7), ...Array(3).fill(1e9)])).toBeCloseTo(1e9, -3)
})

test('whatever the samples, the forecast is one of what was seen or between them', () => {
  const value = fc.oneof(fc.double({ min: -1e30, max: 1e30, noNaN: true }), fc.integer({ min: 0, max: 3 }))
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const forecast = after(values)
      const slack = 1e-9 * Math.max(...values.map(Math.abs))
      expect(forecast).toBeGreaterThanOrEqual(Math.min(...values) - slack)
      expect(forecast).toBeLessThanOrEqual(Math.max(...values) + slack)
    }),
  )
})
