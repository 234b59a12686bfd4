/** The monitor of a hub: it reports, and remembers over restarts in a file that only its owner reads. */
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { LoadForecaster } from '../../src/forecast/load-forecaster.ts'
import { encodeSaved } from '../../src/forecast/saved-forecast.ts'
import type { LoadReport } from '../../src/hub/beacon.ts'
import { LoadMonitor } from '../../src/live/load-monitor.ts'

let folder: string
const file = (): string => join(folder, 'forecast.json')

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-monitor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

interface Watched {
  readonly monitor: LoadMonitor
  readonly firstReport: Promise<LoadReport>
  readonly warnings: string[]
}

function monitored(): Watched {
  const first = Promise.withResolvers<LoadReport>()
  const warnings: string[] = []
  const quiet = (): void => undefined
  const log = { debug: quiet, info: quiet, error: quiet, warn: (_fields: object, text: string) => warnings.push(text) }
  const monitor = new LoadMonitor({ usage: () => new Map(), report: first.resolve, file: file(), log })
  return { monitor, firstReport: first.promise, warnings }
}

/** What an earlier life left: a wave at a level that this machine does not have. */
async function leaveBehind(samples: number): Promise<void> {
  const earlier = new LoadForecaster()
  for (let second = 0; second < samples; second++) {
    earlier.observe({ cpu: 60 + (second % 7), memory: 50, network: 1e6 }, { cpu: 0, memory: 0, network: 0 })
  }
  await writeFile(file(), encodeSaved(earlier.saved(), Date.now()))
}

test('it reports all horizons at once after a restart, and leaves its memory to the next', async () => {
  await leaveBehind(700)
  const { monitor, firstReport, warnings } = monitored()
  await monitor.start()
  const { forecast, coverage, sequence } = await firstReport
  await monitor.stop()
  expect(forecast.map(({ horizonMs }) => horizonMs)).toEqual([1000, 6000, 12_000, 60_000, 120_000])
  // Without an earlier life coverage is the 0.9 of a hub that has no record.
  expect(coverage?.cpu).not.toBe(0.9)
  expect(sequence).toBe(1)
  expect(JSON.parse(await readFile(file(), 'utf8')).cpu.length).toBeGreaterThanOrEqual(701)
  expect((await stat(file())).mode & 0o777).toBe(0o600)
  expect(warnings).toEqual([])
})

test('a spoilt memory is begun anew', async () => {
  await writeFile(file(), '{"version":1,"cpu":')
  const { monitor, firstReport } = monitored()
  await monitor.start()
  expect((await firstReport).forecast.length).toBe(3)
  await monitor.stop()
  expect(JSON.parse(await readFile(file(), 'utf8')).cpu.length).toBeLessThan(5)
})

test('one that is stopped while it recalls leaves the memory as it was', async () => {
  await leaveBehind(700)
  const before = await readFile(file(), 'utf8')
  const { monitor } = monitored()
  const started = monitor.start()
  await monitor.stop()
  await started
  expect(await readFile(file(), 'utf8')).toBe(before)
})
