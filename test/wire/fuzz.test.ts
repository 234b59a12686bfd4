/** A short run of the wire fuzzer, from another seed each time; the long one is `npm run fuzz:wire`. */
import { expect, test } from 'vitest'
import { fuzz, replayKept, targets } from './fuzz/run.ts'

const SECONDS = 5

test('inputs that once broke a reader break it no more', () => {
  expect(replayKept()).toEqual([])
})

test('hostile bytes crash nothing and change nothing that nobody signed', async () => {
  const seed = Date.now() % 2 ** 31
  const report = await fuzz({ seconds: SECONDS, seed, keep: false })
  expect(report.findings.slice(0, 3), `replay: npm run fuzz:wire -- --seed ${seed}`).toEqual([])
  expect(Object.keys(report.byTarget).length).toBe(targets.length)
  expect(report.isMemoryFlat, `grew by ${report.memoryGrowthBytes} bytes`).toBe(true)
})
