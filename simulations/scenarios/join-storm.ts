/** Most of the machines come up within one second, in the middle of a job. */
import { range, type ScenarioPlan } from './scenario.ts'

/** The swarm that is there already: every twelfth machine, but at least two. */
const FIRST_SHARE = 1 / 12
const STORM_MS = 1_000

export const joinStorm: ScenarioPlan = {
  name: 'join-storm',
  summary: 'Most of the machines are switched on within one second, in the middle of a job.',
  size: { hubs: 48, shards: 2_400, shardMs: 200, atMs: 3_000, forMs: STORM_MS },
  acts: ({ hubs, atMs, forMs }) => {
    const first = Math.max(2, Math.round(hubs * FIRST_SHARE))
    const late = range(first, hubs)
    return late.map((hub, index) => ({ type: 'join', atMs: atMs + (index * forMs) / late.length, hubs: [hub] }))
  },
  bounds: { wallToIdealMax: 1.8, duplicatedWorkMax: 0.05, convergedMsMax: 5_000, falseDeathsMax: 0 },
}
