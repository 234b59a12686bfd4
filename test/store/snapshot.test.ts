import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isCid } from '../../src/store/cid.ts'
import { realDisk } from '../../src/store/disk.ts'
import { readSnapshot, writeSnapshot } from '../../src/store/snapshot.ts'
import { FaultyDisk, temporaryDirectory } from './faulty-disk.ts'

test('a snapshot is read back whole', async () => {
  const path = join(await temporaryDirectory(), 'state')
  expect(await readSnapshot(realDisk, path)).toBeNull()
  await writeSnapshot(realDisk, path, new Uint8Array([1, 2]))
  await writeSnapshot(realDisk, path, new Uint8Array([3]))
  expect(await readSnapshot(realDisk, path)).toEqual(new Uint8Array([3]))
})

test('a write that fails at any step leaves the old content and nothing beside it', async () => {
  for (const fault of ['roomBytes', 'failSync', 'failRename'] as const) {
    const directory = await temporaryDirectory()
    const disk = new FaultyDisk()
    const path = join(directory, 'state')
    await writeSnapshot(disk, path, new Uint8Array([1]))
    Object.assign(disk, { [fault]: fault === 'roomBytes' ? 5 : true })
    await expect(writeSnapshot(disk, path, new Uint8Array([2]))).rejects.toMatchObject({ name: 'ShoalError' })
    expect(await readSnapshot(disk, path)).toEqual(new Uint8Array([1]))
    expect(await readdir(directory)).toEqual(['state'])
  }
})

test('a snapshot with any byte cut or flipped is no snapshot', async () => {
  const path = join(await temporaryDirectory(), 'state')
  await writeSnapshot(realDisk, path, new Uint8Array([5, 6, 7]))
  const whole = await readFile(path)
  for (let at = 0; at < whole.byteLength; at++) {
    await writeFile(path, whole.subarray(0, at))
    expect(await readSnapshot(realDisk, path)).toBeNull()
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 0x40
    await writeFile(path, flipped)
    expect(await readSnapshot(realDisk, path)).toBeNull()
  }
})

test('only identities look like identities', () => {
  for (const text of ['', 'bafkrei', '../bafkrei', `bafkrei${'A'.repeat(52)}`, `bafkrei${'a'.repeat(53)}`]) {
    expect(isCid(text)).toBe(false)
  }
})
