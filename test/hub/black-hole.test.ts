/** A hub that promises much and does nothing: it wins auctions, and holds up no job for longer than a third of its deadline. */
import { expect, test } from 'vitest'
import { type FamilyPlan, simJob } from '../../simulations/kernel/workload.ts'
import { SimWorld } from '../../simulations/kernel/world.ts'
import { auction } from '../../src/limits.ts'

const DEADLINE_MS = 30_000
const HELD_MS_MAX = DEADLINE_MS / auction.silentDeadlineParts
const SUBMITTER = 2

const honest = { slots: 1, speed: 1 }
/** Says that it is the fastest of all, and needs a year for a second's work. */
const hole = { slots: 1, speed: 3e-8, claimedSpeed: 16 }

function swarm(seed: number): SimWorld {
  const machines = [honest, hole, honest, honest]
  const sim = new SimWorld({ seed, hubs: machines.length, machines })
  sim.runFor(1_000)
  return sim
}

/** Milliseconds from submission to result; fails when there is none before the deadline. */
function wallMs(sim: SimWorld, id: string, family: FamilyPlan): number {
  const startMs = sim.events.nowMs
  sim.submit(simJob(id, `h000${SUBMITTER}`, [family], { deadlineMs: DEADLINE_MS }), SUBMITTER)
  expect(sim.runUntil(() => sim.isDoneAt(SUBMITTER, id), startMs + DEADLINE_MS)).toBe(true)
  expect(sim.violations).toEqual([])
  return sim.events.nowMs - startMs
}

const plans: readonly [string, FamilyPlan, number][] = [
  ['one shard, of which nobody knows how long it takes', { shards: 1, workMs: () => 100 }, 100],
  ['two of them', { shards: 2, workMs: () => 1_000 }, 1_000],
  ['many short ones', { shards: 60, workMs: () => 100, isCostKnown: true }, 2_000],
  ['a few long ones', { shards: 9, workMs: () => 2_000, isCostKnown: true }, 6_000],
]

test.each(plans)('%s', (_, family, honestMs) => {
  for (let seed = 1; seed <= 8; seed++) {
    // Root and shard may both be claimed by it, one after the other.
    expect(wallMs(swarm(seed), `job-${seed}`, family)).toBeLessThan(2 * HELD_MS_MAX + 2 * honestMs)
  }
})

test('it is asked for less than it promises: none of ten jobs in a row takes 30 % longer than without it', () => {
  const sim = swarm(5)
  const family = { shards: 60, workMs: () => 100, isCostKnown: true }
  for (let n = 0; n < 10; n++) expect(wallMs(sim, `job-${n}`, family)).toBeLessThan(1.3 * 2_000)
})
