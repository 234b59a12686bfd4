/** Work that kills its slot, and work that never ends, on three real hubs: it is found out, and hurts nobody else. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, type RealSwarm, realSwarm, submit } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/poison.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)
const ITEMS = 24
/** Each attempt fills a gigabyte, three hubs do so at once, and a busy machine lets slots wait. */
const PATIENCE_MS = 240_000

let swarm: RealSwarm

beforeAll(async () => {
  if (unavailable !== null) return
  swarm = await realSwarm(3)
  await swarm.start()
})

afterAll(async () => {
  if (unavailable === null) await swarm.destroy()
})

async function expectHonestWork(): Promise<void> {
  const honest = await submit(swarm.hub(0), 'poison.js', { items: ITEMS, bad: -1 }, '--chunks', String(ITEMS))
  expect((await ended(swarm.hub(1), honest, 30_000)).status).toBe('done')
  const { result } = await swarm.hub(2).shoal<{ result: number[] }>('result', honest)
  expect(result).toEqual(Array.from({ length: ITEMS }, (_, n) => 3 * n))
}

here(
  'a shard that takes all memory of three hubs fails with the evidence; its neighbours are done, no hub is lost',
  { timeout: PATIENCE_MS + 60_000 },
  async () => {
    const pids = swarm.hubs.map(({ pid }) => pid)
    const job = await submit(swarm.hub(0), 'poison.js', { items: ITEMS, bad: 7 }, '--chunks', String(ITEMS))
    const report = await ended(swarm.hub(0), job, PATIENCE_MS)
    expect(report.status).toBe('failed')
    const evidence = `${report.error?.message} ${JSON.stringify(report.attempts?.filter(({ status }) => status !== 'done'))}`
    expect(report.error?.code, evidence).toBe('SHOAL_SHARD_POISON')
    const witnesses = swarm.hubs.filter(({ hub }) => report.error?.message.includes(hub)).length
    expect(witnesses).toBe(3)
    expect(report.shards.done).toBeGreaterThanOrEqual(ITEMS - 1)
    expect(swarm.hubs.map(({ pid }) => pid)).toEqual(pids)
    await swarm.connected()
    await expectHonestWork()
    expect(await swarm.violations()).toEqual([])
  },
)

here('shards that never end leave their slots when the job is cancelled', async () => {
  const job = await submit(swarm.hub(0), 'endless.js', { items: 6 }, '--chunks', '6')
  await swarm.hub(1).shoal('cancel', job)
  expect((await ended(swarm.hub(2), job, 30_000)).status).toBe('cancelled')
  await expectHonestWork()
})
