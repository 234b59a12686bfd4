/** The demonstration of the README, as a user runs it. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { processesNaming } from './real-hubs.ts'

const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))

test('the demo kills the hub that took the job, and the result is that of the plain function', async () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'demo', '--json'], { encoding: 'utf8' })
  expect(status, stderr).toBe(0)
  expect(JSON.parse(stdout)).toMatchObject({ isEqual: true })
  expect(stderr).toContain('kill -9')
  expect(await processesNaming('shoal-demo')).toBe('')
})
