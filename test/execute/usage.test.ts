import { expect, test } from 'vitest'
import { processUsage, residentBytes, usageByPid } from '../../src/execute/usage.ts'
import { MiB, RunRecord, runOf } from './records.ts'
import { startPool, until } from './stage.ts'

test.runIf(process.platform === 'linux')('CPU time of a spinning slot grows with it', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(runOf('console.log("on"); for(;;){}', 1), record)
  await until('it to spin', () => record.lines.length === 1)
  const before = processUsage(handle.pid)
  await until('a tenth of a second of CPU', () => processUsage(handle.pid).cpuSeconds >= before.cpuSeconds + 0.1)
  expect(residentBytes(handle.pid)).toBeGreaterThan(20 * MiB)
  expect(pool.usage().get(handle.pid)?.cpuSeconds).toBeGreaterThanOrEqual(before.cpuSeconds)
  handle.cancel()
  await record.end
})

test.runIf(process.platform === 'linux')('resident memory is what the system says it is', () => {
  const mine = residentBytes(process.pid)
  const told = process.memoryUsage.rss()
  expect(Math.abs(mine - told)).toBeLessThan(told * 0.1)
})

test('a process that is gone uses nothing', () => {
  expect(processUsage(0)).toEqual({ cpuSeconds: 0, rssBytes: 0 })
  expect(usageByPid([2 ** 30])).toEqual(new Map([[2 ** 30, { cpuSeconds: 0, rssBytes: 0 }]]))
})
