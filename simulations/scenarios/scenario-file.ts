/** A scenario of a user's own: one JSON file, the same data as the built-in ones. */
import * as v from 'valibot'
import { ShoalError } from '../../src/errors.ts'
import type { Act, Bounds, Scenario } from './scenario.ts'

/** What any simulation may have: machines, shards of a family, virtual milliseconds. */
export const HUBS_MAX = 1_000
export const SHARDS_MAX = 65_536
const ACTS_MAX = 10_000
export const MS_MAX = 86_400_000

const ms = v.pipe(v.number(), v.minValue(0), v.maxValue(MS_MAX))
const hub = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(HUBS_MAX - 1))
const which = v.pipe(v.array(hub), v.minLength(1), v.maxLength(HUBS_MAX))
const pair = v.tuple([which, which])
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1))
const optional = { atMs: ms, forMs: v.optional(ms) }
const mended = { atMs: ms, forMs: ms }

const act = v.variant('type', [
  v.strictObject({
    type: v.literal('partition'),
    ...optional,
    sides: v.pipe(
      v.array(which),
      v.minLength(2),
      v.check((sides) => new Set(sides.flat()).size === sides.flat().length, 'a hub is on two sides'),
    ),
    isOneway: v.optional(v.boolean()),
  }),
  v.strictObject({ type: v.literal('crash'), ...optional, hubs: which, isTorn: v.optional(v.boolean()) }),
  v.strictObject({ type: v.literal('amnesia'), ...mended, hubs: which }),
  v.strictObject({ type: v.literal('freeze'), ...mended, hubs: which }),
  v.strictObject({ type: v.literal('drain'), ...mended, hubs: which }),
  v.strictObject({ type: v.literal('join'), atMs: ms, hubs: which }),
  v.strictObject({ type: v.literal('slow-link'), ...optional, between: pair, extraMs: ms }),
  v.strictObject({ type: v.literal('flap'), ...mended, between: pair, everyMs: v.pipe(ms, v.minValue(1)) }),
  v.strictObject({
    type: v.literal('straggle'),
    ...optional,
    hubs: which,
    times: v.pipe(v.number(), v.minValue(1), v.maxValue(1000)),
  }),
  v.strictObject({ type: v.literal('gossip-loss'), ...optional, share }),
])

const bound = v.optional(v.pipe(v.number(), v.minValue(0)))
const family = v.strictObject({
  shards: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(SHARDS_MAX)),
  shardMs: v.pipe(v.number(), v.minValue(0.01), v.maxValue(MS_MAX)),
})

const schema = v.strictObject({
  schema: v.literal('shoal-scenario/1'),
  name: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  summary: v.optional(v.pipe(v.string(), v.maxLength(1024)), ''),
  hubs: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(HUBS_MAX)),
  families: v.pipe(v.array(family), v.minLength(1), v.maxLength(64)),
  submitter: v.optional(hub, 0),
  acts: v.pipe(v.array(act), v.maxLength(ACTS_MAX)),
  bounds: v.optional(
    v.strictObject({
      wallToIdealMax: bound,
      duplicatedWorkMax: bound,
      convergedMsMax: bound,
      falseDeathsMax: bound,
    }),
  ),
})

/** @throws ShoalError SHOAL_USAGE, naming the place that is wrong. */
export function parseScenario(json: unknown, file: string): Scenario {
  const parsed = v.safeParse(schema, json)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw wrong(file, `${v.getDotPath(issue) ?? 'the file'}: ${issue.message}`)
  }
  const { families, bounds, acts, ...rest } = parsed.output
  const scenario: Scenario = {
    ...rest,
    acts: acts.map((one) => defined(one) as Act),
    families: families.map(({ shards, shardMs }) => ({ shards, workMs: () => shardMs })),
    ...(bounds === undefined ? {} : { bounds: defined(bounds) as Bounds }),
  }
  for (const [index, one] of acts.entries()) refuseUnknownHubs(file, scenario, one, index)
  if (scenario.submitter !== undefined && scenario.submitter >= scenario.hubs)
    throw wrong(file, `submitter: there is no hub ${scenario.submitter}`)
  return scenario
}

function refuseUnknownHubs(file: string, { hubs }: Scenario, one: object, index: number): void {
  const named = Object.entries(one).flatMap(([key, value]): number[] =>
    ['hubs', 'sides', 'between'].includes(key) ? [value].flat(2) : [],
  )
  const unknown = named.find((number) => number >= hubs)
  if (unknown !== undefined)
    throw wrong(file, `acts.${index}: there is no hub ${unknown}, the ${hubs} hubs are 0 to ${hubs - 1}`)
}

/** Without the properties that were left out. */
function defined(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))
}

function wrong(file: string, why: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${file} is no scenario: ${why}`, { next: 'see docs/how-to/simulate.md' })
}
