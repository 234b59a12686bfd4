import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fleetingDisk, realDisk } from '../../src/store/disk.ts'
import { LedgerStore } from '../../src/store/ledger-store.ts'
import { openLedger } from '../ledger/keys.ts'
import { FaultyDisk, temporaryDirectory } from './faulty-disk.ts'

const JOB = 'job2'
const update = (value: number) => new Uint8Array([value])
const values = (updates: readonly Uint8Array[] | undefined) => updates?.map(([first]) => first)

test.each([
  ['a lasting home', realDisk],
  ['a home that goes with its hub', fleetingDisk],
])('%s: updates come back in order after a restart, with the boots that wrote them', async (_, disk) => {
  const store = new LedgerStore(disk, await temporaryDirectory())
  const first = await store.open(JOB, 'boot1')
  await Promise.all([first.append(update(1)), first.append(update(2))])
  await first.close()
  const second = await store.open(JOB, 'boot2')
  await second.append(update(3))
  await second.close()
  const stored = await store.load(JOB)
  expect(values(stored?.updates)).toEqual([1, 2, 3])
  expect(stored?.boots).toEqual(['boot1', 'boot2'])
  expect(stored?.lostBytes).toBe(0)
  expect(await store.listJobs()).toEqual([JOB])
})

test('a boot id is never used twice for a job', async () => {
  const store = new LedgerStore(realDisk, await temporaryDirectory())
  await (await store.open(JOB, 'boot1')).close()
  await expect(store.open(JOB, 'boot1')).rejects.toThrow('boot id')
})

test('compaction leaves one snapshot and one log, and loses nothing that is appended meanwhile', async () => {
  const directory = await temporaryDirectory()
  const store = new LedgerStore(realDisk, directory)
  const log = await store.open(JOB, 'boot1')
  const seen = [1, 2]
  await Promise.all(seen.map((value) => log.append(update(value))))
  const racing = log.append(update(3))
  seen.push(3)
  const compacting = log.compact(() => Uint8Array.from([...seen]))
  const later = [log.append(update(4)), compacting.then(() => log.append(update(5)))]
  seen.push(4)
  await Promise.all([racing, compacting, ...later])
  await log.close()
  expect((await readdir(join(directory, JOB))).length).toBe(2)
  const { updates } = (await store.load(JOB)) ?? { updates: [] }
  const all = new Set(updates.flatMap((bytes) => [...bytes]))
  expect([...all].sort()).toEqual([1, 2, 3, 4, 5])
})

test('a compaction that fails, at whatever step, loses nothing, and the next one succeeds', async () => {
  for (const fault of ['room', 'sync', 'rename'] as const) {
    const disk = new FaultyDisk()
    const store = new LedgerStore(disk, await temporaryDirectory())
    const log = await store.open(JOB, 'boot1')
    await log.append(update(1))
    const failing = log.compact(() => {
      if (fault === 'room') disk.roomBytes = 4
      if (fault === 'sync') disk.failSync = true
      if (fault === 'rename') disk.failRename = true
      return update(1)
    })
    await expect(failing).rejects.toMatchObject({ code: fault === 'room' ? 'SHOAL_DISK_FULL' : 'SHOAL_HOME_UNUSABLE' })
    Object.assign(disk, { roomBytes: Number.POSITIVE_INFINITY, failSync: false, failRename: false })
    await log.append(update(2))
    expect(values((await store.load(JOB))?.updates)).toEqual([1, 2])
    await log.compact(() => Uint8Array.from([1, 2]))
    await log.close()
    expect((await store.load(JOB))?.updates).toEqual([Uint8Array.from([1, 2])])
  }
})

test('when the disk is full as compaction begins, appends go on failing or succeeding on their own', async () => {
  const disk = new FaultyDisk()
  const directory = await temporaryDirectory()
  const store = new LedgerStore(disk, directory)
  const log = await store.open(JOB, 'boot1')
  disk.roomBytes = 0
  await expect(log.compact(() => update(1))).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  await expect(log.append(update(1))).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  disk.roomBytes = Number.POSITIVE_INFINITY
  await log.append(update(2))
  await log.close()
  expect(values((await store.load(JOB))?.updates)).toEqual([2])
  expect(await readdir(join(directory, JOB))).toEqual(['log-00000001'])
})

test('I10: a job folder cut or damaged anywhere still opens, and says how much was lost', async () => {
  const directory = await temporaryDirectory()
  const store = new LedgerStore(realDisk, directory)
  let run = 0
  await fc.assert(
    fc.asyncProperty(fc.nat(), fc.nat(2), async (where, which) => {
      const job = `job${run++}`
      const log = await store.open(job, 'boot1')
      await log.append(update(1))
      await log.compact(() => update(1))
      await log.append(update(2))
      await log.close()
      await (await store.open(job, 'boot2')).close()
      const names = await readdir(join(directory, job))
      const path = join(directory, job, names[which % names.length] ?? '')
      const content = await readFile(path)
      await writeFile(path, content.subarray(0, where % content.byteLength))
      const again = await store.open(job, 'boot3')
      await again.append(update(3))
      await again.close()
      const loaded = values((await store.load(job))?.updates) ?? []
      expect(loaded.filter((value) => value === 3)).toEqual([3])
      expect(loaded.every((value) => value === 1 || value === 2 || value === 3)).toBe(true)
    }),
    { numRuns: 25 },
  )
})

test('many restarts make a snapshot due', async () => {
  const store = new LedgerStore(realDisk, await temporaryDirectory())
  for (let boot = 0; boot < 8; boot++) await (await store.open(JOB, `boot${boot}`)).close()
  const log = await store.open(JOB, 'boot8')
  expect(log.compactDue).toBe(true)
  await log.compact(() => update(1))
  expect(log.compactDue).toBe(false)
  await log.close()
})

test('a removed job is gone; an unknown one was never there', async () => {
  const store = new LedgerStore(realDisk, await temporaryDirectory())
  await (await store.open(JOB, 'boot1')).close()
  await store.remove(JOB)
  expect(await store.load(JOB)).toBeNull()
  expect(await store.listJobs()).toEqual([])
  await expect(store.load('../etc')).rejects.toThrow('plain name')
})

test('a ledger survives its hub: flushed, stored, loaded under a new boot, completed by its peers', async () => {
  const store = new LedgerStore(realDisk, await temporaryDirectory())
  const ledger = openLedger({ hub: 'hubA', boot: 'boot1' }, 41)
  const log = await store.open(JOB, 'boot1')
  for (let index = 0; index < 5; index++) {
    for (const bytes of ledger.append([{ kind: 'acknowledged', atMs: index }])) await log.append(bytes)
  }
  await log.compact(() => ledger.snapshot())
  for (const bytes of ledger.append([{ kind: 'acknowledged', atMs: 9 }])) await log.append(bytes)
  await log.close()
  const restarted = openLedger({ hub: 'hubA', boot: 'boot2' }, 42)
  const again = await store.open(JOB, 'boot2')
  const loaded = restarted.load(again.stored.updates)
  await again.close()
  expect(loaded.records.length).toBe(6)
  expect(restarted.snapshot()).toEqual(ledger.snapshot())
})
