/** Weighing experts as a blend. */
import { expect, test } from 'vitest'
import { PolyWeights } from '../../src/forecast/poly-weights.ts'

test('experts that err on both sides are blended to what neither says', () => {
  const weights = new PolyWeights(3)
  const said = Float64Array.of(11, 7, 40)
  for (let outcome = 0; outcome < 500; outcome++) {
    const mixed = weights.mix(said)
    weights.observe(said, mixed, Math.sign(mixed - 10))
  }
  expect(Math.abs(weights.mix(said) - 10)).toBeLessThan(0.3)
})

test('an expert that says nothing is left out, and all of them give nothing', () => {
  const weights = new PolyWeights(2)
  expect(weights.mix(Float64Array.of(Number.NaN, 4))).toBe(4)
  expect(weights.mix(Float64Array.of(3, 5))).toBe(4)
  weights.observe(Float64Array.of(Number.NaN, 5), 4, -1)
  expect(weights.mix(Float64Array.of(3, 5))).toBe(5)
  expect(weights.mix(Float64Array.of(Number.NaN, Number.NaN))).toBeNaN()
})

test('what was right once is left when it errs for long', () => {
  const weights = new PolyWeights(2)
  const said = Float64Array.of(1, 2)
  const after = (actual: number, outcomes: number): number => {
    for (let at = 0; at < outcomes; at++) {
      const mixed = weights.mix(said)
      weights.observe(said, mixed, Math.sign(mixed - actual))
    }
    return weights.mix(said)
  }
  expect(after(1, 500)).toBeLessThan(1.2)
  expect(after(2, 1_500)).toBeGreaterThan(1.8)
})
