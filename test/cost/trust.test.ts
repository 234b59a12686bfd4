/** Believing a forecast by its record and age, and a hub by what was seen of it. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countedLoad, credit, noSpeedRecord, type SpeedRecord, trusted, withObserved } from '../../src/cost/trust.ts'

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

test('a bidder counts with the mean of a trusted forecast, with more of a doubtful one, and with no room on an old one', () => {
  const load = { mean: 0.4, p90: 0.5 }
  expect(countedLoad(load, 0.9, 0)).toBe(0.4)
  expect(countedLoad(load, 0.8, 0)).toBeCloseTo(0.5)
  expect(countedLoad(load, 0.9, 6)).toBeCloseTo(0.5)
  expect(countedLoad(load, 0, 9)).toBe(1)
  expect(countedLoad(load, 0.9, 11)).toBe(1)
})

function creditBeside(own: SpeedRecord, others: SpeedRecord): number {
  const [expectedMs, observedMs] = [own.expectedMs + others.expectedMs, own.observedMs + others.observedMs]
  return credit(own, { expectedMs, observedMs, seen: own.seen + others.seen })
}

function seen(times: number, expectedMs: number, observedMs: number): SpeedRecord {
  let record = noSpeedRecord
  for (let time = 0; time < times; time++) record = withObserved(record, expectedMs, observedMs)
  return record
}

test('a hub that takes four times as long as its word is credited with less than half of it', () => {
  const others = seen(200, 100, 110)
  expect(creditBeside(seen(30, 100, 400), others)).toBeCloseTo((0.25 * 1.1 * 3) / 2, 1)
  expect(creditBeside(seen(30, 100, 1e9), others)).toBe(0.1)
})

test('chance, a few observations, and work that takes everyone longer cost no credit', () => {
  const others = seen(200, 100, 110)
  expect(creditBeside(seen(30, 100, 140), others)).toBe(1)
  expect(creditBeside(seen(5, 100, 4000), others)).toBe(1)
  expect(creditBeside(seen(30, 100, 400), seen(200, 100, 390))).toBe(1)
})

test('a hub that has mended its ways is believed again', () => {
  let record = seen(30, 100, 1000)
  const others = seen(200, 100, 110)
  expect(creditBeside(record, others)).toBeLessThan(0.3)
  for (let time = 0; time < 80; time++) record = withObserved(record, 100, 105)
  expect(creditBeside(record, others)).toBe(1)
})

test('observations that make no sense teach nothing, and credit is a share', () => {
  const any = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e6, noNaN: true }))
  fc.assert(
    fc.property(fc.array(fc.tuple(any, any), { maxLength: 40 }), (pieces) => {
      let record = noSpeedRecord
      for (const [expectedMs, observedMs] of pieces) record = withObserved(record, expectedMs, observedMs)
      const share = credit(record, record)
      expect(share > 0 && share <= 1).toBe(true)
    }),
  )
})
