/** Known work is added to what others are expected to use, for as long as it lasts. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wholeLoad } from '../../src/cost/known-work.ts'

const rest = { mean: 0.2, p90: 0.3 }

test('a slot counts until it is free, and in the bound half as long again', () => {
  const work = { cores: 4, slotFreeInMs: [0, 5_000, 9_000] }
  expect(wholeLoad(rest, work, 1_000).mean).toBeCloseTo(0.7)
  expect(wholeLoad(rest, work, 6_000).mean).toBeCloseTo(0.45)
  expect(wholeLoad(rest, work, 6_000).p90).toBeCloseTo(0.8)
  expect(wholeLoad(rest, work, 60_000)).toEqual(rest)
})

test('it is a share of the machine, whatever is claimed', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true })
  const slots = fc.array(fc.nat(20_000), { maxLength: 9 })
  fc.assert(
    fc.property(share, share, slots, fc.nat(20_000), (one, other, slotFreeInMs, horizonMs) => {
      const forecast = { mean: Math.min(one, other), p90: Math.max(one, other) }
      const { mean, p90 } = wholeLoad(forecast, { cores: 2, slotFreeInMs }, horizonMs)
      expect(mean >= forecast.mean && p90 >= mean && p90 <= 1).toBe(true)
    }),
  )
})
