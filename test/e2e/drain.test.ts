/** A hub that leaves while it runs a sequential loop: another goes on with its checkpoint, to the same bits. */
import { deserialize } from 'node:v8'
import { afterEach, expect, test } from 'vitest'
import { notes } from './history-tail.ts'
import { namespacesUnavailable } from './namespaces.ts'
import { plainWalk, withoutDraws } from './plain-walk.ts'
import { ended, type Finished, type RealHub, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/drain.test.ts: ${unavailable}\n`)
const here = test.skipIf(unavailable !== null)
const JOB_MS = 180_000

let swarm: RealSwarm | null = null

afterEach(async () => {
  await swarm?.destroy()
  swarm = null
})

async function started(): Promise<RealSwarm> {
  swarm = await realSwarm(3)
  await swarm.start()
  return swarm
}

/** The hub that runs such a shard, and the others, once the shard has a checkpoint. */
async function runnerOf({ hubs }: RealSwarm, job: string, isMeant: (shard: string) => boolean) {
  let runner: RealHub | undefined
  await until(
    async () => {
      const { familyReports = [], checkpoints } = await (hubs[0] as RealHub).job(job)
      const running = familyReports
        .filter(({ family }) => isMeant(family))
        .flatMap(({ runs }) => runs.filter(({ state }) => state === 'running'))
      runner = checkpoints >= running.length ? hubs.find(({ hub }) => hub === running[0]?.hub) : undefined
      return runner !== undefined
    },
    'what runs has a checkpoint',
    60_000,
  )
  const others = hubs.filter((hub) => hub !== runner)
  return { runner, others } as { runner: RealHub; others: [RealHub, RealHub] }
}

/** How far the newest checkpoints are that a hub has made itself, by shard. */
async function keptBy(hub: RealHub, job: string): Promise<ReadonlyMap<string, number>> {
  const kept = new Map<string, number>()
  for (const { kind, job: of, family, lo, more } of await notes(hub)) {
    if (kind === 'checkpoint' && of === job && more?.by === undefined) kept.set(`${family}:${lo}`, more?.progress ?? 0)
  }
  return kept
}

/** Nothing is done again but what came after the last checkpoint, and that was made for the move. */
async function expectMoved(
  report: Finished,
  from: RealHub,
  { isMeant, kept }: { isMeant: (shard: string) => boolean; kept: ReadonlyMap<string, number> },
): Promise<void> {
  const move = report.migrations?.find((one) => one.from === from.hub && isMeant(one.shard))
  if (move === undefined) throw new Error(`nothing moved: ${JSON.stringify(report.attempts)}`)
  expect(move).toMatchObject({ reason: 'handover', resumedFrom: (await keptBy(from, report.job)).get(move.shard) })
  expect(move.resumedFrom).toBeGreaterThan(kept.get(move.shard) ?? 0)
  expect([move.to === null, move.to === from.hub]).toEqual([false, false])
  const attempts = report.attempts?.filter(({ shard }) => shard === move.shard) ?? []
  expect(attempts.find(({ hub }) => hub === from.hub)).toMatchObject({ status: 'released' })
  // Two may have taken it at once, of which one went on.
  const done = attempts.filter(({ status }) => status === 'done')
  expect(done.map(({ hub, resumedFrom }) => ({ hub, resumedFrom }))).toEqual([
    { hub: move.to, resumedFrom: move.resumedFrom },
  ])
  expect(report.shards.migrated).toBeGreaterThan(0)
}

here(
  'the hub that runs a sequential root is drained by another one: a third, or that one, goes on where it was',
  { timeout: 2 * JOB_MS },
  async () => {
    const all = await started()
    const steps = 400_000_000
    const job = await submit(all.hub(0), 'walk.js', { steps, items: 0 })
    const isRoot = (shard: string) => shard.startsWith('root')
    const { runner, others } = await runnerOf(all, job, isRoot)
    const kept = await keptBy(runner, job)
    const told = await others[0].shoal('drain', runner.hub)
    expect(told).toEqual({ schema: 1, hub: runner.hub, drained: true })
    await until(() => runner.exitCode !== null, 'its process ends')
    expect(runner.exitCode).toBe(0)
    const report = await ended(others[1], job, JOB_MS)
    expect([report.status, report.error]).toEqual(['done', null])
    await expectMoved(report, runner, { isMeant: isRoot, kept })
    const { result } = await others[0].shoal<{ result: unknown }>('result', job)
    expect(withoutDraws(result)).toEqual(withoutDraws(await plainWalk({ steps, items: 0 })))
    expect(await all.violations()).toEqual([])
  },
)

here(
  'a hub that is drained within a long item: the item leaves with its checkpoint',
  { timeout: 2 * JOB_MS },
  async () => {
    const all = await started()
    const input = { steps: 180_000_000, items: 3 }
    const job = await submit(all.hub(0), 'walk.js', input, '--chunks', '3')
    const isItem = (shard: string) => !shard.startsWith('root')
    const { runner, others } = await runnerOf(all, job, isItem)
    const kept = await keptBy(runner, job)
    await runner.shoal('drain')
    const report = await ended(others[0], job, JOB_MS)
    expect([report.status, report.error]).toEqual(['done', null])
    await expectMoved(report, runner, { isMeant: isItem, kept })
    const { resultV8 } = await others[1].shoal<Finished>('result', job)
    expect(deserialize(Buffer.from(resultV8, 'base64'))).toEqual(await plainWalk(input))
    expect(await all.violations()).toEqual([])
  },
)
