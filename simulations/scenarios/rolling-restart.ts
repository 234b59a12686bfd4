/** Every machine is restarted in turn, as for an update: it hands over, leaves, and comes back. */
import { range, type ScenarioPlan } from './scenario.ts'

/** From the return of one machine to the turn of the next. */
const BETWEEN_MS = 1_000

export const rollingRestart: ScenarioPlan = {
  name: 'rolling-restart',
  summary: 'Every machine in turn hands over, leaves, and is started again.',
  size: { hubs: 6, shards: 1_200, shardMs: 100, atMs: 3_000, forMs: 1_000 },
  acts: ({ hubs, atMs, forMs }) =>
    range(0, hubs).map((hub) => ({ type: 'drain', atMs: atMs + hub * (forMs + BETWEEN_MS), forMs, hubs: [hub] })),
  bounds: { wallToIdealMax: 1.5, duplicatedWorkMax: 0.05, convergedMsMax: 5_000, falseDeathsMax: 0 },
}
