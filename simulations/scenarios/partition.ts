/** The network falls into parts and heals: both ways, or so that one side is still heard. */
import { range, type ScenarioPlan, type Size } from './scenario.ts'

const size: Size = { hubs: 8, shards: 4_000, shardMs: 100, atMs: 10_000, forMs: 30_000 }

function halves({ hubs }: Size): readonly (readonly number[])[] {
  const half = Math.ceil(hubs / 2)
  return [range(0, half), range(half, hubs)]
}

export const partition: ScenarioPlan = {
  name: 'partition',
  summary: 'The network splits into two halves, and heals.',
  size,
  acts: (wanted) => [{ type: 'partition', atMs: wanted.atMs, forMs: wanted.forMs, sides: halves(wanted) }],
  bounds: { wallToIdealMax: 1.7, duplicatedWorkMax: 0.5, convergedMsMax: 5_000 },
}

export const oneway: ScenarioPlan = {
  name: 'oneway',
  summary: 'One half of the swarm hears nothing of the other, which still hears it.',
  size: { ...size, shards: 2_000, forMs: 10_000 },
  acts: (wanted) => [
    { type: 'partition', atMs: wanted.atMs, forMs: wanted.forMs, sides: halves(wanted), isOneway: true },
  ],
  bounds: { wallToIdealMax: 1.7, duplicatedWorkMax: 0.5, convergedMsMax: 5_000 },
}
