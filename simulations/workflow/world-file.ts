/** Worlds from a file: everything spelled out. */
import * as v from 'valibot'
import { ShoalError } from '../../src/errors.ts'
import { curveOf } from './curve.ts'
import type { Dag } from './dag.ts'
import { edgeScale } from './seeded-world.ts'
import { straggleKey, type WorkflowWorld } from './world.ts'

const amount = v.pipe(v.number(), v.finite(), v.minValue(0))
const positive = v.pipe(v.number(), v.finite(), v.gtValue(0))
const index = v.pipe(v.number(), v.integer(), v.minValue(0))
const step = v.tuple([v.pipe(v.number(), v.finite()), v.pipe(v.number(), v.minValue(0), v.maxValue(1))])
const curve = v.pipe(
  v.array(step),
  v.check(
    (steps) => steps.every(([time], at) => at === 0 || time >= (steps[at - 1]?.[0] ?? 0)),
    'times must not go backwards',
  ),
)
const hubsMax = 1024

const worldFile = v.object({
  hubs: v.pipe(
    v.array(
      v.object({
        speed: positive,
        slots: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1024)), 1),
        load: v.optional(curve, []),
        forecast: v.optional(curve),
        repeat: v.optional(v.boolean()),
        diesAt: v.optional(v.nullable(amount), null),
      }),
    ),
    v.minLength(1),
    v.maxLength(hubsMax),
  ),
  latencyMs: v.optional(amount, 1),
  bandwidth: v.optional(v.array(v.array(amount))),
  workFactor: v.optional(v.array(positive)),
  edgeScale: v.optional(amount),
  straggle: v.optional(v.array(v.object({ task: index, hub: index, factor: positive })), []),
  repeat: v.optional(v.boolean(), false),
})

const gigabit = 125e6

/**
 * @param ccr used where the file gives no scale of the edges.
 * @throws ShoalError SHOAL_USAGE naming what is wrong.
 */
export function parseWorld(json: unknown, dag: Dag, ccr: number, name: string): WorkflowWorld {
  const parsed = v.safeParse(worldFile, json)
  if (!parsed.success) {
    const [issue] = parsed.issues
    throw unusable(name, `${v.getDotPath(issue) ?? 'it'}: ${issue.message}`)
  }
  const world = parsed.output
  const { hubs, bandwidth } = world
  if (
    bandwidth !== undefined &&
    (bandwidth.length < hubs.length || bandwidth.some((row) => row.length < hubs.length))
  ) {
    throw unusable(name, 'bandwidth needs a row and a column for every hub')
  }
  const isBroken = bandwidth?.some((row, from) =>
    hubs.some((_hub, to) => from < hubs.length && from !== to && row[to] === 0),
  )
  if (isBroken === true)
    throw unusable(name, 'bandwidth between two hubs is 0: what one makes would never reach the other')
  const lost = world.straggle.find(({ task, hub }) => task >= dag.work.length || hub >= hubs.length)
  if (lost !== undefined) throw unusable(name, `straggle names task ${lost.task} on hub ${lost.hub}, and there is none`)
  if (world.workFactor !== undefined && world.workFactor.length !== dag.work.length) {
    throw unusable(name, `workFactor has ${world.workFactor.length} entries for ${dag.work.length} tasks`)
  }
  if (hubs.every(({ diesAt }) => diesAt !== null)) throw unusable(name, 'no hub survives')
  return {
    machines: hubs.map((hub) => {
      const repeats = hub.repeat ?? world.repeat
      const { speed, slots, diesAt } = hub
      return {
        speed,
        slots,
        diesAt,
        load: curveOf(hub.load, repeats),
        forecast: curveOf(hub.forecast ?? hub.load, repeats),
      }
    }),
    latency: world.latencyMs / 1000,
    bandwidth: bandwidth ?? hubs.map(() => hubs.map(() => gigabit)),
    workFactor: world.workFactor ?? dag.work.map(() => 1),
    edgeScale: world.edgeScale ?? edgeScale(dag, ccr),
    straggle: new Map(world.straggle.map(({ task, hub, factor }) => [straggleKey(task, hub), factor])),
  }
}

function unusable(name: string, why: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${name} is no world: ${why}`, {
    next: 'a world is {"hubs":[{"speed":1,"slots":1,"load":[[t,level]],"forecast":[[t,level]],"diesAt":null}], ...}',
  })
}
