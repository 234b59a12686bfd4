import { expect, test } from 'vitest'
import { Arguments } from '../../node/arguments.ts'
import { partitionActs, splitsOf } from '../../node/simulate/splits.ts'
import { simulateScale } from '../../simulations/scale.ts'
import { runScenario } from '../../simulations/scenarios/run-scenario.ts'
import type { Act, Scenario } from '../../simulations/scenarios/scenario.ts'

function scenario(acts: readonly Act[]): Scenario {
  return { name: 'partition', summary: '', hubs: 6, acts, families: [{ shards: 700, workMs: () => 100 }] }
}

function words(named: Record<string, string | boolean>, partition: readonly string[] = []): Arguments {
  return new Arguments('simulate', new Map(Object.entries(named)), new Map([['partition', partition]]))
}

test('both sides of a partition work on; what was done twice is told and is little', () => {
  const sides = [
    [0, 1, 2],
    [3, 4, 5],
  ]
  const { report } = runScenario(scenario([{ type: 'partition', atMs: 3_000, forMs: 6_000, sides }]), 1)
  expect(report.violations).toEqual([])
  expect(report.completed).toBe(true)
  expect(Object.keys(report.completedBy)).toHaveLength(6)
  expect(report.wallMs).toBeLessThan(report.idealMs * 1.8)
  expect(report.duplicatedWork).toBeGreaterThan(0)
  expect(report.duplicatedWork).toBeLessThan(0.5)
  expect(report.receipt.every(({ hubs, kept }) => hubs.length > 1 && hubs.includes(kept))).toBe(true)
  expect(report.convergedMs).toBeLessThan(5_000)
})

test('several splits, of any sizes, both ways and one way', () => {
  const splits = splitsOf(words({ hubs: '6' }, ['1/5@1s..3s', '2/2/2@4s..6s', '5>1@7s..9s']))
  expect(partitionActs(splits)).toMatchObject([
    { atMs: 1_000, forMs: 2_000, sides: [[0], [1, 2, 3, 4, 5]] },
    {
      atMs: 4_000,
      forMs: 2_000,
      sides: [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    },
    { atMs: 7_000, forMs: 2_000, sides: [[0, 1, 2, 3, 4], [5]], isOneway: true },
  ])
  const { report } = runScenario(scenario(partitionActs(splits)), 2)
  expect(report.violations).toEqual([])
  expect(report.completed).toBe(true)
})

test('sides default to halves, hubs to what the sides have, times to 10 s and 40 s', () => {
  expect(splitsOf(words({})).splits).toMatchObject([{ sides: [4, 4], atMs: 10_000, healMs: 40_000 }])
  expect(splitsOf(words({ hubs: '5' })).splits).toMatchObject([{ sides: [3, 2] }])
  expect(splitsOf(words({ split: '2/1' })).hubs).toBe(3)
  expect(splitsOf(words({ at: '60s' })).splits).toMatchObject([{ atMs: 60_000, healMs: 90_000 }])
})

test.each([
  [{ hubs: '6', split: '3/4' }, [], /have 7 hubs, the swarm has 6/],
  [{ split: '0/4' }, [], /names no sides/],
  [{ split: '8' }, [], /names no sides/],
  [{ at: '50s', heal: '40s' }, [], /cannot heal before it splits/],
  [{}, ['4/4'], /cannot be read/],
  [{}, ['4/4@x..y'], /is no duration/],
  [{ split: '4/4' }, ['4/4@1s..2s'], /says it all/],
])('%j %j is refused with a reason', (named, partition, told) => {
  expect(() => splitsOf(words(named, partition))).toThrow(told)
})

test('twenty hubs end near the ideal time', () => {
  const report = simulateScale({ seed: 1, hubs: 20, shards: 200, shardMs: 500 }, () => 0)
  expect(report.completed).toBe(true)
  expect(report.makespanToIdeal).toBeLessThan(1.15)
  expect(report.executionsPerShard).toBeLessThan(1.02)
})
