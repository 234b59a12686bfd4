/** The cost function: load, transfer and capability, each on its own and together. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fits } from '../../src/cost/capability.ts'
import { capacityCurve, finishTime, workBetween } from '../../src/cost/capacity.ts'
import { bid } from '../../src/cost/cost.ts'
import { transferMs } from '../../src/cost/transfer.ts'

const machine = { speed: 2, cores: 4, slots: 2 }

test('a label that is missing or different is a hard no; so is a hub that does not compute', () => {
  expect(fits({ gpu: 'yes' }, { compute: true, labels: { gpu: 'yes', zone: 'a' } })).toBe(true)
  expect(fits({ gpu: 'yes' }, { compute: true, labels: { gpu: 'no' } })).toBe(false)
  expect(fits({ gpu: 'yes' }, { compute: true, labels: {} })).toBe(false)
  expect(fits(undefined, { compute: false, labels: {} })).toBe(false)
})

test('an idle machine works at its speed', () => {
  expect(finishTime(capacityCurve(machine, 100, []), 100, 50)).toBe(125)
})

test('the work between two moments is what ends at the second one', () => {
  const load = fc.double({ min: 0, max: 1, noNaN: true })
  const time = fc.double({ min: 0, max: 200_000, noNaN: true })
  fc.assert(
    fc.property(fc.array(load, { maxLength: 5 }), time, time, (loads, fromMs, forMs) => {
      const curve = capacityCurve(
        machine,
        1_000,
        loads.map((level, index) => ({ horizonMs: 1_000 * 4 ** index, load: level })),
      )
      const workMs = workBetween(curve, fromMs, fromMs + forMs)
      expect(finishTime(curve, fromMs, workMs)).toBeCloseTo(fromMs + forMs, 3)
    }),
  )
})

test('load of others slows a slot only once its share is under one core', () => {
  const half = capacityCurve(machine, 0, [{ horizonMs: 1_000, load: 0.5 }])
  const most = capacityCurve(machine, 0, [{ horizonMs: 1_000, load: 0.75 }])
  expect(finishTime(half, 0, 100)).toBe(50)
  expect(finishTime(most, 0, 100)).toBe(100)
})

test('a forecast point holds until half way to the next', () => {
  const points = [
    { horizonMs: 1_000, load: 0 },
    { horizonMs: 3_000, load: 0.75 },
  ]
  // 2000 ms at rate 2, then rate 1.
  expect(finishTime(capacityCurve(machine, 0, points), 0, 5_000)).toBe(3_000)
})

test('even a full machine finishes some time', () => {
  const full = capacityCurve(machine, 0, [{ horizonMs: 1_000, load: 5 }])
  expect(finishTime(full, 0, 1)).toBeLessThan(Number.POSITIVE_INFINITY)
})

test('more work, or more load, never ends earlier', () => {
  const arbitraryPoints = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 })
  const work = fc.double({ min: 0, max: 1e5, noNaN: true })
  fc.assert(
    fc.property(arbitraryPoints, work, work, (loads, a, b) => {
      const points = loads.map((load, index) => ({ horizonMs: 1_000 * (index + 1), load }))
      const heavier = points.map(({ horizonMs, load }) => ({ horizonMs, load: load + 0.1 }))
      const [less, more] = a < b ? [a, b] : [b, a]
      const curve = capacityCurve(machine, 0, points)
      expect(finishTime(curve, 0, less)).toBeLessThanOrEqual(finishTime(curve, 0, more))
      expect(finishTime(curve, 0, less)).toBeLessThanOrEqual(
        finishTime(capacityCurve(machine, 0, heavier), 0, less) + 1e-6,
      )
    }),
  )
})

test('inputs that are there cost nothing; others cost their bytes and a round trip', () => {
  const link = { bytesPerMs: 100, latencyMs: 5 }
  const inputs = [
    { bytes: 1_000, holders: ['a'] },
    { bytes: 500, holders: ['b'] },
    { bytes: 0, holders: [] },
  ]
  expect(transferMs(inputs, 'a', link)).toBe(5 + 10)
  expect(transferMs(inputs.slice(0, 1), 'a', link)).toBe(0)
})

test('the terms of a bid add up to its finish', () => {
  const capacity = capacityCurve(machine, 0, [{ horizonMs: 1_000, load: 0.75 }])
  const { finishMs, terms } = bid({ nowMs: 10, slotFreeMs: 30, inputsMs: 50, workMs: 100, speed: 2, capacity })
  expect(terms).toEqual({ queueMs: 20, transferMs: 20, workMs: 50, loadMs: 50 })
  expect(finishMs - 10).toBe(140)
})
