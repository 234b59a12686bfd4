import { expect, test } from 'vitest'
import { Turns } from '../../src/store/turns.ts'

test('work on one key happens in the order of the calls, also after a failure; other keys do not wait', async () => {
  const turns = new Turns()
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = turns.take('a', async () => {
    await gate.promise
    order.push('a1')
    throw new Error('a1 failed')
  })
  const second = turns.take('a', async () => {
    order.push('a2')
    return 2
  })
  await turns.take('b', async () => {
    order.push('b')
  })
  gate.resolve()
  await expect(first).rejects.toThrow('a1 failed')
  expect(await second).toBe(2)
  expect(order).toEqual(['b', 'a1', 'a2'])
})
