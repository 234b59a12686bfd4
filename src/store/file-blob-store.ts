/** Blobs as files named by their hash: durable once named, verified whenever they are read as a whole. */
import { createHash, type Hash } from 'node:crypto'
import { join } from 'node:path'
import { assert } from '../errors.ts'
import { sizes, storeLimits } from '../limits.ts'
import type { Cid } from '../program/ref.ts'
import { blobCorrupt, blobMissing, blobQuota, blobTooLarge, partialGap } from './blob-errors.ts'
import type { BlobStore } from './blob-store.ts'
import { cidOf, cidOfDigest, cidOfLarge, isCid } from './cid.ts'
import type { Disk, DiskFile } from './disk.ts'
import { Turns } from './turns.ts'

/** Folders for finished blobs: the last two characters of the identity, as the first ones are all alike. */
const FAN_OUT = 2

/**
 * Invariants. B1: a file under its final name was whole and on the medium before it got the name. B2: `usedBytes` counts finished and partial
 * bytes and never exceeds the quota. B3: bytes that do not match are moved aside, never served and never deleted. B4: work on one blob
 * happens one call at a time.
 */
export class FileBlobStore implements BlobStore {
  readonly #disk: Disk
  readonly #directory: string
  readonly #quotaBytes: number
  readonly #sizes = new Map<Cid, number>()
  readonly #partials = new Map<Cid, number>()
  readonly #folders = new Set<string>()
  readonly #turns = new Turns()
  #used = 0
  #temporary = 0

  private constructor(disk: Disk, directory: string, quotaBytes: number) {
    this.#disk = disk
    this.#directory = directory
    this.#quotaBytes = quotaBytes
  }

  /**
   * Opens a store: drops what an interrupted `put` left, keeps unfinished transfers.
   * @throws ShoalError SHOAL_HOME_UNUSABLE
   */
  static async open(disk: Disk, directory: string, options: { quotaBytes?: number } = {}): Promise<FileBlobStore> {
    const store = new FileBlobStore(disk, directory, options.quotaBytes ?? storeLimits.blobQuotaBytes)
    await disk.remove(join(directory, 'tmp'))
    for (const name of ['tmp', 'partial', 'corrupt']) await disk.makeDirectory(join(directory, name))
    for (const folder of await disk.list(directory)) {
      if (folder.length === FAN_OUT) await store.#index(folder)
    }
    for (const cid of await disk.list(join(directory, 'partial'))) {
      if (isCid(cid)) store.#setPartial(cid, (await disk.size(store.#partialPath(cid))) ?? 0)
    }
    return store
  }

  async put(bytes: Uint8Array): Promise<Cid> {
    if (bytes.byteLength > sizes.blobBytesMax) throw blobTooLarge(bytes.byteLength)
    const cid = await cidOfLarge(bytes)
    await this.#turns.take(cid, async () => {
      if (!this.#sizes.has(cid)) await this.#write(cid, bytes)
    })
    return cid
  }

  get(cid: Cid): Promise<Uint8Array> {
    return this.#turns.take(cid, async () => {
      const file = await this.#open(cid)
      let content: { bytes: Uint8Array; cid: Cid }
      try {
        content = await readHashed(file, await file.size())
      } finally {
        await file.close()
      }
      if (content.cid === cid) return content.bytes
      await this.#moveAside(cid)
      throw blobCorrupt(cid)
    })
  }

  async size(cid: Cid): Promise<number | null> {
    return this.#sizes.get(cid) ?? null
  }

  async read(cid: Cid, offset: number, length: number): Promise<Uint8Array> {
    const size = this.#sizes.get(cid) ?? 0
    const file = await this.#open(cid)
    try {
      return await file.read(offset, Math.max(0, Math.min(length, size - offset)))
    } finally {
      await file.close()
    }
  }

  async partialSize(cid: Cid): Promise<number> {
    return this.#partials.get(cid) ?? 0
  }

  writePartial(cid: Cid, offset: number, bytes: Uint8Array): Promise<void> {
    return this.#turns.take(cid, async () => {
      const path = this.#partialPath(cid)
      const held = this.#partials.get(cid) ?? 0
      const end = offset + bytes.byteLength
      if (offset > held) throw partialGap(cid, offset, held)
      if (end > sizes.blobBytesMax) throw blobTooLarge(end)
      const growth = Math.max(0, end - held)
      this.#checkQuota(growth)
      const file = await this.#disk.open(path, true)
      assert(file !== null, 'a file opened with create is there')
      this.#used += growth
      try {
        await file.write(offset, [bytes])
      } catch (error) {
        this.#used -= growth
        await file.truncate(Math.min(offset, held))
        this.#setPartial(cid, Math.min(offset, held))
        throw error
      } finally {
        await file.close()
      }
      this.#partials.set(cid, Math.max(held, end))
    })
  }

  finishPartial(cid: Cid): Promise<void> {
    return this.#turns.take(cid, async () => {
      if (this.#sizes.has(cid)) return this.#dropPartial(cid)
      const file = await this.#disk.open(this.#partialPath(cid), false)
      if (file === null) throw blobMissing(cid)
      let found: Cid
      const size = this.#partials.get(cid) ?? 0
      try {
        found = await hashOf(file, size)
        if (found === cid) await file.sync()
      } finally {
        await file.close()
      }
      if (found !== cid) {
        await this.#dropPartial(cid)
        throw blobCorrupt(cid)
      }
      await this.#name(cid, this.#partialPath(cid))
      this.#partials.delete(cid)
      this.#sizes.set(cid, size)
    })
  }

  remove(cid: Cid): Promise<void> {
    return this.#turns.take(cid, async () => {
      await this.#dropPartial(cid)
      const size = this.#sizes.get(cid)
      if (size === undefined) return
      await this.#disk.remove(this.#path(cid))
      this.#sizes.delete(cid)
      this.#used -= size
    })
  }

  async list(): Promise<Cid[]> {
    return [...this.#sizes.keys()].sort()
  }

  usedBytes(): number {
    return this.#used
  }

  async #write(cid: Cid, bytes: Uint8Array): Promise<void> {
    this.#checkQuota(bytes.byteLength)
    this.#used += bytes.byteLength
    const path = join(this.#directory, 'tmp', String(this.#temporary++))
    try {
      const file = await this.#disk.open(path, true)
      assert(file !== null, 'a file opened with create is there')
      try {
        await file.write(0, [bytes])
        await file.sync()
      } finally {
        await file.close()
      }
      await this.#name(cid, path)
    } catch (error) {
      this.#used -= bytes.byteLength
      await this.#disk.remove(path)
      throw error
    }
    this.#sizes.set(cid, bytes.byteLength)
  }

  /** Gives a whole, synced file its final name, durably. */
  async #name(cid: Cid, from: string): Promise<void> {
    const folder = join(this.#directory, folderOf(cid))
    if (!this.#folders.has(folder)) {
      await this.#disk.makeDirectory(folder)
      await this.#disk.syncDirectory(this.#directory)
      this.#folders.add(folder)
    }
    await this.#disk.rename(from, this.#path(cid))
    await this.#disk.syncDirectory(folder)
  }

  async #open(cid: Cid): Promise<DiskFile> {
    const file = this.#sizes.has(cid) ? await this.#disk.open(this.#path(cid), false) : null
    if (file !== null) return file
    this.#forget(cid)
    throw blobMissing(cid)
  }

  async #moveAside(cid: Cid): Promise<void> {
    await this.#disk.rename(this.#path(cid), join(this.#directory, 'corrupt', cid))
    this.#forget(cid)
  }

  async #dropPartial(cid: Cid): Promise<void> {
    const size = this.#partials.get(cid)
    if (size === undefined) return
    await this.#disk.remove(this.#partialPath(cid))
    this.#partials.delete(cid)
    this.#used -= size
  }

  async #index(folder: string): Promise<void> {
    const path = join(this.#directory, folder)
    this.#folders.add(path)
    for (const cid of await this.#disk.list(path)) {
      if (!isCid(cid)) continue
      const size = (await this.#disk.size(join(path, cid))) ?? 0
      this.#sizes.set(cid, size)
      this.#used += size
    }
  }

  #setPartial(cid: Cid, size: number): void {
    this.#used += size - (this.#partials.get(cid) ?? 0)
    this.#partials.set(cid, size)
  }

  #forget(cid: Cid): void {
    this.#used -= this.#sizes.get(cid) ?? 0
    this.#sizes.delete(cid)
  }

  #checkQuota(bytes: number): void {
    if (this.#used + bytes > this.#quotaBytes) throw blobQuota(bytes, this.#quotaBytes)
  }

  #path(cid: Cid): string {
    return join(this.#directory, folderOf(cid), cid)
  }

  /** The only path made from a name that others chose: it must be an identity and nothing else. */
  #partialPath(cid: Cid): string {
    if (!isCid(cid)) throw blobMissing(cid)
    return join(this.#directory, 'partial', cid)
  }
}

function folderOf(cid: Cid): string {
  return cid.slice(-FAN_OUT)
}

async function readHashed(file: DiskFile, size: number): Promise<{ bytes: Uint8Array; cid: Cid }> {
  if (size <= storeLimits.hashSliceBytes) {
    const bytes = await file.read(0, size)
    return { bytes, cid: cidOf(bytes) }
  }
  const bytes = new Uint8Array(size)
  const running = createHash('sha256')
  await eachSlice(file, size, running, (slice, offset) => bytes.set(slice, offset))
  return { bytes, cid: cidOfDigest(running.digest()) }
}

async function hashOf(file: DiskFile, size: number): Promise<Cid> {
  const running = createHash('sha256')
  await eachSlice(file, size, running, () => undefined)
  return cidOfDigest(running.digest())
}

async function eachSlice(
  file: DiskFile,
  size: number,
  running: Hash,
  keep: (slice: Uint8Array, offset: number) => void,
): Promise<void> {
  for (let offset = 0; offset < size; offset += storeLimits.hashSliceBytes) {
    const slice = await file.read(offset, Math.min(storeLimits.hashSliceBytes, size - offset))
    running.update(slice)
    keep(slice, offset)
  }
}
