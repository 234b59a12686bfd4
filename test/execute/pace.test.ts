import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/execute/entry/random.ts'
import { KeyedCache } from '../../src/execute/keyed-cache.ts'
import { Pace, Paces } from '../../src/execute/pace.ts'
import { slotLimits } from '../../src/limits.ts'

test('tiny shards are handed over by the hundred, long ones one at a time', () => {
  const pace = new Pace()
  for (let turn = 0; turn < 20; turn++) pace.learn(0.1, 10)
  expect(pace.window).toBe(2 * slotLimits.shardsPerFrameMax)
  pace.learn(500, 1)
  expect(pace.window).toBe(1)
})

test('one quick shard does not open the window wide', () => {
  const pace = new Pace()
  pace.learn(0.001, 1)
  expect(pace.window).toBeLessThanOrEqual(4)
})

test('what was learnt about a spot serves its next run, and old spots are forgotten', () => {
  const paces = new Paces()
  paces.of('program', 1).learn(0.01, 1)
  expect(paces.of('program', 1).window).toBe(4)
  expect(paces.of('program', 2).window).toBe(2)
  for (let spot = 10; spot < 10 + slotLimits.pacesMax; spot++) paces.of('program', spot)
  expect(paces.of('program', 1).window).toBe(2)
})

test('keyed bytes are sent once, and the least recently used go first when the slot is full', () => {
  const cache = new KeyedCache()
  const third = slotLimits.keyedBytesMax / 3
  expect(cache.use('a', third, [])).toEqual({ send: true, forget: [] })
  expect(cache.use('b', third, [])).toEqual({ send: true, forget: [] })
  expect(cache.use('a', third, [])).toEqual({ send: false, forget: [] })
  expect(cache.use('c', third + 10, ['c'])).toEqual({ send: true, forget: ['b'] })
  expect(cache.use('d', slotLimits.keyedBytesMax, ['a', 'd'])).toEqual({ send: true, forget: ['c'] })
  expect(cache.has('a')).toBe(true)
})

test('the seeded generator spreads evenly, also over neighbouring seeds and indices', () => {
  const random = new SeededRandom()
  const buckets = new Array<number>(16).fill(0)
  for (let index = 0; index < 16_000; index++) {
    random.seed(index % 7, index)
    const bucket = Math.floor(random.next() * 16)
    buckets[bucket] = (buckets[bucket] ?? 0) + 1
  }
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(160)
})
