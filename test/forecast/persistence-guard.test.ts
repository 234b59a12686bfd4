/** When a mixture may speak instead of persistence. */
import { expect, test } from 'vitest'
import { Random } from '../../simulations/kernel/random.ts'
import { MeanMixture } from '../../src/forecast/mean-mixture.ts'
import { PersistenceGuard } from '../../src/forecast/persistence-guard.ts'

/** What guards say of gains drawn around a mean, with a spread of 1. */
function shareAfter(outcomes: number, mean: number, seed: number): number {
  const random = new Random(seed, 'gains')
  const guard = new PersistenceGuard(1)
  for (let at = 0; at < outcomes; at++) guard.observe(mean + random.between(-1.7, 1.7))
  return guard.share()
}

const seeds = Array.from({ length: 100 }, (_, seed) => seed)

test('gains by chance are hardly believed, real ones are', () => {
  const meanShare = (mean: number): number =>
    seeds.reduce((sum, seed) => sum + shareAfter(1_000, mean, seed), 0) / seeds.length
  expect(meanShare(0)).toBeLessThan(0.3)
  // As it is where nothing can be learned: a mixture of experts is a little worse than the best of them.
  expect(meanShare(-0.05)).toBeLessThan(0.05)
  expect(seeds.every((seed) => shareAfter(1_000, 0.2, seed) === 1)).toBe(true)
})

test('before there are outcomes persistence speaks', () => {
  const guard = new PersistenceGuard(6)
  expect(guard.share()).toBe(0)
  guard.observe(1)
  expect(guard.share()).toBe(0)
})

test('one jump in a thousand does not undo what all other outcomes show', () => {
  const guard = new PersistenceGuard(1)
  for (let at = 0; at < 1_000; at++) guard.observe(at === 500 ? -1_000 : 0.5 + (at % 3))
  expect(guard.share()).toBe(1)
})

test('many small gains do not make up for losses that are rarer and together larger', () => {
  const guard = new PersistenceGuard(1)
  for (let at = 0; at < 1_000; at++) guard.observe(at % 20 === 19 ? -2 : 0.1)
  expect(guard.share()).toBe(0)
})

test('gains that come in bursts are believed at long horizons, too', () => {
  const guard = new PersistenceGuard(12)
  for (let at = 0; at < 900; at++) guard.observe(at % 60 < 2 ? 0.9 : 0)
  expect(guard.share()).toBe(1)
})

test('a gain that is always the same is certain, none at all is none', () => {
  const [some, none] = [new PersistenceGuard(12), new PersistenceGuard(12)]
  for (let at = 0; at < 100; at++) {
    some.observe(2)
    none.observe(0)
  }
  expect([some.share(), none.share()]).toEqual([1, 0])
})

test('on a random walk the spoken forecast is never worse than the present value', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    const random = new Random(seed, 'walk')
    const mixture = new MeanMixture(2, 1)
    let [value, wrong, last] = [50, 0, 0]
    for (let sample = 0; sample < 2_000; sample++) {
      const next = value + random.between(-1, 1)
      // One expert believes in the present, the other that every walk turns back to 50.
      const said = mixture.mix(
        Float64Array.of(value, value + 0.1 * (50 - value)),
        new Float64Array(2).fill(Number.NaN),
        {
          last: value,
          low: 0,
        },
      )
      if (sample >= 300) {
        wrong += Math.abs(next - said.mean)
        last += Math.abs(next - value)
      }
      mixture.observe(next, said)
      value = next
    }
    expect(wrong / last).toBeLessThanOrEqual(1.001)
  }
})
