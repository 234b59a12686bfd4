/** A sweep on several threads: the same report as on one, and an end with the first failure. */
import { expect, test } from 'vitest'
import { plainChaos } from '../../simulations/chaos.ts'
import { sweepInThreads } from '../../simulations/sweep-thread.ts'

const options = { ...plainChaos, hubs: 3, shards: 10, seed: 1, seeds: 40 }
const clock = () => performance.now()

test('threads change nothing but the time it takes', async () => {
  const seeds: number[][] = [[], []]
  const one = await sweepInThreads(options, 1, clock, ({ seed }) => seeds[0]?.push(seed))
  const two = await sweepInThreads(options, 2, clock, ({ seed }) => seeds[1]?.push(seed))
  expect([one.threads, two.threads]).toEqual([1, 2])
  expect(seeds[1]).toEqual(seeds[0])
  expect(timeless(two)).toEqual(timeless(one))
  expect(two.seedsPerCpuSecond).toBeGreaterThan(0)
})

test('a few seeds are not worth a thread', async () => {
  const report = await sweepInThreads({ ...options, seeds: 5 }, 8, clock)
  expect([report.threads, report.seeds, report.failed.length]).toEqual([1, 5, 0])
})

function timeless(report: Awaited<ReturnType<typeof sweepInThreads>>) {
  const { failed, faults, covered, traceHash, executionsPerShard, ledgers } = report
  return { failed, faults, covered, traceHash, executionsPerShard, ledgers }
}
