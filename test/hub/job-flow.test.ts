/** A job's way through simulated hubs: everybody's bid, claims, results, and every way to lose a hub on the way. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import { SimWorld, type WorldOptions } from '../../simulations/kernel/world.ts'
import { counts } from '../../src/limits.ts'

const JOB = 'job-1'

function world(options: Partial<WorldOptions> = {}): SimWorld {
  return new SimWorld({ seed: 7, hubs: 4, ...options })
}

/** Runs one job of `shards` equal shards, with what the test does in the middle; returns its end and its executions. */
function runJob(
  sim: SimWorld,
  families: { shards: number; workMs: number }[],
  during: (startMs: number) => void = () => undefined,
) {
  sim.runFor(1_000)
  const startMs = sim.events.nowMs
  const hubs = [...sim.hubs.keys()].length
  sim.submit(
    simJob(
      JOB,
      'h0000',
      families.map(({ shards, workMs }) => ({ shards, workMs: () => workMs })),
    ),
    0,
  )
  during(startMs)
  const isDone = sim.runUntil(
    () =>
      Array.from({ length: hubs }, (_, index) => index).some(
        (index) => sim.hub(index).isAlive && sim.isDoneAt(index, JOB),
      ),
    startMs + 600_000,
  )
  return { isDone, wallMs: sim.events.nowMs - startMs, executions: sim.executions.length }
}

test('a job of one family ends near the ideal time, each shard run once', () => {
  const sim = world()
  const { isDone, wallMs, executions } = runJob(sim, [{ shards: 200, workMs: 100 }])
  expect(isDone).toBe(true)
  expect(executions).toBeLessThanOrEqual(202)
  expect(wallMs).toBeLessThan(5_000 * 1.1 + 200)
})

test('ten thousand tiny shards are claimed in bundles', () => {
  const sim = world()
  const { isDone, wallMs, executions } = runJob(sim, [{ shards: 10_000, workMs: 1 }])
  expect(isDone).toBe(true)
  expect(executions).toBeLessThanOrEqual(10_200)
  expect(wallMs).toBeLessThan(2_500 * 1.25 + 300)
})

test('families follow each other through the root', () => {
  const sim = world()
  const { isDone, wallMs } = runJob(sim, [
    { shards: 40, workMs: 50 },
    { shards: 7, workMs: 20 },
    { shards: 64, workMs: 30 },
  ])
  expect(isDone).toBe(true)
  expect(wallMs).toBeLessThan((500 + 40 + 480) * 1.3 + 300)
})

test('unequal machines share by speed', () => {
  const sim = world({ speeds: [2, 1, 0.5, 0.5] })
  const { isDone, wallMs } = runJob(sim, [{ shards: 400, workMs: 40 }])
  expect(isDone).toBe(true)
  expect(wallMs).toBeLessThan(4_000 * 1.15 + 200)
})

test('a killed hub costs little more than the work it held', () => {
  const sim = world()
  const { isDone, wallMs, executions } = runJob(sim, [{ shards: 200, workMs: 100 }], () => {
    sim.events.after(1_500, () => sim.crash(2))
  })
  expect(isDone).toBe(true)
  expect(executions).toBeLessThanOrEqual(210)
  expect(wallMs).toBeLessThan(6_800)
})

test('the job outlives the hub it was submitted through', () => {
  const sim = world({ blobResults: 0.3 })
  const { isDone, wallMs } = runJob(sim, [{ shards: 200, workMs: 100 }], () => {
    sim.events.after(1_500, () => sim.crash(0))
  })
  expect(isDone).toBe(true)
  expect(wallMs).toBeLessThan(8_000)
})

test('a frozen hub is not waited for, and its late results change nothing', () => {
  const sim = world()
  const { isDone, wallMs } = runJob(sim, [{ shards: 200, workMs: 100 }], () => {
    sim.events.after(1_500, () => sim.hub(3).freeze())
    sim.events.after(16_500, () => sim.hub(3).thaw())
  })
  expect(isDone).toBe(true)
  expect(wallMs).toBeLessThan(6_170 + 3_000)
  sim.runFor(30_000)
  expect(sim.isDoneAt(3, JOB)).toBe(true)
})

test('both sides of a partition work on, and agree after it', () => {
  const sim = world({ blobResults: 0.2 })
  const { isDone } = runJob(sim, [{ shards: 400, workMs: 100 }], () => {
    sim.events.after(2_000, () => sim.partition([0, 1], [2, 3]))
    sim.events.after(8_000, () => sim.heal([0, 1], [2, 3]))
  })
  expect(isDone).toBe(true)
  sim.runFor(20_000)
  const keys = [0, 1, 2, 3].map((index) => {
    const view = sim.hub(index).hub.state.jobs.get(JOB)?.view.families.get('f1')
    return JSON.stringify(Array.from({ length: 400 }, (_, shard) => [view?.done(shard)?.hub, view?.done(shard)?.epoch]))
  })
  expect(new Set(keys).size).toBe(1)
})

test('power fails everywhere: the job resumes from the disks', () => {
  const sim = world()
  const { isDone, executions } = runJob(sim, [{ shards: 200, workMs: 100 }], () => {
    sim.events.after(2_500, () => {
      for (const index of [0, 1, 2, 3]) sim.crash(index)
    })
    sim.events.after(4_000, () => {
      for (const name of [...sim.hubs.keys()]) sim.bounce(name)
    })
  })
  expect(isDone).toBe(true)
  expect(executions).toBeLessThan(215)
})

test('two jobs share the hubs evenly', () => {
  const sim = world()
  sim.runFor(1_000)
  const families = [{ shards: 200, workMs: () => 50 }]
  sim.submit(simJob('job-a', 'h0000', families), 0)
  sim.submit(simJob('job-b', 'h0001', families), 1)
  sim.runFor(2_500)
  const share = sim.executions.filter((execution) => execution.job === 'job-a').length / sim.executions.length
  expect(share).toBeGreaterThan(0.4)
  expect(share).toBeLessThan(0.6)
})

test('a draining hub hands over and is told when nothing holds it', () => {
  const sim = world()
  const { isDone } = runJob(sim, [{ shards: 100, workMs: 100 }], () => {
    sim.events.after(1_000, () => sim.hub(1).input({ type: 'drain' }))
  })
  expect(isDone).toBe(true)
  expect(sim.notes.some((note) => note.hub === 'h0001' && note.effect.type === 'drained')).toBe(true)
})

test('the same seed gives the same history', () => {
  const history = () => {
    const sim = world({ blobResults: 0.3 })
    runJob(sim, [{ shards: 120, workMs: 37 }], () => sim.events.after(700, () => sim.crash(1)))
    return JSON.stringify(sim.executions)
  }
  expect(history()).toBe(history())
})

test('jobs that ended long ago make room for new ones', { timeout: 60_000 }, () => {
  const sim = world({ hubs: 1 })
  sim.runFor(1_000)
  for (let n = 0; n < counts.jobsMax + 50; n++) {
    sim.submit(simJob(`job-${n}`, 'h0000', []), 0)
    sim.runFor(20)
  }
  const kept = [...sim.hub(0).hub.state.jobs.values()]
  expect(kept.length).toBeLessThanOrEqual(counts.jobsKept)
  expect(kept.some(({ id }) => id === 'job-0')).toBe(false)
  expect(sim.isDoneAt(0, `job-${counts.jobsMax + 49}`)).toBe(true)
})
