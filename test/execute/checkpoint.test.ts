import { expect, test } from 'vitest'
import { openCheckpoint, sealCheckpoint } from '../../src/execute/checkpoint.ts'
import { CheckpointClock } from '../../src/execute/entry/checkpoint-clock.ts'
import { slotLimits } from '../../src/limits.ts'
import { FailureRate } from '../../src/live/failure-rate.ts'
import { RunRecord, runOf } from './records.ts'
import { startPool } from './stage.ts'

const owner = { job: 'job', program: 'code', spot: 3 }
const state = Uint8Array.of(1, 2, 3)

test('a checkpoint opens for its own job, code and spot, and for no other', () => {
  const sealed = sealCheckpoint(owner, state)
  expect([...openCheckpoint(owner, sealed)]).toEqual([...state])
  for (const other of [{ job: 'other' }, { program: 'newer' }, { spot: 4 }]) {
    expect(() => openCheckpoint({ ...owner, ...other }, sealed)).toThrow(/another job or other code/)
  }
})

test('a checkpoint of which one bit has flipped, or that is cut off, does not open', () => {
  const sealed = sealCheckpoint(owner, state)
  for (let at = 0; at < sealed.byteLength; at++) {
    const torn = new Uint8Array(sealed)
    torn[at] = (torn[at] ?? 0) ^ 1
    expect(() => openCheckpoint(owner, torn)).toThrow(expect.objectContaining({ code: 'SHOAL_CHECKPOINT_INVALID' }))
    expect(() => openCheckpoint(owner, sealed.subarray(0, at))).toThrow()
  }
})

test('a shard whose checkpoint is damaged starts from its input and says so', async () => {
  const pool = await startPool()
  const request = runOf('return call.work.restored === null ? "input" : "checkpoint"', 1)
  const [work] = request.shards
  if (work === undefined) throw new Error('no shard')
  const record = new RunRecord()
  pool.run({ ...request, shards: [{ ...work, restored: Uint8Array.of(9, 9) }] }, record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual(['input'])
  expect(record.lines.join()).toMatch(/SHOAL_CHECKPOINT_INVALID/)
})

test("checkpoints follow Young's rule, never faster than the floor", () => {
  let nowMs = 0
  const clock = new CheckpointClock(() => nowMs, 3_600_000)
  clock.begin(0)
  nowMs = slotLimits.checkpointIntervalMs - 1
  expect(clock.isDue()).toBe(false)
  nowMs += 1
  expect(clock.isDue()).toBe(true)
  nowMs += 2
  clock.taken()
  expect(clock.intervalMs).toBeCloseTo(Math.sqrt(2 * 2 * 3_600_000), 6)
  nowMs += 3_700
  expect(clock.isDue()).toBe(false)
  nowMs += 100
  expect(clock.isDue()).toBe(true)
  clock.taken()
  expect(clock.intervalMs).toBe(slotLimits.checkpointIntervalMs)
})

test('hubs that die often make checkpoints frequent', () => {
  let nowMs = 0
  const rate = new FailureRate(() => nowMs)
  rate.alive(4)
  nowMs = 600_000
  expect(rate.mtbfMs()).toBe(slotLimits.mtbfMs + 4 * 600_000)
  for (let death = 0; death < 5; death++) rate.failed()
  expect(rate.mtbfMs()).toBe((slotLimits.mtbfMs + 4 * 600_000) / 6)
})
