/** List scheduling with insertion: gaps are used, and rounding never hides one. */
import { expect, test } from 'vitest'
import { capacityCurve } from '../../src/cost/capacity.ts'
import { Timeline } from '../../src/hub/timeline.ts'

function timeline(slotFreeMs: number[]): Timeline {
  const machine = { speed: 1, cores: slotFreeMs.length, slots: slotFreeMs.length }
  return new Timeline('a', 0, slotFreeMs, capacityCurve(machine, 0, []), 1)
}

function take(line: Timeline, arriveMs: number, workMs: number) {
  const placement = line.found(line.find(arriveMs, workMs))
  expect(placement.finishMs).toBeLessThan(Number.POSITIVE_INFINITY)
  line.take(placement)
  return [placement.startMs, placement.finishMs]
}

test('work goes to the slot where it ends first', () => {
  const line = timeline([50, 10])
  expect(take(line, 0, 100)).toEqual([10, 110])
  expect(take(line, 0, 100)).toEqual([50, 150])
})

test('work that is ready fills the gap before work that waits for its inputs', () => {
  const line = timeline([0])
  expect(take(line, 100, 50)).toEqual([100, 150])
  expect(take(line, 0, 100)).toEqual([0, 100])
  expect(take(line, 0, 10)).toEqual([150, 160])
})

test('too large for a gap goes behind', () => {
  const line = timeline([0])
  take(line, 100, 50)
  expect(take(line, 0, 101)).toEqual([150, 251])
})

test('hazard 5: rounding does not make a gap that fits too small', () => {
  const line = timeline([0.1])
  take(line, 0.1 + 0.2 + 0.3, 1)
  expect(take(line, 0, 0.5)).toEqual([0.1, 0.6])
})
