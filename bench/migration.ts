/**
 * Two hubs on a core each, one of them suddenly loaded from outside: with moving against without, of shards or of a loop in the root.
 * Run: node bench/migration.ts [rounds] [shards|root]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { equalTasks, LoadedPair, pinningUnavailable } from '../test/e2e/loaded-pair.ts'
import { jobFile } from '../test/e2e/real-hubs.ts'
import { median } from './report.ts'

const ROUNDS = Number(process.argv[2] ?? 5)
// One for each hub: what waits would go to the quiet one without any move.
const TASKS = 2
const TASK_SECONDS = 12
const LOADED_AT_MS = 1_500
const isRoot = process.argv[3] === 'root'
/** Some twenty seconds of a core; a root is worth a move once it has run for a while. */
const LOOP = { input: { steps: 400_000_000, items: 0 }, at: 0, atMs: 4_000 }

const unavailable = pinningUnavailable()
if (unavailable !== null) throw new Error(unavailable)
const folder = await mkdtemp(join(tmpdir(), 'shoal-bench-'))
const file = isRoot ? jobFile('walk.js') : join(folder, 'tasks.json')
if (!isRoot) await writeFile(file, JSON.stringify(equalTasks(TASKS, TASK_SECONDS)))
const wall: Record<'moves' | 'stays', number[]> = { moves: [], stays: [] }
const gains: number[] = []
let most = 0
try {
  await using pair = await LoadedPair.start()
  for (let round = 0; round < ROUNDS; round++) {
    for (const migration of [true, false]) {
      const report = await pair.run(file, { migration, ...(isRoot ? LOOP : { atMs: LOADED_AT_MS }) })
      wall[migration ? 'moves' : 'stays'].push(report.wallMs)
      for (const { gainMs } of report.migrations) if (gainMs !== null) gains.push(gainMs)
      const moves = Map.groupBy(report.migrations, ({ shard }) => shard)
      most = Math.max(most, ...[...moves.values()].map((list) => list.length))
      process.stderr.write(`${migration ? 'moves' : 'stays'} ${report.wallMs} ms, ${report.migrations.length} moves\n`)
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
const ratio = median(wall.moves) / median(wall.stays)
process.stdout.write(
  `${JSON.stringify({ bench: 'migration', of: isRoot ? 'root' : 'shards', rounds: ROUNDS, movesMs: median(wall.moves), staysMs: median(wall.stays), ratio: round(ratio), movesPerShardMax: most, paid: gains.filter((ms) => ms > 0).length, moved: gains.length, gainMs: median(gains) })}\n`,
)

function round(value: number): number {
  return Math.round(value * 1e3) / 1e3
}
