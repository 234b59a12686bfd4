import { expect, test } from 'vitest'
import { SeededRandom } from '../../src/execute/entry/random.ts'
import type { ProcessSlotPool } from '../../src/execute/pool.ts'
import type { RunHandle } from '../../src/execute/slots.ts'
import { RunRecord, runOf } from './records.ts'
import { isAlive, startPool } from './stage.ts'

const seed = Number(process.env.SHOAL_SEED ?? 1)
const runsPerLane = 12
const troubles = ['none', 'keepBefore', 'cancel', 'kill', 'freeze'] as const

/** Mostly tiny shards, some asynchronous, some long, some talking. */
const script = `
  const kind = (call.work.index * 7919) % 97
  if (kind === 3) await new Promise((done) => setTimeout(done, 3))
  if (kind === 5) { const end = host.nowMs() + 25; while (host.nowMs() < end); }
  if (kind === 7) console.log('line')
  return call.work.index`

test(`under all troubles at once every result is right and every run ends (SHOAL_SEED=${seed})`, async () => {
  const pool = await startPool({ size: 2 })
  await Promise.all([0, 1].map((lane) => runLane(pool, lane)))
  expect(pool.pids().length).toBeLessThanOrEqual(3)
})

async function runLane(pool: ProcessSlotPool, lane: number): Promise<void> {
  const random = new SeededRandom()
  random.seed(seed, lane)
  for (let turn = 0; turn < runsPerLane; turn++) {
    const [first, count] = [Math.floor(random.next() * 100), 1 + Math.floor(random.next() * 2_000)]
    const trouble = troubles[(turn + lane) % troubles.length] ?? 'none'
    const record = new RunRecord()
    const handle = pool.run(runOf(script, count, { first }), record)
    let wanted = first + count
    const timer = setTimeout(() => {
      wanted = makeTrouble(trouble, handle, first + Math.floor(count / 2)) ?? wanted
    }, random.next() * 40)
    const end = await record.end
    clearTimeout(timer)
    const about = `seed ${seed}, lane ${lane}, turn ${turn}: ${count} shards, ${trouble}`
    const expected = Array.from(record.values, (_, offset) => first + offset)
    expect(record.values, about).toEqual(expected)
    if (end.kind === 'complete') expect(record.values.length, about).toBe(wanted - first)
    else expect([trouble, end.kind], about).toEqual([trouble, trouble === 'kill' ? 'crashed' : 'cancelled'])
  }
}

/** Returns the first shard that is no longer wanted, where that changes. */
function makeTrouble(trouble: (typeof troubles)[number], handle: RunHandle, middle: number): number | undefined {
  if (trouble === 'keepBefore') return handle.keepBefore(middle)
  if (trouble === 'cancel') handle.cancel()
  if (trouble === 'kill') process.kill(handle.pid, 'SIGKILL')
  if (trouble === 'freeze') {
    process.kill(handle.pid, 'SIGSTOP')
    setTimeout(() => isAlive(handle.pid) && process.kill(handle.pid, 'SIGCONT'), 20)
  }
  return undefined
}
