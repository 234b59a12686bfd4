/** One machine sits behind a line with two seconds of delay, and gossip gets lost on the way. */
import { range, type ScenarioPlan } from './scenario.ts'

const EXTRA_MS = 2_000
const LOST_SHARE = 0.3

export const slowLink: ScenarioPlan = {
  name: 'slow-link',
  summary: 'One machine is behind a line with two seconds of delay, and a third of all gossip is lost.',
  size: { hubs: 4, shards: 800, shardMs: 100, atMs: 3_000, forMs: 15_000 },
  acts: ({ hubs, atMs, forMs }) => [
    { type: 'slow-link', atMs, forMs, between: [[0], range(1, hubs)], extraMs: EXTRA_MS },
    { type: 'gossip-loss', atMs, forMs, share: LOST_SHARE },
  ],
  bounds: { wallToIdealMax: 2, duplicatedWorkMax: 0.5, convergedMsMax: 10_000 },
}
