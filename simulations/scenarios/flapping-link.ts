/** A bad cable: the link between two machines breaks and comes back every second. */
import type { ScenarioPlan } from './scenario.ts'

const EVERY_MS = 1_000

export const flappingLink: ScenarioPlan = {
  name: 'flapping-link',
  summary: 'The link between two machines breaks and comes back every second.',
  size: { hubs: 4, shards: 800, shardMs: 100, atMs: 3_000, forMs: 15_000 },
  acts: ({ atMs, forMs }) => [{ type: 'flap', atMs, forMs, between: [[0], [1]], everyMs: EVERY_MS }],
  bounds: { wallToIdealMax: 1.5, duplicatedWorkMax: 0.2, convergedMsMax: 5_000, falseDeathsMax: 0 },
}
