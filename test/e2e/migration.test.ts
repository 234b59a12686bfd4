/** A hub that is suddenly loaded from outside: what runs there leaves it with its checkpoint, and that pays. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { equalTasks, LoadedPair, pinningUnavailable } from './loaded-pair.ts'

const unavailable = pinningUnavailable() ?? (await busyMachine())
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/migration.test.ts: ${unavailable}\n`)

let folder: string
let tasks: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-migration-'))
  tasks = join(folder, 'tasks.json')
  // One for each hub: what waits would go to the quiet one without any move.
  await writeFile(tasks, JSON.stringify(equalTasks(2, 10)))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.skipIf(unavailable !== null)(
  'running shards leave a loaded hub with their checkpoints, and the job ends sooner for it',
  // It takes two cores that nobody else uses for a minute.
  { retry: 2, timeout: 240_000 },
  async () => {
    await using pair = await LoadedPair.start()
    const moves = await pair.run(tasks, { migration: true, atMs: 1_500 })
    const stays = await pair.run(tasks, { migration: false, atMs: 1_500 })
    expect([moves.status, stays.status]).toEqual(['done', 'done'])
    expect([moves.shards.migrated > 0, stays.shards.migrated]).toEqual([true, 0])
    const [first] = moves.migrations
    expect(first).toMatchObject({ from: pair.hub(0).ready.hub, to: pair.hub(1).ready.hub })
    expect(first?.resumedFrom).toBeGreaterThan(0)
    expect(first?.gainMs).toBeGreaterThan(0)
    const perShard = Map.groupBy(moves.migrations, ({ shard }) => shard)
    for (const list of perShard.values()) expect(list.length).toBeLessThanOrEqual(2)
    // By how much is for the benchmark to say, in medians.
    expect(moves.wallMs).toBeLessThan(stays.wallMs)
  },
)

/** Where others already fill the cores, there is no quiet hub to move to. */
async function busyMachine(): Promise<string | null> {
  const before = await idleTicks()
  await delay(1_000)
  const after = await idleTicks()
  const isIdle = [0, 1].every((core) => (after[core] ?? 0) - (before[core] ?? 0) > 70)
  return isIdle ? null : 'other programs use the first two cores'
}

/** Hundredths of seconds that each core had nothing to do. */
async function idleTicks(): Promise<number[]> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '')
  return stat
    .split('\n')
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => Number(line.split(/\s+/)[4]))
}
