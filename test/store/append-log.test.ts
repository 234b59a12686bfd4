import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppendLog } from '../../src/store/append-log.ts'
import { realDisk } from '../../src/store/disk.ts'
import { FaultyDisk, temporaryDirectory } from './faulty-disk.ts'

const payloadsArb = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 6 })

test('I10: after a crash at any byte a prefix of the appended frames is read back, and the log goes on', async () => {
  const directory = await temporaryDirectory()
  let run = 0
  await fc.assert(
    fc.asyncProperty(payloadsArb, fc.nat(), async (payloads, where) => {
      const path = join(directory, `log${run++}`)
      const { whole, ends } = await written(path, payloads)
      const size = where % (whole.byteLength + 1)
      await writeFile(path, whole.subarray(0, size))
      const { log, payloads: recovered } = await AppendLog.open(realDisk, path)
      const expected = payloads.filter((_, index) => (ends[index] ?? 0) <= size)
      expect(recovered.map((payload) => Buffer.from(payload))).toEqual(expected.map((payload) => Buffer.from(payload)))
      await log.append(new Uint8Array([9]))
      await log.close()
      const again = await AppendLog.open(realDisk, path)
      await again.log.close()
      expect(again.cutBytes).toBe(0)
      expect(again.payloads.length).toBe(expected.length + 1)
    }),
    { numRuns: 60 },
  )
})

test('I10: a flipped bit or a lost block cuts the log before it, and never throws', async () => {
  const directory = await temporaryDirectory()
  let run = 0
  const damageArb = fc.record({
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 12 }),
    value: fc.constantFrom('zero', 'flip'),
  })
  await fc.assert(
    fc.asyncProperty(payloadsArb, damageArb, async (payloads, { at, length, value }) => {
      const path = join(directory, `log${run++}`)
      const { whole, ends } = await written(path, payloads)
      const start = at % whole.byteLength
      const damaged = Uint8Array.from(whole)
      for (let index = start; index < Math.min(damaged.length, start + length); index++) {
        damaged[index] = value === 'zero' ? 0 : (damaged[index] ?? 0) ^ 0x10
      }
      await writeFile(path, damaged)
      const { log, payloads: recovered } = await AppendLog.open(realDisk, path)
      await log.close()
      const intact = ends.filter((end) => end <= start).length
      expect(recovered.length).toBeGreaterThanOrEqual(intact)
      expect(recovered).toEqual(payloads.slice(0, recovered.length))
    }),
    { numRuns: 60 },
  )
})

test('appends that come together share one sync and keep their order', async () => {
  const disk = new FaultyDisk()
  const path = join(await temporaryDirectory(), 'log')
  const { log } = await AppendLog.open(disk, path)
  const before = disk.syncs
  await Promise.all(Array.from({ length: 100 }, (_, index) => log.append(new Uint8Array([index]))))
  expect(disk.syncs - before).toBeLessThanOrEqual(2)
  await log.close()
  const { payloads, log: again } = await AppendLog.open(disk, path)
  await again.close()
  expect(payloads.map(([first]) => first)).toEqual(Array.from({ length: 100 }, (_, index) => index))
})

test('a created log and the names that lead to it are durable with the first append, at one sync', async () => {
  const disk = new FaultyDisk()
  const path = join(await temporaryDirectory(), 'log')
  const frame = new Uint8Array([7])
  let named = 0
  const log = await AppendLog.create(disk, path, { frame, syncNames: async () => ++named })
  expect([disk.syncs, named]).toEqual([0, 0])
  await log.append(new Uint8Array([8]))
  expect([disk.syncs, named]).toEqual([1, 1])
  await log.append(new Uint8Array([9]))
  expect([disk.syncs, named]).toEqual([2, 1])
  await log.close()
  const again = await AppendLog.open(disk, path)
  await again.log.close()
  expect(again.payloads).toEqual([7, 8, 9].map((byte) => new Uint8Array([byte])))
})

test('a created log that finds the disk full at first begins with its first frame all the same', async () => {
  const disk = new FaultyDisk()
  const path = join(await temporaryDirectory(), 'log')
  const start = { frame: new Uint8Array([7]), syncNames: async () => undefined }
  const log = await AppendLog.create(disk, path, start)
  disk.roomBytes = 20
  await expect(log.append(new Uint8Array([8]))).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  disk.roomBytes = Number.POSITIVE_INFINITY
  await log.append(new Uint8Array([9]))
  await log.close()
  const again = await AppendLog.open(disk, path)
  await again.log.close()
  expect(again.payloads).toEqual([new Uint8Array([7]), new Uint8Array([9])])
})

test('an append whose names cannot be made durable is refused', async () => {
  const syncNames = () => Promise.reject(new Error('no'))
  const path = join(await temporaryDirectory(), 'log')
  const log = await AppendLog.create(realDisk, path, { frame: new Uint8Array([7]), syncNames })
  await expect(log.append(new Uint8Array([8]))).rejects.toThrow('no')
  await log.close()
})

test('a full disk refuses the append, keeps the frames before it, and takes new ones when there is room', async () => {
  const disk = new FaultyDisk()
  const path = join(await temporaryDirectory(), 'log')
  const { log } = await AppendLog.open(disk, path)
  await log.append(new Uint8Array([1]))
  disk.roomBytes = 12
  await expect(log.append(new Uint8Array(50))).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  disk.roomBytes = Number.POSITIVE_INFINITY
  await log.append(new Uint8Array([2]))
  await log.close()
  const { payloads, cutBytes, log: again } = await AppendLog.open(disk, path)
  await again.close()
  expect(payloads.map((payload) => [...payload])).toEqual([[1], [2]])
  expect(cutBytes).toBe(0)
})

test('after a failed sync nothing more is promised', async () => {
  const disk = new FaultyDisk()
  const { log } = await AppendLog.open(disk, join(await temporaryDirectory(), 'log'))
  disk.failSync = true
  await expect(log.append(new Uint8Array([1]))).rejects.toMatchObject({ code: 'SHOAL_HOME_UNUSABLE' })
  disk.failSync = false
  await expect(log.append(new Uint8Array([2]))).rejects.toMatchObject({ code: 'SHOAL_HOME_UNUSABLE' })
  await log.close()
})

test('an append made as soon as the last one resolved is written too', async () => {
  const { log } = await AppendLog.open(realDisk, join(await temporaryDirectory(), 'log'))
  for (let index = 1; index <= 20; index++) await log.append(new Uint8Array([index]))
  expect(log.size).toBe(8 + 20 * 9)
  await log.close()
})

test('closing waits for what is under way and ends the log', async () => {
  const path = join(await temporaryDirectory(), 'log')
  const { log } = await AppendLog.open(realDisk, path)
  const pending = log.append(new Uint8Array([1]))
  await log.close()
  await pending
  await expect(log.append(new Uint8Array([2]))).rejects.toThrow('closed')
})

/** A log with these frames: its bytes, and where each frame ends. */
async function written(path: string, payloads: readonly Uint8Array[]): Promise<{ whole: Uint8Array; ends: number[] }> {
  const { log } = await AppendLog.open(realDisk, path)
  const ends: number[] = []
  for (const payload of payloads) {
    await log.append(payload)
    ends.push(log.size)
  }
  await log.close()
  return { whole: await readFile(path), ends }
}
