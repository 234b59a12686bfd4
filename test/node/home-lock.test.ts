import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockHome } from '../../node/home-lock.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'shoal-lock-'))
})

afterEach(() => {
  rmSync(home, { recursive: true, force: true })
})

test('a home takes one hub at a time', () => {
  const unlock = lockHome(home)
  expect(() => lockHome(home)).toThrow(expect.objectContaining({ code: 'SHOAL_HOME_BUSY' }))
  unlock()
  lockHome(home)()
})

test('the lock of a process that is gone is free', async () => {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.on('exit', resolve))
  writeFileSync(join(home, 'hub.lock'), JSON.stringify({ pid: child.pid, started: '1' }))
  lockHome(home)()
  expect(readdirSync(home)).toEqual([])
})

test.skipIf(process.platform !== 'linux')('a later process with the same id does not hold the lock', () => {
  writeFileSync(join(home, 'hub.lock'), JSON.stringify({ pid: process.pid, started: 'long ago' }))
  lockHome(home)()
})

test('a lock that was cut short is free', () => {
  writeFileSync(join(home, 'hub.lock'), '{"pid":')
  lockHome(home)()
})

test('a home that cannot be made is unusable', () => {
  writeFileSync(join(home, 'file'), '')
  expect(() => lockHome(join(home, 'file', 'home'))).toThrow(expect.objectContaining({ code: 'SHOAL_HOME_UNUSABLE' }))
})
