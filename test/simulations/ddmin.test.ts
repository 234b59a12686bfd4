import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ddmin } from '../../simulations/ddmin.ts'

test('what is left fails, and nothing of it can be left out', () => {
  const lists = fc.uniqueArray(fc.nat(60), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(lists, fc.array(fc.nat(100), { maxLength: 5 }), (items, picks) => {
      const needed = new Set(picks.map((pick) => items[pick % items.length] ?? 0))
      const fails = (part: readonly number[]) => [...needed].every((one) => part.includes(one))
      const left = ddmin(items, fails)
      expect([...left].sort()).toEqual([...needed].sort())
      expect(left).toEqual(items.filter((item) => left.includes(item)))
    }),
  )
})

test('either of two causes is enough: one is left', () => {
  expect(ddmin([1, 2, 3, 4, 5, 6], (part) => part.includes(2) || part.includes(5))).toHaveLength(1)
})

test('it asks far less often than there are parts', () => {
  let asked = 0
  const items = Array.from({ length: 200 }, (_, index) => index)
  const left = ddmin(items, (part) => {
    asked++
    return part.includes(17) && part.includes(180)
  })
  expect(left).toEqual([17, 180])
  expect(asked).toBeLessThan(120)
})
