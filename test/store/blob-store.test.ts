import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cidOf } from '../../src/store/cid.ts'
import { realDisk } from '../../src/store/disk.ts'
import { FileBlobStore } from '../../src/store/file-blob-store.ts'
import { MemoryBlobStore } from '../../src/store/memory-blob-store.ts'
import { blobStoreContract } from '../contract/blob-store.ts'
import { FaultyDisk, temporaryDirectory } from './faulty-disk.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

blobStoreContract('memory', async (options) => {
  const store = new MemoryBlobStore(options)
  return { store, damage: async (cid) => store.damage(cid) }
})

blobStoreContract('files', async (options) => {
  const directory = await temporaryDirectory()
  const store = await FileBlobStore.open(realDisk, directory, options)
  return { store, damage: (cid) => damageFile(join(directory, cid.slice(-2), cid)) }
})

test('a store opened again knows its blobs and goes on with unfinished transfers', async () => {
  const directory = await temporaryDirectory()
  const first = await FileBlobStore.open(realDisk, directory)
  const cid = await first.put(bytes('kept'))
  const coming = bytes('half of it came')
  await first.writePartial(cidOf(coming), 0, coming.subarray(0, 4))
  const second = await FileBlobStore.open(realDisk, directory)
  expect(await second.list()).toEqual([cid])
  expect(second.usedBytes()).toBe(8)
  expect(await second.partialSize(cidOf(coming))).toBe(4)
  await second.writePartial(cidOf(coming), 4, coming.subarray(4))
  await second.finishPartial(cidOf(coming))
  expect(await second.get(cidOf(coming))).toEqual(coming)
})

test('a full disk leaves no file, no count and no half name behind, and the store works again with room', async () => {
  const directory = await temporaryDirectory()
  const disk = new FaultyDisk()
  const store = await FileBlobStore.open(disk, directory)
  disk.roomBytes = 10
  const content = bytes('more than ten bytes')
  await expect(store.put(content)).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  expect(store.usedBytes()).toBe(0)
  expect(await filesBelow(directory)).toEqual([])
  disk.roomBytes = Number.POSITIVE_INFINITY
  expect(await store.get(await store.put(content))).toEqual(content)
})

test('a transfer that meets a full disk keeps what it had and goes on later', async () => {
  const directory = await temporaryDirectory()
  const disk = new FaultyDisk()
  const store = await FileBlobStore.open(disk, directory)
  const content = bytes('a transfer that is interrupted')
  const cid = cidOf(content)
  await store.writePartial(cid, 0, content.subarray(0, 8))
  disk.roomBytes = 3
  await expect(store.writePartial(cid, 8, content.subarray(8))).rejects.toMatchObject({ code: 'SHOAL_DISK_FULL' })
  expect(await store.partialSize(cid)).toBe(8)
  expect(store.usedBytes()).toBe(8)
  disk.roomBytes = Number.POSITIVE_INFINITY
  await store.writePartial(cid, 8, content.subarray(8))
  await store.finishPartial(cid)
  expect(await store.get(cid)).toEqual(content)
})

test('a blob has its name only after it is on the medium', async () => {
  const directory = await temporaryDirectory()
  const disk = new FaultyDisk()
  const store = await FileBlobStore.open(disk, directory)
  disk.failSync = true
  await expect(store.put(bytes('unsynced'))).rejects.toMatchObject({ code: 'SHOAL_HOME_UNUSABLE' })
  expect(await filesBelow(directory)).toEqual([])
  disk.failSync = false
  const before = disk.syncs
  const cid = await store.put(bytes('synced'))
  expect(disk.syncs).toBe(before + 1)
  expect(disk.directorySyncs.at(-1)).toBe(join(directory, cid.slice(-2)))
})

test('damaged files are kept aside for whoever wants to know why', async () => {
  const directory = await temporaryDirectory()
  const store = await FileBlobStore.open(realDisk, directory)
  const cid = await store.put(bytes('precious'))
  await damageFile(join(directory, cid.slice(-2), cid))
  await expect(store.get(cid)).rejects.toMatchObject({ code: 'SHOAL_BLOB_CORRUPT' })
  expect(await readdir(join(directory, 'corrupt'))).toEqual([cid])
})

test('names that are no identities never become paths', async () => {
  const directory = await temporaryDirectory()
  const store = await FileBlobStore.open(realDisk, directory)
  const outside = '../../outside'
  for (const act of [
    () => store.writePartial(outside, 0, bytes('x')),
    () => store.finishPartial(outside),
    () => store.get(outside),
    () => store.read(outside, 0, 1),
  ]) {
    await expect(act()).rejects.toMatchObject({ code: 'SHOAL_BLOB_MISSING' })
  }
  await store.remove(outside)
  expect(await filesBelow(directory)).toEqual([])
})

test('a blob of many slices is hashed and read whole', async () => {
  const directory = await temporaryDirectory()
  const store = await FileBlobStore.open(realDisk, directory)
  const large = new Uint8Array(9 * 2 ** 20).map((_, index) => index % 251)
  const cid = await store.put(large)
  expect(cid).toBe(cidOf(large))
  expect(Buffer.compare(await store.get(cid), large)).toBe(0)
})

test('a folder that cannot be used is refused in one clear line', async () => {
  const directory = await temporaryDirectory()
  await writeFile(join(directory, 'file'), 'in the way')
  await expect(FileBlobStore.open(realDisk, join(directory, 'file'))).rejects.toMatchObject({
    code: 'SHOAL_HOME_UNUSABLE',
  })
})

async function damageFile(path: string): Promise<void> {
  const content = await readFile(path)
  content[0] = (content[0] ?? 0) ^ 1
  await writeFile(path, content)
}

async function filesBelow(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}
