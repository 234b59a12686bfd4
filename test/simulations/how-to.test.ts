/** The page about simulations is true to the letter: its scenario runs and holds, its command lines are ones. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { check } from '../../node/commands/check.ts'
import { run } from '../../node/commands/run.ts'
import { simulate } from '../../node/commands/simulate.ts'
import { parseVerb } from '../../node/verb.ts'
import { scenarioPlans } from '../../simulations/scenarios/catalogue.ts'
import { runScenario } from '../../simulations/scenarios/run-scenario.ts'
import { parseScenario } from '../../simulations/scenarios/scenario-file.ts'

const page = readFileSync(new URL('../../docs/how-to/simulate.md', import.meta.url), 'utf8')
const verbs = [simulate, check, run]

test('the scenario of the page runs, and keeps its bounds', () => {
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? []
  const scenario = parseScenario(JSON.parse(text), 'two-cuts.json')
  for (const seed of [1, 2, 3]) {
    const { report } = runScenario(scenario, seed)
    expect(report.violations).toEqual([])
    expect(report.completed).toBe(true)
  }
})

const commands = [...page.matchAll(/^ {4,}(?:\w+=\S+ )?(?:npx )?shoal (\w+) ?(.*)$/gm)].map(
  ([, verb = '', words = '']) => [verb, words],
)

test('there are command lines to judge', () => {
  expect(commands.length).toBeGreaterThan(10)
})

test.each(commands)('shoal %s %s can be typed', (name, line) => {
  const verb = verbs.find((one) => one.name === name)
  if (verb === undefined) throw new Error(`no verb ${name}`)
  const words = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
  expect(() => parseVerb(verb, words)).not.toThrow()
})

test('the page names every act of a scenario file', () => {
  const types = [
    ...readFileSync(new URL('../../simulations/scenarios/scenario-file.ts', import.meta.url), 'utf8').matchAll(
      /type: v\.literal\('([\w-]+)'\)/g,
    ),
  ]
  expect(types.length).toBeGreaterThan(8)
  for (const [, type] of types) expect(page).toContain(`| \`${type}\` |`)
  expect(page).toContain(`shoal simulate ${scenarioPlans[2]?.name}`)
})
