/** Budgets: a sender gets what it may at once, then so much a second; many senders share what all may. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Budget } from '../../src/live/budget.ts'

function budget(init: Partial<ConstructorParameters<typeof Budget>[0]> = {}) {
  const clock = { ms: 0 }
  const limits = { burst: 4, perSecond: 2, burstAll: 1_000, perSecondAll: 1_000, sendersMax: 8 }
  return { clock, budget: new Budget({ ...limits, nowMs: () => clock.ms, ...init }) }
}

const taken = (from: Budget, sender: string, tries: number): number =>
  Array.from({ length: tries }, () => from.take(sender)).filter(Boolean).length

test('a sender may do so much at once, and then so much a second', () => {
  const { budget: one, clock } = budget()
  expect(taken(one, 'a', 10)).toBe(4)
  clock.ms += 1_000
  expect(taken(one, 'a', 10)).toBe(2)
  clock.ms += 3_600_000
  expect(taken(one, 'a', 10)).toBe(4)
})

test('what one sender used up is there for another', () => {
  const { budget: one } = budget()
  taken(one, 'a', 10)
  expect(taken(one, 'b', 10)).toBe(4)
})

test('made-up senders share what all may', () => {
  const { budget: one } = budget({ burstAll: 10, perSecondAll: 5 })
  const all = Array.from({ length: 100 }, (_, n) => taken(one, `made up ${n}`, 4))
  expect(all.reduce((sum, count) => sum + count)).toBe(10)
})

test('whatever arrives when, nobody gets more than burst and rate allow', () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.nat(400), sender: fc.constantFrom('a', 'b', 'c') }), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(arrivals, (list) => {
      const { budget: one, clock } = budget()
      const counts = new Map<string, number>()
      for (const { gapMs, sender } of list) {
        clock.ms += gapMs
        if (one.take(sender)) counts.set(sender, (counts.get(sender) ?? 0) + 1)
      }
      for (const count of counts.values()) expect(count).toBeLessThanOrEqual(4 + (2 * clock.ms) / 1_000 + 1e-6)
    }),
  )
})

test('what is charged is missing afterwards, within bounds; what is given back is there again, and no more than that', () => {
  const { budget: one, clock } = budget()
  one.charge('a', 3)
  expect(taken(one, 'a', 10)).toBe(1)
  one.charge('a', -2)
  expect(taken(one, 'a', 10)).toBe(2)
  for (let times = 0; times < 100; times++) one.charge('a', 1_000)
  clock.ms += 2_000
  expect(taken(one, 'a', 10)).toBe(0)
  clock.ms += 2_000
  expect(taken(one, 'a', 10)).toBe(4)
  for (let times = 0; times < 100; times++) one.charge('a', -1_000)
  expect(taken(one, 'a', 10)).toBe(4)
})
