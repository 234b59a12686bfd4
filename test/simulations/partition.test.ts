import { expect, test } from 'vitest'
import { simulatePartition } from '../../simulations/partition.ts'
import { simulateScale } from '../../simulations/scale.ts'

test('both sides of a partition work on; what was done twice is told and is little', () => {
  const report = simulatePartition({ seed: 1, sides: [3, 3], atMs: 3_000, healMs: 9_000, shardMs: 100 })
  expect(report.completed).toBe(true)
  expect(Object.keys(report.completedBy)).toHaveLength(6)
  expect(report.wallMs).toBeLessThan(report.idealMs * 1.8)
  expect(report.duplicatedWork).toBeLessThan(0.5)
  expect(report.convergedMs).toBeLessThan(5_000)
})

test('twenty hubs end near the ideal time', () => {
  const report = simulateScale({ seed: 1, hubs: 20, shards: 200, shardMs: 500 }, () => 0)
  expect(report.completed).toBe(true)
  expect(report.makespanToIdeal).toBeLessThan(1.15)
  expect(report.executionsPerShard).toBeLessThan(1.02)
})
