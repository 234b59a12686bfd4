import fc from 'fast-check'
import { expect, test } from 'vitest'
import { setLatest } from '../../src/execute/latest.ts'

test('a table holds the keys that were set last, the latest at its end', () => {
  const keys = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 })
  fc.assert(
    fc.property(keys, fc.integer({ min: 1, max: 6 }), (set, max) => {
      const table = new Map<number, number>()
      for (const [at, key] of set.entries()) setLatest(table, key, at, max)
      const latest = [...new Set(set.toReversed())].slice(0, max).toReversed()
      expect([...table]).toEqual(latest.map((key) => [key, set.lastIndexOf(key)]))
    }),
  )
})
