/** A given forecast, seen beside the present: right ones stay, wrong ones are put right as far as they show by now. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Curve, curveOf, levelAt, meanLevel } from '../../simulations/workflow/curve.ts'
import { putRight } from '../../simulations/workflow/told-forecast.ts'

const told = curveOf(
  [
    [0, 0],
    [10, 0.8],
    [20, 0],
    [40, 0.8],
  ],
  false,
)

function levels(curve: Curve, now: number, present: number): number[] {
  const ahead = putRight(curve, now, present)
  return Array.from({ length: 30 }, (_, second) => ahead(second, second + 1))
}

test('a forecast that is right about now is passed on as it is', () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.double({ min: 0, max: 1, noNaN: true })))
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 60 }), (points, now) => {
      const curve = curveOf([[0, 0], ...points.sort(([one], [other]) => one - other)], false)
      levels(curve, now, levelAt(curve, now)).forEach((level, second) => {
        expect(level).toBeCloseTo(meanLevel(curve, now + second, now + second + 1), 9)
      })
    }),
  )
})

test('load that has come early stays, and ends when it was told to', () => {
  const seen = levels(told, 8, 0.8)
  expect(seen.slice(0, 12)).toEqual(Array(12).fill(0.8))
  expect(seen[12]).toBe(0)
})

test('load that should have come by now is on its way', () => {
  const seen = levels(told, 11, 0)
  expect(seen[0]).toBeLessThan(0.4)
  expect(seen[2]).toBeGreaterThan(0.7)
  expect(seen[9]).toBeCloseTo(0)
})

test('what the forecast says of no time near is believed for a moment only', () => {
  const seen = levels(curveOf([[0, 0.8]], false), 0, 0)
  expect(seen[0]).toBeLessThan(0.4)
  expect(seen[3]).toBeGreaterThan(0.7)
})

test('an error of level holds while the load lasts, not for the next one', () => {
  const seen = levels(told, 15, 0.65)
  for (const level of seen.slice(0, 5)) expect(level).toBeCloseTo(0.65, 1)
  expect(seen[6]).toBe(0)
  expect(seen.at(-1)).toBeCloseTo(0.8, 1)
})
