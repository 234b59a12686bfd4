/** Losses of every kind: poison, lost blobs, drains, late submitters, and the hazards of planning without a coordinator. */
import { expect, test } from 'vitest'
import { type FamilyPlan, POISONED, simJob, simValue } from '../../simulations/kernel/workload.ts'
import { hubName, SimWorld, type WorldOptions } from '../../simulations/kernel/world.ts'

const JOB = 'job-1'

function started(options: Partial<WorldOptions>, families: FamilyPlan[], plan: Parameters<typeof simJob>[3] = {}) {
  const sim = new SimWorld({ seed: 7, hubs: 4, ...options })
  sim.runFor(1_000)
  sim.submit(simJob(JOB, 'h0000', families, plan), 0)
  return sim
}

function isDoneSomewhere(sim: SimWorld, forMs = 120_000): boolean {
  const isDone = () => [...sim.hubs.keys()].some((_, index) => sim.hub(index).isUp && sim.isDoneAt(index, JOB))
  return sim.runUntil(isDone, sim.events.nowMs + forMs)
}

function view(sim: SimWorld, family: string, at = 0) {
  const found = sim.hub(at).hub.state.jobs.get(JOB)?.view.families.get(family)
  if (found === undefined) throw new Error(`no family ${family}`)
  return found
}

test('a shard that takes down three hubs gets an error as its result; all others keep theirs', () => {
  const sim = started({}, [{ shards: 30, workMs: () => 40, poison: new Set([11]) }])
  expect(isDoneSomewhere(sim)).toBe(true)
  const family = sim.family(JOB, 'f1')
  for (let shard = 0; shard < 30; shard++) {
    const done = view(sim, 'f1').done(shard)
    const value = done === null ? 'none' : sim.valueAt(done.ref, done.offset)
    expect(value).toBe(family === null ? '' : shard === 11 ? POISONED : simValue(family, shard))
  }
  const lost = sim.history.events.filter(({ kind }) => kind === 'slot-lost')
  expect(lost.length).toBeLessThanOrEqual(4)
  expect(new Set(lost.map(({ hub }) => hub)).size).toBeGreaterThanOrEqual(3)
})

test('a poison shard ends on a lone hub too', () => {
  const sim = started({ hubs: 1 }, [{ shards: 3, workMs: () => 10, poison: new Set([1]) }])
  expect(isDoneSomewhere(sim)).toBe(true)
})

test('a shard whose hubs died often is not poison: one lost slot does not condemn it', () => {
  const sim = started({}, [{ shards: 1, workMs: () => 3_000 }])
  for (let round = 0; round < 14; round++) {
    sim.runFor(700)
    const holder = view(sim, 'f1').holder(0)
    if (holder === null || holder.hub === 'h0000') continue
    sim.crash(Number(holder.hub.slice(1)))
    sim.runFor(2_000)
    sim.bounce(holder.hub)
  }
  sim.slotCrash = 1
  sim.runFor(600)
  sim.slotCrash = 0
  expect(isDoneSomewhere(sim)).toBe(true)
  expect(sim.history.events.filter(({ kind }) => kind === 'condemn')).toEqual([])
})

test('when all holders of a result are gone it is re-opened and made again', () => {
  const sim = started({ blobResults: 1 }, [
    { shards: 40, workMs: () => 50 },
    { shards: 200, workMs: () => 100 },
  ])
  sim.runFor(1_500)
  // Everybody but the last hub loses everything for good; the root goes with them.
  for (const index of [0, 1, 2]) sim.crash(index)
  expect(isDoneSomewhere(sim)).toBe(true)
  const generations = Array.from({ length: 40 }, (_, shard) => view(sim, 'f1', 3).generation(shard))
  expect(Math.max(...generations)).toBeGreaterThan(0)
})

test('results that living hubs have lost from their disks are made again', () => {
  const sim = started({ blobResults: 1 }, [
    { shards: 40, workMs: () => 50 },
    { shards: 100, workMs: () => 100 },
  ])
  sim.runFor(1_500)
  for (const hub of sim.hubs.values()) hub.disk.loseBlobs(() => true)
  sim.crash(0)
  expect(isDoneSomewhere(sim)).toBe(true)
})

test('a lone hub that drains with a job under way is told so, and goes on when it starts again', () => {
  const sim = started({ hubs: 1 }, [{ shards: 20, workMs: () => 100 }])
  sim.runFor(500)
  sim.hub(0).input({ type: 'drain' })
  sim.runFor(2_000)
  expect(sim.notes.some(({ effect }) => effect.type === 'drained')).toBe(true)
  sim.crash(0)
  sim.bounce(hubName(0))
  sim.runFor(10)
  expect(isDoneSomewhere(sim)).toBe(true)
  expect(sim.executions.length).toBeLessThanOrEqual(22)
})

test('a need that one hub meets keeps all others off, however idle', () => {
  const machines = [{}, {}, { labels: { gpu: 'yes' } }, {}]
  const plan = { needs: { gpu: 'yes' } }
  const sim = started({ machines }, [{ shards: 20, workMs: () => 50 }], plan)
  sim.runFor(30_000)
  const ran = sim.executions.filter(({ family }) => family === 'f1').map(({ hub }) => hub)
  expect(ran.length).toBe(20)
  expect(new Set(ran)).toEqual(new Set(['h0002']))
})

test('a job whose deadline passes is ended with the reason', () => {
  const sim = started({}, [{ shards: 100, workMs: () => 1_000 }], { deadlineMs: 3_000 })
  sim.runFor(6_000)
  expect(sim.hub(1).hub.state.job(JOB).view.cancelled).toBe('deadline')
  expect([...sim.hubs.values()].map(({ hub }) => hub.state.runs.size)).toEqual([0, 0, 0, 0])
})

test('hazard 1: a pipeline whose hubs die does not choke on children claimed ahead', () => {
  const edges = Array.from({ length: 59 }, (_, index) => ({ from: index, to: index + 1 }))
  const chains = edges.filter(({ to }) => to % 15 !== 0)
  const sim = started({}, [{ shards: 60, workMs: () => 100, edges: chains, isCostKnown: true }])
  sim.events.after(500, () => sim.crash(1))
  sim.events.after(900, () => sim.crash(2))
  expect(isDoneSomewhere(sim)).toBe(true)
})

test('hazard 2: claims are not released back and forth', () => {
  const sim = started({ speeds: [2, 1, 1, 0.5] }, [{ shards: 200, workMs: (shard) => 20 + (shard % 7) * 10 }])
  expect(isDoneSomewhere(sim)).toBe(true)
  const released = view(sim, 'f1')
    .history()
    .filter(({ record }) => record.kind === 'claim' && record.state === 'released')
  expect(released.length).toBeLessThanOrEqual(20)
})

test('hazard 3: work that everybody leaves to one hub is taken when that hub takes nothing', () => {
  const sim = started({ speeds: [1, 50, 1, 1] }, [])
  const lazy = sim.hub(1).hub.state
  lazy.leaving = true
  lazy.drainedTold = true
  sim.submit(simJob('job-2', 'h0000', [{ shards: 10, workMs: () => 100 }]), 0)
  const isDone = () => sim.isDoneAt(0, 'job-2')
  expect(sim.runUntil(isDone, sim.events.nowMs + 20_000)).toBe(true)
})

test('results that found no room on the disk are made again, also by a hub that is alone', () => {
  for (const seed of [1, 2, 3, 4]) {
    const sim = started({ hubs: 1, blobResults: 0.5, seed }, [{ shards: 200, workMs: () => 4 }])
    sim.events.after(100, () => {
      sim.hub(0).disk.isFull = true
    })
    sim.events.after(400, () => {
      sim.hub(0).disk.isFull = false
    })
    expect(isDoneSomewhere(sim), `seed ${seed}`).toBe(true)
  }
})

test('results of holders that are only away for a while are not made again', () => {
  const sim = started({ blobResults: 1 }, [{ shards: 24, workMs: () => 100 }])
  sim.runFor(500)
  // What the first two made is on their disks alone; a new root needs it.
  for (const index of [0, 1]) {
    sim.crash(index)
    sim.events.after(6_000, () => sim.bounce(hubName(index)))
  }
  expect(isDoneSomewhere(sim)).toBe(true)
  const kinds = sim.history.events.map(({ kind }) => kind)
  expect([kinds.includes('unavailable'), kinds.includes('reopen')]).toEqual([true, false])
})
