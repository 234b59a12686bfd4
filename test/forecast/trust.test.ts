/** Believing a forecast by its record and age. */
import { expect, test } from 'vitest'
import { trusted } from '../../src/forecast/trust.ts'

const forecast = { mean: 40, p90: 50 }

test('a fresh forecast that holds what it promises is taken as it is', () => {
  expect(trusted(forecast, 0.9, 1)).toEqual(forecast)
  expect(trusted(forecast, 1, 3)).toEqual(forecast)
})

test('a p90 that held only eight times in ten gets twice the margin', () => {
  expect(trusted(forecast, 0.8, 1)?.p90).toBeCloseTo(60)
})

test('the margin grows with age, then the forecast is unknown', () => {
  expect(trusted(forecast, 0.9, 6)?.p90).toBeCloseTo(60)
  expect(trusted(forecast, 0.9, 10)).not.toBeNull()
  expect(trusted(forecast, 0.9, 11)).toBeNull()
  expect(trusted(forecast, 0.9, Number.NaN)).toBeNull()
})

test('the margin does not grow without end', () => {
  expect(trusted(forecast, 0, 1)?.p90).toBeCloseTo(140)
})
