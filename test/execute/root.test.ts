import { expect, test } from 'vitest'
import { counts } from '../../src/limits.ts'
import { makeOutcome, RootRecord, RunRecord, rootOf, runOf } from './records.ts'
import { isAlive, startPool, until } from './stage.ts'

const spawnOf = (sequence: number, starts: string) =>
  `call.spawn({ sequence: ${sequence}, spot: 1, cut: { items: 9, starts: ${starts} }, shared: null, slices: [], workMs: null, edges: [] })`
const read = '.then((outcomes) => outcomes.map((bytes) => JSON.parse(Buffer.from(bytes).toString())))'

test('a root spawns families, gets their results in any order, and goes on', async () => {
  const pool = await startPool()
  const script = `
    const a = await ${spawnOf(1, '[0, 3, 6]')}${read}
    const b = await ${spawnOf(2, '[1, 5]')}${read}
    return [call.input.scale, a, b]`
  const record: RootRecord = new RootRecord(({ sequence, cut }) => {
    const shards = cut.starts.map((_, index) => index)
    for (const index of shards.toReversed()) handle.deliver(sequence, index, [makeOutcome(`${sequence}.${index}`)])
  })
  const handle = pool.root(rootOf(script), record)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.value).toEqual([7, ['1.0', '1.1', '1.2'], ['2.0', '2.1']])
})

test('a root says when it waits and when it computes again', async () => {
  const pool = await startPool()
  const record = new RootRecord()
  const handle = pool.root(rootOf(`await ${spawnOf(1, '[0]')}; return 1`), record)
  await until('it to wait', () => record.busyness.length === 1)
  expect(record.busyness).toEqual([false])
  handle.deliver(1, 0, [makeOutcome(null)])
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.busyness).toEqual([false, true])
})

test('the deadline of a root does not count what it waits for', async () => {
  const pool = await startPool()
  const limits = { shardDeadlineMs: 200, memoryBytesMax: 512 * 1024 * 1024 }
  const patient = new RootRecord()
  const handle = pool.root(rootOf(`await ${spawnOf(1, '[0]')}; return 1`, { limits }), patient)
  await until('it to wait', () => patient.busyness.length === 1)
  await new Promise((resolve) => setTimeout(resolve, 300))
  handle.deliver(1, 0, [makeOutcome(null)])
  expect(await patient.end).toEqual({ kind: 'complete' })
  const spinning = new RootRecord()
  pool.root(rootOf('for(;;){}', { limits }), spinning)
  expect((await spinning.end).kind).toBe('deadline')
})

test('a root learns how many slots the swarm has, its forced chunks and the cuts of its earlier life', async () => {
  const pool = await startPool()
  const record = new RootRecord()
  const script = `
    const before = call.slots(); console.log('waiting'); await ${spawnOf(1, '[0]')}
    return [before, call.slots(), call.chunks, [...call.recordedCuts], Math.random() === Math.random()]`
  const recordedCuts = new Map([[4, { items: 10, starts: [0, 5] }]])
  const handle = pool.root(rootOf(script, { recordedCuts, chunks: 8 }), record)
  await until('a spawn', () => record.spawns.length === 1)
  handle.slotsChanged(11)
  handle.deliver(1, 0, [makeOutcome(null)])
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.value).toEqual([3, 11, 8, [[4, { items: 10, starts: [0, 5] }]], false])
  expect(record.lines).toEqual(['waiting'])
})

test('a root hands over its state and gets it back', async () => {
  const pool = await startPool()
  const script = `
    const before = call.restored === null ? 0 : call.restored[0]
    while (!host.checkpointDue()) await new Promise((resolve) => setTimeout(resolve, 10))
    host.checkpoint(before + 1, new Uint8Array([before + 1]))
    return before`
  const first = new RootRecord()
  pool.root(rootOf(script), first)
  expect(await first.end).toEqual({ kind: 'complete' })
  expect(first.checkpoints.map(({ progress, state }) => [progress, ...state])).toEqual([[1, 1]])
  const second = new RootRecord()
  pool.root(rootOf(script, { restored: first.checkpoints[0]?.sealed ?? null }), second)
  expect(await second.end).toEqual({ kind: 'complete' })
  expect(second.value).toBe(1)
  expect(second.checkpoints.map(({ progress }) => progress)).toEqual([2])
})

test('roots have processes of their own: a full pool still starts them', async () => {
  const pool = await startPool()
  const shards = new RunRecord()
  const run = pool.run(runOf('console.log("on"); for(;;){}', 1), shards)
  await until('the slot to be full', () => shards.lines.length === 1)
  const record = new RootRecord()
  const root = pool.root(rootOf('return process.pid'), record)
  expect(root.pid).not.toBe(run.pid)
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.value).toBe(root.pid)
})

test('roots beyond the maximum wait for a process', async () => {
  const pool = await startPool()
  const first = new RootRecord()
  const handles = [pool.root(rootOf(`await ${spawnOf(1, '[0]')}; return 1`), first)]
  for (let i = 1; i < counts.rootsMax; i++)
    handles.push(pool.root(rootOf('await new Promise(() => 0)'), new RootRecord()))
  const late = new RootRecord()
  const handle = pool.root(rootOf('return 2'), late)
  const dropped = new RootRecord()
  pool.root(rootOf('return 3'), dropped).cancel()
  expect(handle.pid).toBe(0)
  expect(await dropped.end).toEqual({ kind: 'cancelled' })
  await until('the first to spawn', () => first.spawns.length === 1)
  handles[0]?.deliver(1, 0, [makeOutcome(null)])
  expect(await late.end).toEqual({ kind: 'complete' })
  expect(late.value).toBe(2)
})

test('a waiting root is cancelled at once, a spinning one with its process', async () => {
  const pool = await startPool()
  const waiting = new RootRecord()
  const first = pool.root(rootOf(`await ${spawnOf(1, '[0]')}; return 1`), waiting)
  await until('a spawn', () => waiting.spawns.length === 1)
  first.cancel()
  expect(await waiting.end).toEqual({ kind: 'cancelled' })
  expect(waiting.value).toBe(undefined)
  const spinning = new RootRecord()
  const second = pool.root(rootOf('console.log("on"); for(;;){}'), spinning)
  await until('it to spin', () => spinning.lines.length === 1)
  second.cancel()
  expect(await spinning.end).toEqual({ kind: 'cancelled' })
  expect(isAlive(second.pid)).toBe(false)
})

test.each([
  ['a family spawned twice', `${spawnOf(1, '[0]')}; await ${spawnOf(1, '[0]')}`],
  [
    'an edge from an unknown family',
    `await ${spawnOf(1, '[0]').replace('edges: []', 'edges: [{ sequence: 9, from: 0, to: 0, bytes: 1 }]')}`,
  ],
])('a root that breaks the protocol is killed: %s', async (_name, script) => {
  const pool = await startPool()
  const record = new RootRecord()
  pool.root(rootOf(script), record)
  expect(JSON.stringify(await record.end)).toContain('SHOAL_FRAME_INVALID')
})
