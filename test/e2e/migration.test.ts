/** A hub that is suddenly loaded from outside: what runs there leaves it with its checkpoint, and that pays. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeOutcome } from '../../src/execute/codec/outcome.ts'
import { busyMachine, equalTasks, LoadedPair, pinningUnavailable } from './loaded-pair.ts'
import { plainWalk, withoutDraws } from './plain-walk.ts'
import { jobFile } from './real-hubs.ts'

const unavailable = pinningUnavailable() ?? (await busyMachine())
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/migration.test.ts: ${unavailable}\n`)

/** Some fifteen seconds on a core of its own, of which some have passed when that is filled. */
const LOOP_STEPS = 400_000_000
const LOADED_AFTER_MS = 4_000

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

test.skipIf(unavailable !== null)(
  'a sequential loop in a root leaves a loaded hub with its checkpoint, and ends with the same bits, and sooner',
  { retry: 2, timeout: 240_000 },
  async () => {
    await using pair = await LoadedPair.start()
    const input = { steps: LOOP_STEPS, items: 0 }
    const setting = { at: 0, atMs: LOADED_AFTER_MS, input }
    const moves = await pair.run(jobFile('walk.js'), { ...setting, migration: true })
    const stays = await pair.run(jobFile('walk.js'), { ...setting, migration: false })
    expect([moves.status, stays.status]).toEqual(['done', 'done'])
    expect([moves.shards.migrated, stays.shards.migrated]).toEqual([1, 0])
    const [move] = moves.migrations
    expect(move).toMatchObject({ shard: 'root:0', from: pair.hub(0).ready.hub, to: pair.hub(1).ready.hub })
    expect(move?.resumedFrom).toBeGreaterThan(0)
    expect(move?.gainMs).toBeGreaterThan(0)
    const ends = moves.attempts.map(({ hub, status }) => [hub, status])
    expect(ends).toEqual([
      [pair.hub(0).ready.hub, 'released'],
      [pair.hub(1).ready.hub, 'done'],
    ])
    const plain = withoutDraws(await plainWalk(input))
    for (const { outcome } of [moves, stays]) expect(withoutDraws(resultOf(outcome))).toEqual(plain)
    expect(moves.wallMs).toBeLessThan(stays.wallMs)
  },
)

function resultOf(bytes: Uint8Array): unknown {
  const outcome = decodeOutcome(bytes)
  if (outcome.kind === 'error') throw new Error('the job has a value')
  return outcome.value
}
