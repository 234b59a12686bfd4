/** Every built-in scenario, judged by the checker; and scenarios of a user's own. */
import { expect, test } from 'vitest'
import { scenarioPlans, sized } from '../../simulations/scenarios/catalogue.ts'
import { runScenario } from '../../simulations/scenarios/run-scenario.ts'
import { parseScenario } from '../../simulations/scenarios/scenario-file.ts'
import { scenarioText } from '../../simulations/scenarios/scenario-text.ts'

for (const plan of scenarioPlans) {
  test(`${plan.name}: the job completes within its bounds, and every invariant holds`, () => {
    // At half its size, where that is large: the bounds hold for any.
    const scenario =
      plan.size.hubs > 8 ? { ...sized(plan, { hubs: 24, shards: 1_200 }), bounds: plan.bounds } : sized(plan)
    const { report } = runScenario(scenario, 1)
    expect(report.violations).toEqual([])
    expect(report.completed).toBe(true)
    const shares = Object.values(report.completedBy).reduce((sum, shards) => sum + shards, 0)
    expect(shares).toBe(report.shards)
    expect(report.receipt.length).toBeLessThanOrEqual(Math.ceil(report.duplicatedWork * report.shards))
  })
}

const split = {
  schema: 'shoal-scenario/1',
  name: 'two splits',
  hubs: 4,
  families: [{ shards: 200, shardMs: 100 }],
  acts: [
    {
      type: 'partition',
      atMs: 1_000,
      forMs: 1_000,
      sides: [
        [0, 1],
        [2, 3],
      ],
    },
    { type: 'partition', atMs: 3_000, forMs: 1_000, sides: [[0], [1, 2, 3]], isOneway: true },
  ],
}

test('a scenario file runs as it says', () => {
  const { report, world } = runScenario(parseScenario(split, 'mine.json'), 7)
  expect(report.completed).toBe(true)
  expect(report.violations).toEqual([])
  const told = world.history.events.filter(({ kind }) => kind === 'fault').map(({ detail }) => detail)
  expect(told).toEqual(['partition 0,1|2,3', 'heal 0,1|2,3', 'partition 0>1,2,3', 'heal 0>1,2,3'])
})

test('bounds of a scenario are judged like invariants', () => {
  const { report } = runScenario(parseScenario({ ...split, bounds: { wallToIdealMax: 0.5 } }, 'mine.json'), 7)
  expect(report.violations.map(({ invariant }) => invariant)).toEqual(['L1'])
})

const wrong: [name: string, change: object, told: RegExp][] = [
  ['an unknown act', { acts: [{ type: 'meteor', atMs: 1 }] }, /acts\.0\.type/],
  ['a misspelt field', { acts: [{ type: 'crash', atMs: 1, hub: [0] }] }, /acts\.0/],
  ['a hub that is not there', { acts: [{ type: 'crash', atMs: 1, hubs: [4] }] }, /there is no hub 4/],
  ['a hub on two sides', { acts: [{ type: 'partition', atMs: 1, sides: [[0], [0, 1]] }] }, /a hub is on two sides/],
  ['no families', { families: [] }, /families/],
  ['another schema', { schema: 'shoal-dag/1' }, /schema/],
]
test.each(wrong)('a scenario file with %s is refused by name', (_name, change, told) => {
  expect(() => parseScenario({ ...split, ...change }, 'mine.json')).toThrow(told)
})

test('a job that all its hubs have left is not called completed, and took longer than any bound allows', () => {
  const gone = { type: 'crash', atMs: 100, hubs: [0, 1, 2, 3] }
  const scenario = parseScenario({ ...split, acts: [gone], bounds: { wallToIdealMax: 1000 } }, 'mine.json')
  const { report } = runScenario(scenario, 1)
  expect([report.completed, report.hubsLeft, report.completedBy]).toEqual([false, 0, {}])
  expect(report.violations).toMatchObject([{ invariant: 'L1' }])
  expect(scenarioText(report, scenario)).toContain('NOT completed: no hub is left')
})

test('the same seed gives the same history', () => {
  const scenario = parseScenario(split, 'mine.json')
  const [first, again] = [runScenario(scenario, 3), runScenario(scenario, 3)]
  expect(again.world.history.hash).toBe(first.world.history.hash)
})
