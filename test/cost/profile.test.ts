/** Function profiles: learned here, merged from others in any order, bounded. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FunctionProfiles, type ProfileEntry } from '../../src/cost/profile.ts'
import { forecastLimits } from '../../src/limits.ts'

test('mean and p90 of the time per item', () => {
  const profiles = new FunctionProfiles()
  for (let run = 0; run < 8; run++) profiles.observe('code', 10, 20)
  profiles.observe('code', 20, 640)
  const profile = profiles.of('code')
  expect(profile?.count).toBe(100)
  expect(profile?.meanMs).toBeCloseTo(8)
  expect(profile?.p90Ms).toBeCloseTo(32)
  expect(profiles.of('other')).toBeNull()
})

test('a measurement that makes no sense teaches nothing', () => {
  const profiles = new FunctionProfiles()
  for (const [items, ms] of [
    [0, 5],
    [1, -5],
    [Number.NaN, 1],
    [1, Number.POSITIVE_INFINITY],
  ] as const)
    profiles.observe('c', items, ms)
  expect(profiles.of('c')).toBeNull()
})

test('a profile follows a function that has changed its pace', () => {
  const profiles = new FunctionProfiles()
  profiles.observe('code', 90_000, 90_000)
  for (let run = 0; run < 60; run++) profiles.observe('code', 10_000, 50_000)
  expect(profiles.of('code')?.meanMs).toBeGreaterThan(4.5)
})

const entry: fc.Arbitrary<ProfileEntry> = fc.record({
  code: fc.constantFrom('a', 'b', 'c'),
  count: fc.integer({ min: 1, max: 50 }),
  meanMs: fc.integer({ min: 0, max: 9 }),
  p90Ms: fc.integer({ min: 0, max: 9 }),
})
const gossip = fc.array(fc.tuple(fc.constantFrom('h1', 'h2'), fc.array(entry, { maxLength: 4 })), { maxLength: 6 })

function merged(messages: readonly (readonly [string, readonly ProfileEntry[]])[]): unknown {
  const profiles = new FunctionProfiles()
  for (const [hub, entries] of messages) profiles.merge(hub, entries)
  return ['a', 'b', 'c'].map((code) => {
    const profile = profiles.of(code)
    return profile === null ? null : [profile.count, profile.meanMs.toFixed(9), profile.p90Ms.toFixed(9)]
  })
}

test('merging is idempotent, and order does not matter', () => {
  fc.assert(
    fc.property(gossip, (messages) => {
      expect(merged([...messages, ...messages])).toEqual(merged(messages))
      expect(merged([...messages].reverse())).toEqual(merged(messages))
    }),
  )
})

test('own experience travels, and weighs by its count', () => {
  const [here, there] = [new FunctionProfiles(), new FunctionProfiles()]
  here.observe('code', 10, 10)
  there.observe('code', 30, 90)
  here.merge('there', there.own(5))
  expect(here.of('code')?.count).toBe(40)
  expect(here.of('code')?.meanMs).toBeCloseTo(2.5)
})

test('entries that no hub measures are not taken in', () => {
  const profiles = new FunctionProfiles()
  const bad = { code: 'c', count: 1, meanMs: 1, p90Ms: 1 }
  const entries = [
    { ...bad, count: -1 },
    { ...bad, count: 1e9 },
    { ...bad, meanMs: Number.NaN },
    { ...bad, code: 'x'.repeat(1000) },
    { ...bad, code: '' },
  ]
  profiles.merge('hub', entries)
  expect(entries.map(({ code }) => profiles.of(code))).toEqual(entries.map(() => null))
})

test('the least recently used functions are forgotten', () => {
  const profiles = new FunctionProfiles()
  profiles.observe('first', 1, 1)
  for (let at = 0; at < forecastLimits.profilesMax; at++) {
    profiles.observe(`code${at}`, 1, 1)
    if (at === 5) profiles.observe('first', 1, 1)
  }
  expect([profiles.of('code0'), profiles.of('first')?.count]).toEqual([null, 2])
  expect(profiles.own(3).map(({ code }) => code)).toEqual(['code511', 'code510', 'code509'])
})
