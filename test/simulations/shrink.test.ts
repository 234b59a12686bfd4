/** A planted bug, found by a sweep: the failure comes back small, with its story and a command line that shows it again. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { mutants } from '../../simulations/mutant-list.ts'
import type { SweepReport } from '../../simulations/sweep.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-shrink-'))
  for (const part of ['src', 'node', 'simulations', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const mutant = mutants.find(({ name }) => name === 'a drain is never told to be over')
  if (mutant === undefined) throw new Error('the mutant is gone')
  const path = join(folder, mutant.file)
  const text = readFileSync(path, 'utf8')
  expect(text).toContain(mutant.find)
  writeFileSync(
    path,
    text.replace(mutant.find, () => mutant.replace),
  )
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

function simulate(words: readonly string[]): { status: number | null; report: SweepReport } {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['node/cli.ts', 'simulate', ...words, '--json'], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (stdout === '') throw new Error(stderr)
  return { status, report: JSON.parse(stdout) }
}

test('the shrunk failure is small, and its command line breaks the same invariant', () => {
  const { status, report } = simulate([
    'chaos',
    '--seeds',
    '40',
    '--faults',
    'drain,crash,freeze',
    '--hubs',
    '5',
    '--shards',
    '60',
  ])
  expect(status).toBe(1)
  const [failure] = report.failed
  const shrunk = failure?.shrunk
  if (failure === undefined || shrunk === null || shrunk === undefined) throw new Error('nothing was found or shrunk')
  expect(shrunk.events.length).toBeLessThanOrEqual(3)
  expect(shrunk.hubs * shrunk.shards).toBeLessThan(5 * 60)
  expect(shrunk.invariant).toBe(failure.invariant)
  expect(failure.story.length).toBeGreaterThan(0)
  expect(shrunk.story.length).toBeGreaterThan(0)
  for (const event of shrunk.events) expect(event.told).not.toBe('')

  for (const replay of [failure.replay, shrunk.replay]) {
    const [npx, shoal, verb, ...words] = replay.split(' ')
    expect([npx, shoal, verb]).toEqual(['npx', 'shoal', 'simulate'])
    const again = simulate([...words, '--no-shrink'])
    expect(again.status).toBe(1)
    expect(again.report.failed.map(({ invariant }) => invariant)).toEqual([failure.invariant])
  }
}, 60_000)
