/** The built-in scenarios, and how they become ones of a wanted size. */
import { flappingLink } from './flapping-link.ts'
import { joinStorm } from './join-storm.ts'
import { lostSubmitter } from './lost-submitter.ts'
import { oneway, partition } from './partition.ts'
import { powerCut } from './power-cut.ts'
import { rollingRestart } from './rolling-restart.ts'
import { type Act, type Bounds, calmFromMs, type Scenario, type ScenarioPlan, type Size } from './scenario.ts'
import { slowLink } from './slow-link.ts'

export const scenarioPlans: readonly ScenarioPlan[] = [
  partition,
  oneway,
  rollingRestart,
  flappingLink,
  slowLink,
  joinStorm,
  powerCut,
  lostSubmitter,
]

/** The scenario at its own size, or at another: then without its bounds, which were found for its own. */
export function sized(plan: ScenarioPlan, wanted: Partial<Size> = {}): Scenario {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined)
  const size = { ...plan.size, ...Object.fromEntries(given) }
  const acts = plan.acts(size)
  const bounds: Bounds = given.length === 0 ? plan.bounds : {}
  const { shardMs } = size
  const shards = wanted.shards ?? Math.max(size.shards, enoughShards(size, acts))
  return {
    name: plan.name,
    summary: plan.summary,
    hubs: size.hubs,
    acts,
    families: [{ shards, workMs: () => shardMs }],
    bounds,
  }
}

/** So many that all hubs are busy until everything is mended, and somewhat longer. */
function enoughShards({ hubs, shardMs }: Size, acts: readonly Act[]): number {
  return Math.ceil(((calmFromMs(acts) + BUSY_AFTER_MS) * hubs) / shardMs)
}

const BUSY_AFTER_MS = 2_000
