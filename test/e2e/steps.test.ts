/** Real hubs killed at every step of a shard's and of a job's life: what they held is done elsewhere, and counts once. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noted } from './history-tail.ts'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, type RealHub, submit, until } from './real-hubs.ts'
import { ThreeHubs } from './three-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/steps.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)

let hubs: ThreeHubs
let first: RealHub
let second: RealHub
let third: RealHub

beforeAll(async () => {
  if (unavailable !== null) return
  hubs = await ThreeHubs.start()
  ;[first, second, third] = hubs.all
})

afterAll(async () => {
  if (unavailable === null) await hubs.swarm.destroy()
})

const ITEMS = 48
const doubled = Array.from({ length: ITEMS }, (_, n) => 2 * n)
const waiting = ['wait.js', { items: ITEMS, ms: 40 }, '--chunks', String(ITEMS)] as const

here.each([
  ['it has heard of the job, and bids', ''],
  ['it has claimed shards, before one begins', 'claimed'],
  ['a shard runs', 'start'],
  ['a shard has run, before its result is told', 'execute'],
  ['its result is recorded, before others have it', 'done'],
])('a hub killed when %s', async (_, kind) => {
  const job = await submit(first, ...waiting)
  hubs.results.set(job, doubled)
  await noted(second, kind, (event) => event.job === job && (kind === '' || event.kind === kind))
  second.kill('SIGKILL')
  await hubs.expectDone(first, job)
  await hubs.back(second)
})

here('a submitter killed before it has acknowledged its job: the job is nowhere, or it ends', async () => {
  const asked = submit(first, ...waiting).then(
    (job) => job,
    () => null,
  )
  const known = new Set(hubs.results.keys())
  await noted(first, 'a new job', ({ job }) => job !== '' && !known.has(job))
  first.kill('SIGKILL')
  const acknowledged = await asked
  const others = (await second.shoal<{ job: string }[]>('jobs')).map(({ job }) => job).filter((job) => !known.has(job))
  if (acknowledged !== null) expect(others).toContain(acknowledged)
  for (const job of others) {
    hubs.results.set(job, doubled)
    await hubs.expectDone(second, job)
  }
  await hubs.back(first)
})

here(
  'a submitter killed in the middle of its job, and back before its end: it gives the result by the id',
  async () => {
    const job = await submit(first, ...waiting)
    hubs.results.set(job, doubled)
    await until(async () => (await second.job(job)).shards.done >= 10, 'some shards are done', 30_000)
    first.kill('SIGKILL')
    await hubs.back(first)
    await hubs.expectDone(first, job)
  },
)

here('a submitter killed when the job is done and nobody has read the result, and with it a holder', async () => {
  const [items, length] = [9, 300_000]
  const job = await submit(first, 'texts.js', { items, length }, '--chunks', String(items))
  hubs.results.set(
    job,
    Array.from({ length: items }, (_, n) => `${n}:`.padEnd(length, 'ab')),
  )
  expect((await ended(second, job, 60_000)).status).toBe('done')
  first.kill('SIGKILL')
  await hubs.expectDone(third, job)
  // One copy may be gone with the submitter; the hubs that are left make another.
  await hubs.back(first)
  second.kill('SIGKILL')
  await hubs.expectDone(first, job)
  await hubs.back(second)
})

here('every shard of all these jobs has one result, the same everywhere, and the checker agrees', () =>
  hubs.expectAgreement(),
)
