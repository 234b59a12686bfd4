/** Each expert on series whose future is known. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Autoregression, fitAutoregression } from '../../src/forecast/autoregression.ts'
import { solvePositive } from '../../src/forecast/cholesky.ts'
import { ErrorQuantile } from '../../src/forecast/conformal.ts'
import type { Expert } from '../../src/forecast/expert.ts'
import { Hedge } from '../../src/forecast/hedge.ts'
import { History } from '../../src/forecast/history.ts'
import { dampedTrend, lastValue, meanOf, medianOf, smoothed } from '../../src/forecast/simple-experts.ts'
import { forecastAfter } from './forecast-after.ts'

const horizons = [1, 6, 12]

function after(expert: Expert, values: readonly number[]): number[] {
  return forecastAfter(expert, values, horizons, 1280)
}

test('simple experts say what their names say', () => {
  const values = [1, 2, 3, 4, 100]
  expect(after(lastValue(), values)).toEqual([100, 100, 100])
  expect(after(meanOf(5), values)).toEqual([22, 22, 22])
  expect(after(meanOf(2), values)).toEqual([52, 52, 52])
  expect(after(medianOf(5), values)).toEqual([3, 3, 3])
  expect(after(medianOf(4), values)).toEqual([3.5, 3.5, 3.5])
  expect(after(smoothed(0.5), [0, 8, 8])).toEqual([6, 6, 6])
})

test('a damped trend goes on rising, ever less', () => {
  const [one = 0, six = 0, twelve = 0] = after(
    dampedTrend(),
    Array.from({ length: 100 }, (_, at) => at),
  )
  expect(one).toBeLessThan(six)
  expect(six).toBeLessThan(twelve)
  expect(twelve - six).toBeLessThan(six - one)
})

test('history forgets the oldest and keeps order', () => {
  const history = new History(4)
  for (let value = 1; value <= 6; value++) history.push(value)
  expect([...history.last(10)]).toEqual([3, 4, 5, 6])
  expect([history.ago(0), history.ago(3), history.ago(4)]).toEqual([6, 3, Number.NaN])
})

test('AR(16) continues a wave that it has seen', () => {
  const wave = (at: number): number => 50 + 30 * Math.sin(at / 5)
  const forecasts = after(
    new Autoregression(),
    Array.from({ length: 400 }, (_, at) => wave(at)),
  )
  horizons.forEach((horizon, at) => {
    expect(forecasts[at]).toBeCloseTo(wave(399 + horizon), 0)
  })
})

test('AR(16) is silent until it can be fitted, and calm on a flat line', () => {
  expect(after(new Autoregression(), Array(64).fill(5))).toEqual([Number.NaN, Number.NaN, Number.NaN])
  expect(after(new Autoregression(), Array(80).fill(5))).toEqual([5, 5, 5])
})

test('least squares finds the coefficients of a process', () => {
  let [before, last] = [0, 1]
  const noise = fc.sample(fc.double({ min: -1, max: 1, noNaN: true }), { numRuns: 2000, seed: 7 })
  const values = Float64Array.from(noise, (shock) => {
    const next = 0.5 * last + 0.3 * before + shock
    before = last
    last = next
    return next
  })
  const fit = fitAutoregression(values, 2)
  expect(fit?.weights[0]).toBeCloseTo(0.5, 1)
  expect(fit?.weights[1]).toBeCloseTo(0.3, 1)
})

test('a system without a positive definite matrix has no solution', () => {
  expect(solvePositive(Float64Array.of(1, 0, 2, 1), Float64Array.of(1, 1))).toBeNull()
  expect([...(solvePositive(Float64Array.of(4, 0, 2, 5), Float64Array.of(8, 12)) ?? [])]).toEqual([1, 2])
})

test('Hedge ends with the expert that is right, and follows when another becomes right', () => {
  const hedge = new Hedge(3)
  for (let round = 0; round < 100; round++) hedge.observe(Float64Array.of(5, 0, 5))
  expect(hedge.mix(Float64Array.of(10, 20, 30))).toBeCloseTo(20, 0)
  for (let round = 0; round < 100; round++) hedge.observe(Float64Array.of(0, 5, 5))
  expect(hedge.mix(Float64Array.of(10, 20, 30))).toBeCloseTo(10, 0)
})

test('Hedge leaves out experts without a forecast, and keeps a share for every other', () => {
  const hedge = new Hedge(3)
  for (let round = 0; round < 300; round++) hedge.observe(Float64Array.of(Number.NaN, 0, 9))
  expect(hedge.mix(Float64Array.of(Number.NaN, 1, 1))).toBeCloseTo(1)
  expect(hedge.weights[0]).toBe(0)
  expect(hedge.weights[2]).toBeGreaterThanOrEqual(0.005)
  expect(hedge.mix(Float64Array.of(Number.NaN, Number.NaN, Number.NaN))).toBeNaN()
})

test('the error quantile is that of the last errors, in any order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 60 }), (errors) => {
      const quantile = new ErrorQuantile(20, 0.9)
      for (const error of errors) quantile.add(error)
      const kept = errors.slice(-20).sort((one, other) => one - other)
      expect(quantile.value()).toBe(kept[Math.min(kept.length, Math.ceil(0.9 * (kept.length + 1))) - 1])
    }),
  )
})
