/** A machine gets busy with other things while it runs a sequential loop: the root leaves it with its checkpoint, to one other hub. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { pinningUnavailable } from './loaded-pair.ts'
import { namespacesUnavailable } from './namespaces.ts'
import { plainWalk, withoutDraws } from './plain-walk.ts'
import { ended, type RealSwarm, realSwarm, submit, until } from './real-hubs.ts'

const unavailable = pinningUnavailable() ?? (await namespacesUnavailable())
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/root-move.test.ts: ${unavailable}\n`)
const JOB_MS = 180_000
const STEPS = 500_000_000

let swarm: RealSwarm | null = null
let burner: ChildProcess | null = null

afterEach(async () => {
  await quench()
  await swarm?.destroy()
  swarm = null
})

/** Fills the core of the first hub, at the priority of any other program. */
function burn(): void {
  burner = spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' })
}

async function quench(): Promise<void> {
  const child = burner
  burner = null
  if (child === null || child.exitCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

/** The first has a core that will be filled; the others see a machine that stands still, whatever else this one does. */
async function started(): Promise<RealSwarm> {
  const all = await realSwarm(3)
  swarm = all
  const still = join(all.folder, 'stat')
  await writeFile(still, await readFile('/proc/stat'))
  const [first, ...others] = all.hubs
  if (first !== undefined) first.launcher = ['taskset', '-c', '0']
  for (const hub of others) hub.launcher = ['sh', '-c', 'mount --bind "$0" /proc/stat && exec "$@"', still]
  await all.start()
  return all
}

test.skipIf(unavailable !== null)(
  'a sequential loop leaves a hub whose core others fill, and ends elsewhere with the same bits',
  { timeout: 2 * JOB_MS },
  async () => {
    const all = await started()
    const [first, other] = [all.hub(0), all.hub(1)]
    const input = { steps: STEPS, items: 0 }
    const job = await submit(first, 'walk.js', input)
    await until(async () => (await other.job(job)).checkpoints > 0, 'the root has a checkpoint', 60_000)
    burn()
    await until(async () => (await other.job(job)).shards.migrated > 0, 'the root moves', 60_000)
    await quench()
    const report = await ended(other, job, JOB_MS)
    expect([report.status, report.error]).toEqual(['done', null])
    const [move] = report.migrations ?? []
    expect(move).toMatchObject({ shard: 'root:0', from: first.hub, reason: 'migrate' })
    expect(move?.resumedFrom).toBeGreaterThan(0)
    const done = report.attempts?.filter(({ status }) => status === 'done').map(({ hub }) => hub)
    const taken = report.attempts?.find(({ epoch }) => epoch === 1)
    expect(done).toHaveLength(1)
    expect(taken).toMatchObject({ hub: move?.to, resumedFrom: move?.resumedFrom })
    const { result } = await other.shoal<{ result: unknown }>('result', job)
    expect(withoutDraws(result)).toEqual(withoutDraws(await plainWalk(input)))
    expect(await all.violations()).toEqual([])
  },
)
