/** Results compared on several hubs: a lie does not stand and is told, and too few hubs are no reason to ask fewer. */
import { expect, test } from 'vitest'
import { simJob } from '../../simulations/kernel/workload.ts'
import { hubName, SimWorld } from '../../simulations/kernel/world.ts'
import { jobReport } from '../../src/hub/job-report.ts'
import { memberCapacity } from '../../src/hub/member-capacity.ts'
import { tooFewToCompare } from '../../src/hub/verify.ts'
import { recovery } from '../../src/limits.ts'

const families = [{ shards: 24, workMs: () => 40 }]

function ran(hubs: number, verify: number, liar: number | null, forMs: number) {
  const machines = Array.from({ length: hubs }, (_, index) => ({ isLiar: index === liar }))
  const sim = new SimWorld({ seed: 11, hubs, machines })
  const job = simJob('compared', hubName(0), families, { verify })
  sim.events.at(1_000, () => sim.submit(job, 0))
  sim.runFor(forMs)
  expect(sim.violations).toEqual([])
  const { state } = sim.hub(0).hub
  const known = state.job(job.id)
  return { sim, state, report: jobReport(state, known), view: [...known.view.families.values()].at(-1) }
}

test('one hub that lies is outvoted and named, and is trusted with less from then on', () => {
  const { state, report } = ran(4, 3, 2, 30_000)
  expect(report.status).toBe('ended')
  const { verified } = report
  expect(verified).toMatchObject({ hubs: 3, quorum: 2, shards: 24, waiting: null })
  expect(verified?.disagreements.length).toBeGreaterThan(0)
  for (const { kept, against } of verified?.disagreements ?? []) {
    expect(against).toEqual([hubName(2)])
    expect(kept.length).toBeGreaterThanOrEqual(2)
  }
  const [honest, liar] = [1, 2].map((index) => memberCapacity(state, state.members.get(hubName(index))))
  expect(liar?.tailRate).toBeLessThan((honest?.tailRate ?? 0) / 1.9)
})

test('each hub runs a shard once, and as many as asked run it', () => {
  const { view } = ran(4, 3, null, 30_000)
  for (let shard = 0; shard < 24; shard++) {
    const hubs = view?.votes(shard).map(({ hub }) => hub) ?? []
    expect(hubs.length).toBe(3)
    expect(new Set(hubs).size).toBe(3)
  }
})

test('two hubs that disagree ask a third', () => {
  const { report } = ran(3, 2, 1, 30_000)
  expect(report.status).toBe('ended')
  expect(report.verified?.disagreements.every(({ against }) => against.join() === hubName(1))).toBe(true)
})

test('with fewer hubs than asked a job waits, says for what, and fails after a while', () => {
  const waiting = ran(2, 3, null, 20_000)
  expect(waiting.report.status).toBe('running')
  expect(waiting.report.verified?.waiting).toBe('results are to be compared on 3 hubs, and 2 may run the job')
  const failed = ran(2, 3, null, 20_000 + recovery.verifyPatienceMs)
  expect(failed.report.status).toBe('unverified')
  expect(failed.report.reason).toContain('2 may run the job')
})

test('a job without shards says that nothing of it was compared', () => {
  const sim = new SimWorld({ seed: 11, hubs: 3 })
  const job = simJob('alone', hubName(0), [], { verify: 3 })
  sim.events.at(1_000, () => sim.submit(job, 0))
  sim.runFor(20_000)
  const { state } = sim.hub(0).hub
  const { status, verified } = jobReport(state, state.job(job.id))
  expect({ status, verified }).toMatchObject({ status: 'ended', verified: { shards: 0, waiting: null } })
  expect(verified?.note).toMatch(/^0 shards compared/)
})

test('whether enough hubs are there for a comparison is known before the job begins', () => {
  const { state } = ran(2, 2, null, 1_500)
  const { manifest } = simJob('next', hubName(0), families, { verify: 3 })
  expect(tooFewToCompare(state, { manifest })).toBe('results are to be compared on 3 hubs, and 2 may run the job')
  const { manifest: fewer } = simJob('next', hubName(0), families, { verify: 2 })
  expect(tooFewToCompare(state, { manifest: fewer })).toBeNull()
})

test('two results that were made without being asked for are compared, too, and both hubs are named', () => {
  const sim = new SimWorld({ seed: 11, hubs: 3 })
  const job = simJob('twice', hubName(0), [{ shards: 6, workMs: () => 40, isCostKnown: false }], {})
  sim.events.at(1_000, () => sim.submit(job, 0))
  sim.runFor(20_000)
  const { hub } = sim.hub(0)
  const view = [...hub.state.job(job.id).view.families.values()].at(-1)
  const first = view?.history().find(({ record }) => record.kind === 'done')
  if (first?.record.kind !== 'done') throw new Error('the family is done')
  expect(jobReport(hub.state, hub.state.job(job.id)).verified).toBeNull()
  const other = hubName(first.author.hub === hubName(1) ? 2 : 1)
  const tell = (bytes: Uint8Array) => {
    const record = { ...first.record, epoch: 7, ref: { kind: 'inline', bytes } as const }
    hub.handle({ type: 'records', job: job.id, entries: [{ author: { hub: other, boot: 'late' }, record }] }, 30_000)
    return jobReport(hub.state, hub.state.job(job.id)).verified?.disagreements ?? []
  }
  const [found] = tell(new Uint8Array([9]))
  expect(found).toMatchObject({ kept: [first.author.hub], against: [other] })
  // One word stands against another: nobody is blamed for it.
  expect(hub.state.wrongResults.size).toBe(0)
})
