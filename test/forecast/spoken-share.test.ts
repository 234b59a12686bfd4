/** How much of the way to the mixture is spoken. */
import { expect, test } from 'vitest'
import { Random } from '../../simulations/kernel/random.ts'
import { SpokenShare } from '../../src/forecast/spoken-share.ts'

/** After outcomes that lie about `truth` of the way to a mixture that is as often above the present as below. */
function shareFor(truth: number, noise: number, seed: number): number {
  const random = new Random(seed, 'outcomes')
  const share = new SpokenShare(1)
  for (let at = 0; at < 3_000; at++) {
    const away = random.between(-1, 1)
    share.observe(50 + truth * away + random.between(-noise, noise), 50 + away, 50)
  }
  return share.value()
}

test('before there are outcomes nothing is spoken', () => {
  expect(new SpokenShare(6).value()).toBe(0)
})

test('a mixture that goes too far is followed for a part of the way', () => {
  for (const seed of [1, 2, 3]) {
    expect(shareFor(0.25, 0.1, seed)).toBe(0.25)
    expect(shareFor(0.55, 0.1, seed)).toBe(0.5)
    expect(shareFor(1, 0.1, seed)).toBe(1)
  }
})

test('one that goes the wrong way is not followed at all', () => {
  for (const seed of [1, 2, 3]) expect(shareFor(-0.3, 1, seed)).toBe(0)
})
