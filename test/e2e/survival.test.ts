/** Real hubs in network namespaces: discovery, kills, freezes, cuts, and a power cut, each while a job runs. */
import { spawnSync } from 'node:child_process'
import { afterEach, expect, test } from 'vitest'
import { namespacesUnavailable } from './namespaces.ts'
import { ended, processesNaming, type RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/survival.test.ts: ${unavailable}\n`)

let swarm: RealSwarm | null = null

afterEach(async () => {
  const folder = swarm?.hub(0).home.replace(/home-0$/, '') ?? 'none'
  await swarm?.destroy()
  swarm = null
  expect(await processesNaming(folder)).toBe('')
  expect(spawnSync('ip', ['netns', 'list']).stdout.toString()).not.toContain(`shoal-${process.pid}-`)
})

async function started(count: number): Promise<RealSwarm> {
  swarm = await realSwarm(count)
  await swarm.start()
  return swarm
}

async function doneShards(hub: RealHub, job: string): Promise<number> {
  return (await hub.job(job)).shards.done
}

function spun(items: number, rounds: number): { count: number; sums: number[] } {
  const sums = Array.from({ length: items }, (_, n) => {
    let sum = 0
    for (let i = 0; i < rounds; i++) sum += Math.sqrt(i + n)
    return sum
  })
  return { count: items, sums }
}

/** Every shard has exactly one result at every hub, it is the same one, and the checker agrees with all that was done. */
async function expectOneResultEach(hubs: readonly RealHub[], job: string, result?: unknown): Promise<void> {
  // Results that were under way when the job ended still arrive; then all must show the same.
  await swarm?.agreed(hubs, job)
  expect(await swarm?.violations(hubs, result === undefined ? new Map() : new Map([[job, result]]))).toEqual([])
}

test.skipIf(unavailable !== null)('(a) three hubs without a default route are connected within 3 s', async () => {
  const { hubs } = await started(3)
  const lastUpMs = Math.max(...hubs.map((hub) => hub.upAtMs))
  const connectedMs = Math.max(...hubs.flatMap((hub) => [...hub.peers.values()]))
  expect(connectedMs - lastUpMs).toBeLessThan(3_000)
})

test.skipIf(unavailable !== null)('(b) a hub killed while it runs shards costs nothing but its shards', async () => {
  const { hubs } = await started(3)
  const [first, second, third] = hubs as [RealHub, RealHub, RealHub]
  const job = await submit(first, 'spin.js', { items: 120, rounds: 4_000_000 }, '--chunks', '60')
  await until(async () => (await doneShards(first, job)) >= 15, 'a quarter is done', 60_000)
  second.kill('SIGKILL')
  const report = await ended(first, job, 120_000)
  expect(report.status).toBe('done')
  expect((await first.shoal<{ result: unknown }>('result', job)).result).toEqual(spun(120, 4_000_000))
  await expectOneResultEach([first, third], job, spun(120, 4_000_000))
})

test.skipIf(unavailable !== null)(
  '(c) the job outlives its submitter, killed right after the acknowledgement',
  async () => {
    const { hubs } = await started(3)
    const [first, second, third] = hubs as [RealHub, RealHub, RealHub]
    const job = await submit(first, 'spin.js', { items: 60, rounds: 4_000_000 }, '--chunks', '30')
    first.kill('SIGKILL')
    await until(
      async () => (await second.shoal<{ job: string }[]>('jobs')).some((one) => one.job === job),
      'the job is known',
    )
    const report = await ended(second, job, 120_000)
    expect(report.status).toBe('done')
    expect((await third.shoal<{ result: unknown }>('result', job)).result).toEqual(spun(60, 4_000_000))
    expect(await swarm?.violations([second, third], new Map([[job, spun(60, 4_000_000)]]))).toEqual([])
  },
)

test.skipIf(unavailable !== null)('(d) a frozen hub is not waited for', async () => {
  const { hubs } = await started(4)
  const [first, , , frozen] = hubs as [RealHub, RealHub, RealHub, RealHub]
  const job = await submit(first, 'wait.js', { items: 200, ms: 100 }, '--chunks', '200')
  await until(async () => (await doneShards(first, job)) >= 60, '30 % is done', 60_000)
  await frozen.signalAll('SIGSTOP')
  const thaw = setTimeout(() => frozen.signalAll('SIGCONT'), 15_000)
  const report = await ended(first, job, 60_000)
  clearTimeout(thaw)
  expect(report.status).toBe('done')
  // Three hubs do the rest: 200 x 0.1 s, 30 % on four, 70 % on three.
  expect(report.wallMs).toBeLessThan(6_170 + 3_000)
  await frozen.signalAll('SIGCONT')
  await until(async () => (await frozen.job(job)).status === 'done', 'the thawed hub agrees', 30_000)
  await expectOneResultEach(hubs, job)
})

test.skipIf(unavailable !== null)('(e) a hub cut off for 20 s works on and agrees afterwards', async () => {
  const { hubs } = await started(3)
  const [first, , third] = hubs as [RealHub, RealHub, RealHub]
  const job = await submit(first, 'spin.js', { items: 400, rounds: 4_000_000 }, '--chunks', '200')
  await until(async () => (await doneShards(first, job)) >= 20, 'a tenth is done', 60_000)
  await third.host.cut()
  const cutMs = performance.now()
  await until(() => performance.now() - cutMs >= 20_000, 'the cut has lasted', 30_000)
  await third.host.restore()
  const report = await ended(first, job, 120_000)
  expect(report.status).toBe('done')
  await until(async () => (await third.job(job)).status === 'done', 'the hub that was cut off agrees', 60_000)
  await expectOneResultEach(hubs, job)
})

test.skipIf(unavailable !== null)(
  '(f) after a power cut of all hubs the job resumes from its checkpoints',
  async () => {
    const { hubs } = await started(3)
    const [first, second] = hubs as [RealHub, RealHub]
    const job = await submit(first, 'spin.js', { items: 300, rounds: 4_000_000 }, '--chunks', '3')
    await until(async () => (await first.job(job)).checkpoints >= 3, 'shards have checkpoints', 60_000)
    for (const hub of hubs) hub.kill('SIGKILL')
    await Promise.all(hubs.map((hub) => hub.up()))
    const report = await ended(second, job, 120_000)
    expect(report.status).toBe('done')
    const full = await second.job(job)
    expect(full.attempts?.some((attempt) => attempt.resumedFrom > 0 && attempt.status === 'done')).toBe(true)
    expect((await second.shoal<{ result: unknown }>('result', job)).result).toEqual(spun(300, 4_000_000))
    await until(
      async () => (await Promise.all(hubs.map((hub) => hub.job(job)))).every((one) => one.status === 'done'),
      'all agree',
      30_000,
    )
    await expectOneResultEach(hubs, job, spun(300, 4_000_000))
  },
)
