/** A loop that never yields hears that its state is wanted, and loses no other message for it. */
import { expect, test } from 'vitest'
import { lacking, launcherAt } from './isolation/levels.ts'
import { RootRecord, RunRecord, rootOf, runOf, settingOf } from './records.ts'
import { startPool, until } from './stage.ts'

/** So seldom does anything fail that after the first checkpoint none is due for hours. */
const calm = { mtbfMs: 1e15 }
const spins = `
  let kept = 0
  while (kept < 3) if (host.checkpointDue()) host.checkpoint(++kept, new Uint8Array(64))
  return kept`

const levels = ['L0', 'L4'] as const
test.each(levels)('a shard that spins, at %s', async (level) => {
  if (level !== 'L0' && lacking(level) !== false) return
  const pool = await startPool({ launcher: launcherAt(level, true) })
  const record = new RunRecord()
  const setting = { ...settingOf({ shard: `if (call.work.index > 0) return 'next'; ${spins}` }), ...calm }
  const handle = pool.run(runOf('', 4, { setting }), record)
  for (const wanted of [1, 2]) {
    await until(`${wanted} checkpoints`, () => record.checkpoints.length === wanted, 15_000)
    handle.checkpoint()
  }
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.checkpoints.map(({ progress }) => progress)).toEqual([1, 2, 3])
  expect(record.values).toEqual([3, 'next', 'next', 'next'])
})

test.each(levels)('a root that spins, at %s', async (level) => {
  if (level !== 'L0' && lacking(level) !== false) return
  const pool = await startPool({ launcher: launcherAt(level, true) })
  const record = new RootRecord()
  const handle = pool.root(rootOf('', { setting: { ...settingOf({ root: spins }), ...calm } }), record)
  for (const wanted of [1, 2]) {
    await until(`${wanted} checkpoints`, () => record.checkpoints.length === wanted, 15_000)
    handle.checkpoint()
    handle.slotsChanged(wanted)
  }
  expect(await record.end).toEqual({ kind: 'complete' })
  expect(record.value).toBe(3)
})
