/** The demonstration of the README, as a user runs it. */
import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { readHistories } from '../../node/read-histories.ts'
import { judge } from '../../simulations/checker/judge.ts'
import { processesNaming } from './real-hubs.ts'

const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))

test('the demo kills the hub that took the job, and the result is that of the plain function', async () => {
  const histories = await mkdtemp(join(tmpdir(), 'shoal-histories-'))
  const env = { ...process.env, SHOAL_HISTORY: histories }
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'demo', '--json'], { encoding: 'utf8', env })
  expect(status, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ isEqual: true })
  expect(stderr).toContain('kill -9')
  expect(await processesNaming('shoal-demo')).toBe('')
  const events = await readHistories([histories])
  expect(new Set(events.map(({ hub }) => hub)).size).toBe(3)
  expect(judge(events)).toEqual([])
  await rm(histories, { recursive: true, force: true })
})
