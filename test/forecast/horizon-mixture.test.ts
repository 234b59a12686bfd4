/** One horizon: the record it keeps of itself, and what it does when the record is bad. */
import { expect, test } from 'vitest'
import { HorizonMixture, type Opinions, pinball } from '../../src/forecast/horizon-mixture.ts'

const only = (means: Float64Array): Opinions => ({ means, bounds: new Float64Array() })

test('a wild expert cannot drag the forecast away: persistence speaks, and the record shows no loss', () => {
  const mixture = new HorizonMixture(1, 2)
  let spoken = Number.NaN
  for (let sample = 0; sample < 100; sample++) {
    const value = 50 + (sample % 2)
    mixture.observe(value)
    spoken = mixture.forecast(only(Float64Array.of(value, 1e9)), { last: value, low: 0, coldMargin: 20 }).mean
  }
  expect(spoken).toBe(51)
  expect(mixture.weights[1]).toBeGreaterThan(0)
})

test('outcomes are matched with the forecast made for them, a horizon earlier', () => {
  const mixture = new HorizonMixture(3, 1)
  for (const value of [10, 20, 30, 40]) {
    mixture.observe(value)
    mixture.forecast(only(Float64Array.of(value)), { last: value, low: 0, coldMargin: 20 })
  }
  expect(mixture.record).toEqual({ error: 30, lastError: 30, coverage: 0 })
})

test('p90 is within one error of nine in ten outcomes', () => {
  const mixture = new HorizonMixture(1, 1)
  for (let sample = 0; sample < 301; sample++) {
    mixture.observe(50 + (sample % 10))
    mixture.forecast(only(Float64Array.of(50)), { last: 50, low: 0, coldMargin: 20 })
  }
  const { mean, p90 } = mixture.forecast(only(Float64Array.of(50)), { last: 50, low: 0, coldMargin: 20 })
  // The only expert is 4.5 too low on the whole: its median error is added.
  expect(Math.abs(mean - 54.5)).toBeLessThan(1)
  expect(p90).toBeGreaterThanOrEqual(58)
  expect(p90).toBeLessThanOrEqual(59)
})

test('the pinball loss is least at the quantile', () => {
  const outcomes = Array.from({ length: 100 }, (_, at) => at)
  const loss = (bound: number): number => outcomes.reduce((sum, outcome) => sum + pinball(outcome, bound), 0)
  expect(loss(90)).toBeLessThan(loss(80))
  expect(loss(90)).toBeLessThan(loss(98))
})

test('an expert that knows when the outcome scatters makes the bound follow it', () => {
  const mixture = new HorizonMixture(1, 1, 1)
  const present = { last: 50, low: 0, coldMargin: 20 }
  const said = (sample: number): Opinions => ({
    means: Float64Array.of(50),
    bounds: Float64Array.of(sample % 20 < 10 ? 51 : 80),
  })
  for (let sample = 0; sample < 600; sample++) {
    mixture.forecast(said(sample), present)
    mixture.observe(50 + (sample % 20 < 10 ? sample % 2 : 30 * (sample % 2)))
  }
  expect(mixture.forecast(said(5), present).p90).toBeLessThan(60)
  expect(mixture.forecast(said(15), present).p90).toBeGreaterThan(75)
})
