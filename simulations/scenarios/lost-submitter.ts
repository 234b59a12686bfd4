/** The plug of the machine that took the job is pulled, and it never comes back. */
import type { ScenarioPlan } from './scenario.ts'

export const lostSubmitter: ScenarioPlan = {
  name: 'lost-submitter',
  summary: 'The machine that took the job loses power and never comes back.',
  size: { hubs: 3, shards: 300, shardMs: 100, atMs: 2_000, forMs: 0 },
  acts: ({ atMs }) => [{ type: 'crash', atMs, hubs: [0] }],
  bounds: { wallToIdealMax: 2, duplicatedWorkMax: 0.3, convergedMsMax: 5_000 },
}
