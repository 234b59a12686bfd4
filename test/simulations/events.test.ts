import { expect, test } from 'vitest'
import { EventQueue, INSTANT_EVENTS_MAX } from '../../simulations/kernel/events.ts'

test('events come by time, and at one instant in the order in which they were scheduled', () => {
  const queue = new EventQueue()
  const seen: string[] = []
  queue.at(2, () => seen.push('c'))
  queue.at(1, () => {
    seen.push('a')
    queue.after(0, () => seen.push('b'))
  })
  queue.at(2, () => seen.push('d'))
  while (queue.step(10));
  expect(seen).toEqual(['a', 'b', 'c', 'd'])
  expect(queue.nowMs).toBe(10)
})

test('a timer that asks for the same moment for ever ends with an error, not in silence', () => {
  const queue = new EventQueue()
  const again = (): void => queue.at(5, again)
  queue.at(5, again)
  expect(() => {
    while (queue.step(10));
  }).toThrow('time stands still at 5 ms')
})

test('as many events as there may be at one instant are no standstill, at each of several', () => {
  const queue = new EventQueue()
  for (const atMs of [1, 2]) for (let index = 0; index < INSTANT_EVENTS_MAX; index++) queue.at(atMs, () => undefined)
  while (queue.step(10));
  expect(queue.count).toBe(2 * INSTANT_EVENTS_MAX)
})
