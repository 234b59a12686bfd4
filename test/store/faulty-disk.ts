/** A real disk with faults: it fills up in the middle of a write, or fails to sync, when told to. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Disk, type DiskFile, diskError, realDisk } from '../../src/store/disk.ts'

/** A folder that goes away with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'shoal-store-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true }))
  return directory
}

export class FaultyDisk implements Disk {
  /** Bytes that may still be written before the disk is full. */
  roomBytes = Number.POSITIVE_INFINITY
  failSync = false
  failRename = false
  syncs = 0
  readonly directorySyncs: string[] = []

  async open(path: string, create: boolean): Promise<DiskFile | null> {
    const file = await realDisk.open(path, create)
    return file === null ? null : this.#wrap(file)
  }

  size = realDisk.size
  remove = realDisk.remove
  list = realDisk.list
  makeDirectory = realDisk.makeDirectory

  async rename(from: string, to: string): Promise<void> {
    if (this.failRename) throw diskError(from, { code: 'EIO' })
    await realDisk.rename(from, to)
  }

  async syncDirectory(path: string): Promise<void> {
    this.directorySyncs.push(path)
    await realDisk.syncDirectory(path)
  }

  #wrap(file: DiskFile): DiskFile {
    return {
      path: file.path,
      size: () => file.size(),
      read: (offset, length) => file.read(offset, length),
      truncate: (size) => file.truncate(size),
      close: () => file.close(),
      write: (offset, parts) => this.#write(file, offset, parts),
      sync: async () => {
        this.syncs += 1
        if (this.failSync) throw diskError(file.path, { code: 'EIO' })
        await file.sync()
      },
    }
  }

  async #write(file: DiskFile, offset: number, parts: readonly Uint8Array[]): Promise<void> {
    const bytes = Buffer.concat(parts)
    const fitting = bytes.subarray(0, Math.min(bytes.byteLength, this.roomBytes))
    this.roomBytes -= fitting.byteLength
    if (fitting.byteLength > 0) await file.write(offset, [fitting])
    if (fitting.byteLength < bytes.byteLength) throw diskError(file.path, { code: 'ENOSPC' })
  }
}
