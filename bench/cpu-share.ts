/**
 * What slots leave to other programs: one slot and one burner of another session on the same core, by level of isolation; then the
 * slot alone. Run: node bench/cpu-share.ts [seconds] [rounds]
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { ProcessSlotPool } from '../src/execute/pool.ts'
import { processUsage } from '../src/execute/usage.ts'
import { lacking, launcherAt, walled } from '../test/execute/isolation/levels.ts'
import { RunRecord, runOf } from '../test/execute/records.ts'
import { median } from './report.ts'

const [seconds = 3, rounds = 3] = process.argv.slice(2).map(Number)
const runtimeUrl = new URL('../test/fixtures/scripted-runtime.ts', import.meta.url).href
const core = '0'

const levels = (['L0', ...walled] as const).filter((level) => level === 'L0' || lacking(level) === false)
for (const [level, yields] of levels.flatMap((level) => [[level, false] as const, [level, true] as const])) {
  const launcher = launcherAt(level, true)
  const pool = new ProcessSlotPool({ size: 1, log: () => undefined, runtimeUrl, launcher, yields })
  await pool.start()
  const record = new RunRecord()
  const run = pool.run(runOf('host.log("on"); for(;;){}', 1), record)
  while (record.lines.length === 0) await delay(5)
  pin(run.pid)
  const beside: number[] = []
  const alone: number[] = []
  for (let round = 0; round < rounds; round++) {
    alone.push((await used(run.pid)) / seconds)
    const burner = burn()
    await delay(500)
    const [slot, other] = await Promise.all([used(run.pid), used(burner.pid ?? 0)])
    beside.push(slot / (slot + other))
    burner.kill('SIGKILL')
  }
  run.cancel()
  await pool.stop()
  const line = { bench: 'cpu-share', level, yields, rounds, ofCoreAlone: median(alone), besideBurner: median(beside) }
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

/** All threads, those that start later too: they inherit it. */
function pin(pid: number): void {
  const { status } = spawnSync('taskset', ['-a', '-p', '-c', core, String(pid)])
  if (status !== 0) throw new Error('taskset cannot pin a process here')
}

/** As a user's program in another terminal. */
function burn(): ChildProcess {
  const words = ['-c', core, process.execPath, '-e', 'for (;;);']
  return spawn('taskset', words, { stdio: 'ignore', detached: true })
}

/** CPU seconds of a process in the next `seconds`. */
async function used(pid: number): Promise<number> {
  const before = processUsage(pid).cpuSeconds
  await delay(1000 * seconds)
  return processUsage(pid).cpuSeconds - before
}
