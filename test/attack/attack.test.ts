import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { lacking, type Walled, walled } from '../execute/isolation/levels.ts'
import { attacks } from './attacks.ts'
import { besiege, verdict } from './besiege.ts'
import type { AttackOutcome } from './besieged-hub.ts'

const page = readFileSync(new URL('../../docs/explanation/security.md', import.meta.url), 'utf8')

/** What these throw comes after their answer: the slot ends by it, before the answer is out or after. */
const late = new Set(['unhandled rejection', 'throw in a microtask'])

/** Whether the manual's table says the same of an attack at a level. */
function isAsWritten(level: Walled, outcome: AttackOutcome): boolean {
  if (late.has(outcome.name) && outcome.end === 'complete') return true
  const [, , ...cells] = (page.split('\n').find((line) => line.startsWith(`| ${outcome.name} |`)) ?? '').split('|')
  const written = cells[walled.indexOf(level)]?.trim()
  return written === undefined || written === verdict(outcome)
}

/** A hub that stands still for longer would be suspected by its peers. */
const STALL_MS_MAX = 1_500

test.concurrent.each(walled)('at %s no attack gets out, and the hub goes on', { timeout: 60_000 }, async (level) => {
  const missing = lacking(level)
  if (missing !== false) return console.warn(`${level} skipped: ${missing}`)
  const outcomes = await besiege(level)
  expect(outcomes.filter(({ evidence }) => evidence.length > 0)).toEqual([])
  expect(outcomes.filter(({ stallMs }) => stallMs > STALL_MS_MAX)).toEqual([])
  expect(outcomes.map(({ name }) => name).sort()).toEqual(
    [...attacks.map(({ name }) => name), 'honest work afterwards'].sort(),
  )
  expect(outcomes.at(-1)).toMatchObject({ name: 'honest work afterwards', end: 'complete', said: '42' })
  // One that met the short deadline of this test may have been about to end in another way.
  const surprises = outcomes.filter((one) => one.end !== 'deadline' && !isAsWritten(level, one))
  expect(surprises.map(({ name, end }) => `${name}: ${end}`)).toEqual([])
})

test('evidence is found where code does get out: the plain process', { timeout: 30_000 }, async () => {
  const some = ['read a secret file with fs', 'child_process', 'environment secret', 'unix socket']
  const outcomes = await besiege('L0', { names: some, deadlineMs: 10_000 })
  expect(
    outcomes
      .filter(({ evidence }) => evidence.length > 0)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(some.sort())
})

test('the table of outcomes in the manual lists every attack', () => {
  expect(attacks.filter(({ name }) => !page.includes(`| ${name} |`)).map(({ name }) => name)).toEqual([])
})
