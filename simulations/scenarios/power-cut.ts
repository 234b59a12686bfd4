/** The lights go out: every machine at once, in the middle of its writes. */
import { range, type ScenarioPlan } from './scenario.ts'

export const powerCut: ScenarioPlan = {
  name: 'power-cut',
  summary: 'Every machine loses power at once, in the middle of its writes, and comes back.',
  size: { hubs: 5, shards: 1_000, shardMs: 400, atMs: 5_000, forMs: 3_000 },
  acts: ({ hubs, atMs, forMs }) => [{ type: 'crash', atMs, forMs, hubs: range(0, hubs), isTorn: true }],
  bounds: { wallToIdealMax: 1.3, duplicatedWorkMax: 0.1, convergedMsMax: 5_000 },
}
