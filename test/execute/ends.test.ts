import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import type { SlotPool } from '../../src/execute/slots.ts'
import { durations } from '../../src/limits.ts'
import { MiB, RunRecord, runOf } from './records.ts'
import { isAlive, startPool, until } from './stage.ts'

const spin = 'console.log("spinning"); for(;;){}'

test('a shard that listens to its signal is cancelled without losing its process', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script =
    'console.log("waiting"); await new Promise((done) => host.signal.addEventListener("abort", done)); return 1'
  const handle = pool.run(runOf(script, 3), record)
  await until('it to wait', () => record.lines.length > 0)
  handle.cancel()
  expect(await record.end).toEqual({ kind: 'cancelled' })
  expect(record.values).toEqual([])
  expect(isAlive(handle.pid)).toBe(true)
  expect(await valuesOf(pool, 'return process.pid')).toEqual([handle.pid])
})

test('an infinite loop is cancelled by the end of its process, and the next run finds a slot', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(runOf(spin, 1), record)
  await until('it to spin', () => record.lines.length > 0)
  const began = performance.now()
  handle.cancel()
  expect(await record.end).toEqual({ kind: 'cancelled' })
  expect(performance.now() - began).toBeGreaterThan(durations.cancelGraceMs * 0.9)
  expect(isAlive(handle.pid)).toBe(false)
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

test('between many tiny shards a cancel is heard within the grace', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = 'const end = host.nowMs() + 0.05; while (host.nowMs() < end); return 0'
  const handle = pool.run(runOf(script, 60_000), record)
  await until('results', () => record.values.length > 100)
  handle.cancel()
  expect(await record.end).toEqual({ kind: 'cancelled' })
  expect(isAlive(handle.pid)).toBe(true)
})

test('a shard beyond its deadline costs its process; results before it count', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const limits = { shardDeadlineMs: 300, memoryBytesMax: 512 * MiB }
  const handle = pool.run(runOf('if (call.work.index === 2) for(;;){}; return call.work.index', 5, { limits }), record)
  const end = await record.end
  expect(end).toEqual({ kind: 'deadline', detail: 'shard 2 ran longer than 300 ms' })
  expect(record.values).toEqual([0, 1])
  expect(isAlive(handle.pid)).toBe(false)
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

test('the deadline is per shard, not per run', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const limits = { shardDeadlineMs: 250, memoryBytesMax: 512 * MiB }
  pool.run(runOf('await new Promise((done) => setTimeout(done, 40)); return 1', 12, { limits }), record)
  expect(await record.end).toEqual({ kind: 'complete' })
})

test('a hub that was busy itself does not blame the shard', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const limits = { shardDeadlineMs: 200, memoryBytesMax: 512 * MiB }
  pool.run(runOf('await new Promise((done) => setTimeout(done, 50)); return 1', 1, { limits }), record)
  await new Promise((resolve) => setImmediate(resolve))
  const end = performance.now() + 400
  while (performance.now() < end) Math.sqrt(end)
  expect(await record.end).toEqual({ kind: 'complete' })
})

test.each([
  ['buffers', 'const kept = []; for (;;) kept.push(Buffer.alloc(4 << 20, 1))'],
  ['the heap', 'const kept = []; for (;;) kept.push(new Array(1000).fill(1.5))'],
])('a shard that fills memory with %s costs its process, not the hub', async (_what, script) => {
  const pool = await startPool()
  const record = new RunRecord()
  const limits = { shardDeadlineMs: 20_000, memoryBytesMax: 160 * MiB }
  const handle = pool.run(runOf(script, 1, { limits }), record)
  expect((await record.end).kind).toBe('memory')
  expect(isAlive(handle.pid)).toBe(false)
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

test('a process that a run left swollen is replaced before the next', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const limits = { shardDeadlineMs: 20_000, memoryBytesMax: 300 * MiB }
  const handle = pool.run(runOf('scope.kept = Buffer.alloc(200 << 20, 1); return 1', 1, { limits }), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  await until('its end', () => !isAlive(handle.pid))
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

test.each([
  ['process.exit', 'process.exit(3)', 'exited with code 3'],
  ['abort', 'process.abort()', 'SIGABRT'],
  ['an uncaught error', 'setTimeout(() => { throw new Error("stray") }); await new Promise(() => 0)', 'stray'],
  ['an unhandled rejection', 'Promise.reject(new Error("lost")); await new Promise(() => 0)', 'lost'],
])('a crash says why and costs only the slot: %s', async (_name, script, detail) => {
  const pool = await startPool()
  const record = new RunRecord()
  pool.run(runOf(`if (call.work.index < 2) return 1; ${script}`, 3), record)
  const end = await record.end
  expect(end.kind).toBe('crashed')
  expect(JSON.stringify(end)).toContain(detail)
  expect(record.values).toEqual([1, 1])
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

const write = (bytes: string) => `process.getBuiltinModule("fs").writeSync(4, Uint8Array.of(${bytes})); for(;;){}`
test.each([
  ['noise', write('255, 255, 255, 255, 1, 2, 3, 4, 5, 6, 7')],
  ['an unknown kind', write('0, 0, 0, 0, 250, 1, 0, 0, 0')],
  ['a run never begun', write('0, 0, 0, 0, 74, 9, 0, 0, 0')],
  ['an end nobody asked for', write('0, 0, 0, 0, 74, 1, 0, 0, 0')],
  [
    'results of other shards',
    write('28, 0, 0, 0, 66, 1, 0, 0, 0, 7, 0, 0, 0, ...new Uint8Array(16), 1, 0, 0, 0, 0, 0, 0, 0'),
  ],
  ['a spawn from a shard', write('1, 0, 0, 0, 72, 1, 0, 0, 0, 1')],
])('a slot that breaks the protocol is killed: %s', async (_name, script) => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(runOf(script, 1), record)
  const end = await record.end
  expect(end.kind).toBe('crashed')
  expect(JSON.stringify(end)).toContain('SHOAL_FRAME_INVALID')
  expect(record.values).toEqual([])
  expect(isAlive(handle.pid)).toBe(false)
})

test('a slot that is stopped for a while goes on where it was', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(
    runOf('const end = host.nowMs() + 2; while (host.nowMs() < end); return call.work.index', 100),
    record,
  )
  await until('results', () => record.values.length > 5)
  process.kill(handle.pid, 'SIGSTOP')
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.kill(handle.pid, 'SIGCONT')
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual(Array.from({ length: 100 }, (_, index) => index))
})

test('an idle process that dies is not given to a run', async () => {
  const pool = await startPool()
  const pids = pool.pids()
  for (const pid of pids) process.kill(pid, 'SIGKILL')
  await until('their end', () => !pids.some((pid) => pool.pids().includes(pid)))
  expect(await valuesOf(pool, 'return 7')).toEqual([7])
})

test.runIf(process.platform === 'linux')(
  'slots give way to the hub: lower priority, first to go without memory',
  async () => {
    const pool = await startPool()
    const [pid = 0] = pool.pids()
    expect(getPriority(pid)).toBe(10)
    expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()).toBe('1000')
  },
)

test('a stopped pool leaves no process, and tells its runs', async () => {
  const pool = await startPool({ size: 2 })
  const record = new RunRecord()
  pool.run(runOf(spin, 1), record)
  await until('it to spin', () => record.lines.length > 0)
  const pids = pool.pids()
  expect(pids.length).toBeGreaterThan(1)
  await pool.stop()
  expect(await record.end).toEqual({ kind: 'cancelled' })
  expect(pids.filter(isAlive)).toEqual([])
})

test('a pool whose slots cannot start says so', async () => {
  const launcher = { isolation: 'L0', isolates: false, isOneJob: false, launch: () => spawnNothing() } as const
  await expect(startPool({ launcher })).rejects.toMatchObject({ code: 'SHOAL_SLOT_START' })
})

function spawnNothing() {
  return spawn('/nonexistent/node', [], { stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'] })
}

async function valuesOf(pool: SlotPool, script: string): Promise<unknown[]> {
  const record = new RunRecord()
  pool.run(runOf(script, 1), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  return record.values
}
