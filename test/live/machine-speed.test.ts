/** The speed of a machine: measured once, kept, and measured again when what was kept is of another machine. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { speedLimits } from '../../src/limits.ts'
import { machineSpeed, speedOf } from '../../src/live/machine-speed.ts'

let home = ''

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'shoal-speed-'))
})

afterEach(() => rm(home, { recursive: true, force: true }))

test('half the time is twice the speed, and a measurement a little off is the same speed', () => {
  const { referenceRoundMs } = speedLimits
  expect(speedOf(referenceRoundMs)).toBe(1)
  expect(speedOf(referenceRoundMs / 2)).toBeCloseTo(2, 1)
  expect(speedOf(referenceRoundMs * 1.02)).toBe(1)
  expect(speedOf(referenceRoundMs * 1e9)).toBe(speedLimits.speedMin)
  expect(speedOf(referenceRoundMs / 1e9)).toBe(speedLimits.speedMax)
})

test('it is kept in the home, and believed only of the same machine', async () => {
  const measured = await machineSpeed(home)
  expect(measured).toBeGreaterThanOrEqual(speedLimits.speedMin)
  const file = join(home, 'speed.json')
  const kept = JSON.parse(await readFile(file, 'utf8')) as { machine: string; speed: number }
  expect(kept.speed).toBe(measured)
  await writeFile(file, JSON.stringify({ ...kept, speed: 7.5 }))
  expect(await machineSpeed(home)).toBe(7.5)
  await writeFile(file, JSON.stringify({ machine: 'another', speed: 7.5 }))
  expect(await machineSpeed(home)).not.toBe(7.5)
  await writeFile(file, 'garbage')
  expect(await machineSpeed(home)).not.toBe(7.5)
})
