/** Who breaks the protocol once may try again; who does so again and again has to wait, and is forgiven then. */
import { expect, test } from 'vitest'
import { liveLimits } from '../../src/limits.ts'
import { Offenders } from '../../src/live/offenders.ts'

function offenders() {
  const clock = { ms: 0 }
  return { clock, list: new Offenders(() => clock.ms) }
}

test('a hub is shunned after some breaches, and no other with it', () => {
  const { list } = offenders()
  for (let times = 1; times <= liveLimits.breachesMax; times++) {
    expect(list.isShunned('a')).toBe(false)
    list.note('a')
  }
  expect([list.isShunned('a'), list.isShunned('b')]).toEqual([true, false])
})

test('after a quiet while it begins with a clean slate', () => {
  const { list, clock } = offenders()
  for (let times = 0; times < 10; times++) list.note('a')
  clock.ms += liveLimits.shunMs - 1
  expect(list.isShunned('a')).toBe(true)
  clock.ms += 1
  expect(list.isShunned('a')).toBe(false)
  list.note('a')
  expect(list.isShunned('a')).toBe(false)
})

test('breaches far apart are bad luck', () => {
  const { list, clock } = offenders()
  for (let times = 0; times < 10; times++, clock.ms += liveLimits.shunMs) list.note('a')
  expect(list.isShunned('a')).toBe(false)
})
