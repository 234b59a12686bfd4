import { afterEach, expect, test } from 'vitest'
import { type EmbeddedSwarm, startEmbeddedSwarm } from '../../src/client/embedded-swarm.ts'
import type { RemoteHub } from '../../src/client/remote-hub.ts'
import { RunHandle } from '../../src/client/run-handle.ts'
import { makeSubmission } from '../../src/client/submission.ts'
import { jobFile, until } from './real-hubs.ts'

interface Whole {
  readonly whole: { readonly sum: number; readonly parts: readonly number[]; readonly drawn: number }
  readonly again: { readonly sum: number }
}

let swarm: EmbeddedSwarm | null = null

afterEach(async () => {
  await swarm?.[Symbol.asyncDispose]()
  swarm = null
})

function hubOf(index: number): RemoteHub {
  const hub = swarm?.hubs[index]
  if (hub === undefined) throw new Error(`no hub ${index}`)
  return hub.remote
}

async function submit(hub: RemoteHub, input: unknown): Promise<RunHandle<Whole>> {
  const id = await hub.submit(await makeSubmission(jobFile('graph.js'), input, {}))
  return new RunHandle<Whole>({ hub }, { id })
}

const parts = Array.from({ length: 12 }, (_, i) => i + 1)
const sum = 78

test('calls of sharded functions run on all hubs, wait for each other, fail together and can be cancelled', async () => {
  swarm = await startEmbeddedSwarm({ hubs: 3 })
  const run = await submit(hubOf(0), { parts, ms: 30 })
  const { whole, again } = await run.result()
  expect([whole.parts, whole.sum, again.sum]).toEqual([parts, sum, sum])
  const report = await run.report()
  // The root; 12 parts; 11 joins and the last call.
  expect(report.shards.total).toBe(1 + 12 + 11 + 1)
  expect(report.byHub.length).toBe(3)

  const failing = await submit(hubOf(1), { parts: [1, -2, 3], ms: 1 })
  await expect(failing.result()).rejects.toThrow(new RangeError('part -2 is negative'))
  await until(async () => (await failing.report()).status === 'failed', 'the failed job is judged')
  const { error } = await failing.report()
  expect(error?.stack).toMatch(/graph\.js:8:24/)
  expect(error?.shard).toMatch(/^\w+:\d+$/)

  const endless = await submit(hubOf(2), { parts, ms: 60_000 })
  await until(async () => (await endless.report()).families > 0, 'the first family')
  await endless.cancel()
  await expect(endless.result()).rejects.toMatchObject({ code: 'SHOAL_JOB_CANCELLED' })
})

test('the graph survives the death of the hub that runs the root: another replays it, and done calls stay done', async () => {
  swarm = await startEmbeddedSwarm({ hubs: 3 })
  const unbroken = await (await submit(hubOf(0), { parts, ms: 1 })).result()
  const [submitter] = swarm.hubs
  const run = await submit(hubOf(0), { parts, ms: 150 })
  const there = new RunHandle<Whole>({ hub: hubOf(1) }, { id: run.id })
  // The job is accepted when one of the others holds it: that need not be this one.
  const known = async () => (await hubOf(1).jobs()).find(({ job }) => job === run.id)
  await until(async () => ((await known())?.shards.done ?? 0) >= 8, 'some calls are done')
  const before = (await there.report()).shards.done
  submitter?.kill()
  const { whole, again } = await there.result()
  expect([whole.parts, whole.sum, again.sum]).toEqual([parts, sum, sum])
  expect(whole.drawn).not.toBe(unbroken.whole.drawn)
  const { shards, attempts } = await there.report()
  expect(shards.total).toBe(1 + 12 + 11 + 1)
  const twice = attempts.filter(({ status, attempt, family }) => status === 'done' && attempt > 1 && family !== 'root')
  expect(twice.length).toBeLessThanOrEqual(shards.total - before)
})
