/** Real hubs killed at every step of a shard's and of a job's life: what they held is done elsewhere, and counts once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noted } from './history-tail.ts'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, type RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/steps.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)

let swarm: RealSwarm
let first: RealHub
let second: RealHub
let third: RealHub
/** What each job must have come to. */
const results = new Map<string, unknown>()

beforeAll(async () => {
  if (unavailable !== null) return
  swarm = await realSwarm(3)
  await swarm.start()
  ;[first, second, third] = [swarm.hub(0), swarm.hub(1), swarm.hub(2)]
})

afterAll(async () => {
  if (unavailable === null) await swarm.destroy()
})

const ITEMS = 48
const doubled = Array.from({ length: ITEMS }, (_, n) => 2 * n)
const waiting = ['wait.js', { items: ITEMS, ms: 40 }, '--chunks', String(ITEMS)] as const

async function expectDone(at: RealHub, job: string): Promise<void> {
  const report = await ended(at, job, 60_000)
  expect({ job, status: report.status, error: report.error }).toEqual({ job, status: 'done', error: null })
  expect((await at.shoal<{ result: unknown }>('result', job)).result).toEqual(results.get(job))
}

async function back(hub: RealHub): Promise<void> {
  await hub.up()
  await swarm.connected()
}

here.each([
  ['it has heard of the job, and bids', ''],
  ['it has claimed shards, before one begins', 'claimed'],
  ['a shard runs', 'start'],
  ['a shard has run, before its result is told', 'execute'],
  ['its result is recorded, before others have it', 'done'],
])('a hub killed when %s', async (_, kind) => {
  const job = await submit(first, ...waiting)
  results.set(job, doubled)
  await noted(second, kind, (event) => event.job === job && (kind === '' || event.kind === kind))
  second.kill('SIGKILL')
  await expectDone(first, job)
  await back(second)
})

here('a submitter killed before it has acknowledged its job: the job is nowhere, or it ends', async () => {
  const asked = submit(first, ...waiting).then(
    (job) => job,
    () => null,
  )
  const known = new Set(results.keys())
  await noted(first, 'a new job', ({ job }) => job !== '' && !known.has(job))
  first.kill('SIGKILL')
  const acknowledged = await asked
  const others = (await second.shoal<{ job: string }[]>('jobs')).map(({ job }) => job).filter((job) => !known.has(job))
  if (acknowledged !== null) expect(others).toContain(acknowledged)
  for (const job of others) {
    results.set(job, doubled)
    await expectDone(second, job)
  }
  await back(first)
})

here(
  'a submitter killed in the middle of its job, and back before its end: it gives the result by the id',
  async () => {
    const job = await submit(first, ...waiting)
    results.set(job, doubled)
    await until(async () => (await second.job(job)).shards.done >= 10, 'some shards are done', 30_000)
    first.kill('SIGKILL')
    await back(first)
    await expectDone(first, job)
  },
)

here('a submitter killed when the job is done and nobody has read the result, and with it a holder', async () => {
  const [items, length] = [9, 300_000]
  const job = await submit(first, 'texts.js', { items, length }, '--chunks', String(items))
  results.set(
    job,
    Array.from({ length: items }, (_, n) => `${n}:`.padEnd(length, 'ab')),
  )
  expect((await ended(second, job, 60_000)).status).toBe('done')
  first.kill('SIGKILL')
  await expectDone(third, job)
  // One copy may be gone with the submitter; the hubs that are left make another.
  await back(first)
  second.kill('SIGKILL')
  await expectDone(first, job)
  await back(second)
})

here('every shard of all these jobs has one result, the same everywhere, and the checker agrees', async () => {
  const hubs = [first, second, third]
  for (const job of results.keys()) await swarm.agreed(hubs, job)
  expect(await swarm.violations(hubs, results)).toEqual([])
})
