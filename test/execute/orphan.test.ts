import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { lacking, walled } from './isolation/levels.ts'
import { isAlive, until } from './stage.ts'

const hub = fileURLToPath(new URL('../fixtures/spinning-hub.ts', import.meta.url))

/** By the kernel to a plain slot, by a thread in it, or by what the walls of a level are made of. */
const ways = ['kernel', 'thread', ...walled.filter((level) => lacking(level) === false)]

test.each(ways)('kill -9 of the hub ends a spinning slot, told by %s', async (watch) => {
  const child = spawn(process.execPath, [hub, watch], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const pids = JSON.parse(String(line)) as number[]
  expect(pids.length).toBeGreaterThan(0)
  expect(pids.every(isAlive)).toBe(true)
  child.kill('SIGKILL')
  onTestFinished(() => {
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL')
  })
  await until('all slots to be gone', () => !pids.some(isAlive), 5_000)
})
