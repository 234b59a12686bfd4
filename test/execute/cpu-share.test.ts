/** What slots weigh for the kernel beside other sessions. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { slotNice, weighSession } from '../../src/execute/cpu-share.ts'
import { lacking, launcherAt, walled } from './isolation/levels.ts'
import { RunRecord, runOf } from './records.ts'
import { startPool, until } from './stage.ts'

const skip = existsSync('/proc/self/autogroup') ? false : 'this kernel weighs no sessions'

function autogroup(pid: number | 'self'): { session: string; nice: number } {
  const [session = '', , nice] = readFileSync(`/proc/${pid}/autogroup`, 'latin1').trim().split(' ')
  return { session, nice: Number(nice) }
}

const levels = (['L0', ...walled] as const).filter((level) => level === 'L0' || lacking(level) === false)

test.skipIf(skip).each(levels)(
  'a slot at %s has a session of its own, and that weighs what a slot is to weigh',
  async (level) => {
    const before = autogroup('self')
    const pool = await startPool({ launcher: launcherAt(level, true), yields: true })
    const record = new RunRecord()
    const { pid } = pool.run(runOf('host.log("on"); for(;;){}', 1), record)
    await until('the shard spins', () => record.lines.length > 0)
    // Ordinary users may weigh ten sessions a second, all together.
    await until('its session is weighed', () => autogroup(pid).nice === slotNice, 10_000)
    expect(autogroup(pid).session).not.toBe(before.session)
    expect(autogroup('self')).toEqual(before)
  },
)

test.skipIf(skip)('the session that a hub was started in is left alone', async () => {
  const before = autogroup('self')
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' })
  onTestFinished(() => void child.kill('SIGKILL'))
  weighSession(child.pid ?? 0)
  expect(autogroup(child.pid ?? 0)).toEqual(before)
})

test('a process that is gone weighs nothing, and nobody fails over it', () => {
  expect(() => weighSession(2 ** 22 + 1)).not.toThrow()
})
