import { expect, test } from 'vitest'
import { sealCheckpoint } from '../../src/execute/checkpoint.ts'
import { slotLimits } from '../../src/limits.ts'
import { MiB, RunRecord, runOf, settingOf } from './records.ts'
import { startPool, until } from './stage.ts'

test('results come in order, once each, many in one frame', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  pool.run(runOf('return call.work.index * 2', 5_000, { first: 10 }), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual(Array.from({ length: 5_000 }, (_, offset) => (10 + offset) * 2))
  expect(record.frames.length).toBeLessThan(500)
})

test('asynchronous shards of different lengths keep their order', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = 'await new Promise((done) => setTimeout(done, call.work.index % 3)); return call.work.index'
  pool.run(runOf(script, 12), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
})

test('a shard sees its items, input, parents, restored state and the shared bytes', async () => {
  const pool = await startPool()
  const request = runOf(
    'const { work } = call; return [work.lo, work.hi, work.input[0], work.parents.map((p) => p[0]), work.restored[0], call.shared.length, call.items]',
    1,
    { shared: { key: 'shared', bytes: new Uint8Array(MiB) } },
  )
  const [work] = request.shards
  const { job, program } = request.setting
  const restored = sealCheckpoint({ job, program: program.key, spot: request.spot }, Uint8Array.of(4))
  if (work === undefined) throw new Error('no shard')
  const shards = [{ ...work, input: Uint8Array.of(1), parents: [Uint8Array.of(2), Uint8Array.of(3)], restored }]
  const record = new RunRecord()
  pool.run({ ...request, shards }, record)
  await record.end
  expect(record.values).toEqual([[0, 1, 1, [2, 3], 4, MiB, 1]])
})

test('shards that are no longer wanted do not run, and those before do', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(runOf('const end = host.nowMs() + 5; while (host.nowMs() < end); return 0', 1_000), record)
  await until('some results', () => record.values.length >= 3)
  const first = handle.keepBefore(0)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values.length).toBe(first)
  // What is handed over ahead is bounded, so that others can take the rest.
  expect(first).toBeLessThan(40)
})

test('a shard under way is told when hubs have become idle', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script =
    'while (host.divideAfterMs() === Infinity) await new Promise((done) => setTimeout(done, 2)); return host.divideAfterMs()'
  const handle = pool.run(runOf(script, 2), record)
  handle.divide(150)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual([150, 150])
})

test('after quick shards turned long, the waiting ones can still be taken elsewhere', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = 'const end = host.nowMs() + (call.work.index < 3000 ? 0 : 60); while (host.nowMs() < end); return 0'
  const handle = pool.run(runOf(script, 4_000), record)
  await until('a few long ones', () => record.values.length >= 3_002)
  const first = handle.keepBefore(0)
  expect(first).toBeLessThan(3_010)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values.length).toBe(first)
})

test('logs arrive with their shard while it still runs, and a flood is cut off', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const handle = pool.run(
    runOf('console.log("from %d", call.work.index); console.error("a\\nb"); for(;;){}', 1, { first: 4 }),
    record,
  )
  await until('three lines', () => record.lines.length === 3)
  expect(record.lines).toEqual(['4: from 4', '4: a', '4: b'])
  handle.cancel()
  await record.end
  const flood = new RunRecord()
  pool.run(runOf('for (let i = 0; i < 20000; i++) console.log("x".repeat(100)); return 1', 1), flood)
  expect(await flood.end).toEqual({ kind: 'complete' })
  expect(flood.lines.join('').length).toBeLessThan(slotLimits.logBytesPerRunMax * 1.2)
  expect(flood.lines.at(-1)).toContain('dropped')
})

test('what a shard writes to stdout is a log line and cannot garble results', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = `process.stdout.write("\\u0000\\u0001raw\\n"); process.stderr.write("to stderr\\n"); await new Promise((done) => setTimeout(done, 30)); return 5`
  pool.run(runOf(script, 1), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual([5])
  expect(record.lines.toSorted()).toEqual(['0: \u0000\u0001raw', '0: to stderr'])
})

test('user code sees no environment, no arguments and a frozen clock', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = `
    const before = Date.now(); const end = host.nowMs() + 5; while (host.nowMs() < end);
    return [Object.keys(process.env).length, process.argv.length, before, Date.now(), new Date().getTime(), performance.now(),
      new Date(5).getTime(), new Date(2020, 1, 2, 3).toISOString(), new Date() instanceof Date, typeof Date(), new Date().constructor === Date,
      process.hrtime.bigint() === 0n]`
  pool.run(runOf(script, 1), record)
  await record.end
  const clock = 1_700_000_000_000
  expect(record.values).toEqual([
    [0, 1, clock, clock, clock, 0, 5, '2020-02-02T03:00:00.000Z', true, 'string', true, true],
  ])
})

test('Math.random is the same for a seed and an index in every process, and differs between indices', async () => {
  const [one, other] = [await startPool(), await startPool()]
  const [first, second] = [new RunRecord(), new RunRecord()]
  const request = runOf('return [Math.random(), Math.random()]', 50)
  one.run(request, first)
  other.run({ ...request, shards: request.shards.slice(20) }, second)
  await Promise.all([first.end, second.end])
  expect(second.values).toEqual(first.values.slice(20))
  const numbers = first.values.flat() as number[]
  expect(new Set(numbers).size).toBe(100)
  expect(numbers.every((value) => value >= 0 && value < 1)).toBe(true)
})

test('checkpoints leave a spinning shard, at most one a second', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const script = 'for (;;) { host.checkpoint(3, Uint8Array.of(9, 8)); host.progress(0.5) }'
  const began = performance.now()
  const handle = pool.run(runOf(script, 1), record)
  await until('a checkpoint', () => record.checkpoints.length > 0)
  expect(performance.now() - began).toBeGreaterThan(slotLimits.checkpointIntervalMs * 0.9)
  expect(record.checkpoints.map(({ shard, state }) => [shard, ...state])).toEqual([[0, 9, 8]])
  expect(record.fractions).toContain(0.5)
  handle.cancel()
  expect(await record.end).toEqual({ kind: 'cancelled' })
})

test('module state lasts for one job and is fresh for the next, in the same process', async () => {
  const pool = await startPool()
  const script = 'scope.count = (scope.count ?? 0) + 1; return [scope.count, process.pid]'
  const records = []
  for (const job of ['a', 'a', 'b']) {
    const record = new RunRecord()
    pool.run(runOf(script, 1, { setting: settingOf({ shard: script }, job) }), record)
    await record.end
    records.push(record.values[0] as [number, number])
  }
  expect(records.map(([count]) => count)).toEqual([1, 2, 1])
  expect(new Set(records.map(([, pid]) => pid)).size).toBe(1)
})

test('as many runs go on at once as the pool has slots, each in its own process', async () => {
  const pool = await startPool({ size: 2 })
  const [one, other] = [new RunRecord(), new RunRecord()]
  const script = 'console.log("on"); for(;;){}'
  const handles = [pool.run(runOf(script, 1), one), pool.run(runOf(script, 1), other)]
  await until('both to run', () => one.lines.length === 1 && other.lines.length === 1)
  expect(new Set(handles.map((handle) => handle.pid)).size).toBe(2)
  expect(() => pool.run(runOf(script, 1), new RunRecord())).toThrow('assertion failed')
  for (const handle of handles) handle.cancel()
  await Promise.all([one.end, other.end])
})

test('large inputs and outcomes pass whole', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  const request = runOf('return [call.work.input.length, call.work.input.at(-1), "y".repeat(3 << 20)]', 4)
  const input = new Uint8Array(5 * MiB).fill(3)
  pool.run({ ...request, shards: request.shards.map((work) => ({ ...work, input })) }, record)
  expect(await record.end).toEqual({ kind: 'complete' })
  const shapes = (record.values as [number, number, string][]).map(([length, last, text]) => [
    length,
    last,
    text.length,
  ])
  expect(shapes).toEqual(new Array(4).fill([5 * MiB, 3, 3 * MiB]))
})

test('a flood on stdout neither blocks the shard for ever nor floods the hub', async () => {
  const pool = await startPool()
  const record = new RunRecord()
  pool.run(runOf('for (let i = 0; i < 500; i++) process.stdout.write("z".repeat(999) + "\\n"); return 1', 1), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.values).toEqual([1])
  expect(record.lines.join('').length).toBeLessThan(slotLimits.logBytesPerRunMax * 1.2)
})
