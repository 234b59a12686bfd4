/** The few things a store does to a disk, behind one interface, so that tests and simulations can tear writes and fill it up. */
import { constants, type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { ShoalError } from '../errors.ts'

export interface DiskFile {
  readonly path: string
  size(): Promise<number>
  read(offset: number, length: number): Promise<Uint8Array>
  /** Writes all parts one after the other at `offset`; on failure any prefix of them may be there. */
  write(offset: number, parts: readonly Uint8Array[]): Promise<void>
  truncate(size: number): Promise<void>
  /** Returns once all that was written is on the medium. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** Paths are absolute. Every failure is a ShoalError: SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE, or the original cause within. */
export interface Disk {
  /** Opens for reading and writing; null when there is no such file and `create` is false. */
  open(path: string, create: boolean): Promise<DiskFile | null>
  /** Size in bytes; null when there is no such file. */
  size(path: string): Promise<number | null>
  rename(from: string, to: string): Promise<void>
  /** Removes a file or a directory with all it holds; nothing happens when it is not there. */
  remove(path: string): Promise<void>
  /** Names in a directory, sorted; empty when there is no such directory. */
  list(path: string): Promise<string[]>
  /** Makes a directory and those above it; false when it was there. */
  makeDirectory(path: string): Promise<boolean>
  /** Makes names that were created, renamed or removed in a directory durable. */
  syncDirectory(path: string): Promise<void>
}

/** The machine's own file system. */
export const realDisk: Disk = {
  open: (path, create) => openReal(path, create, (handle) => handle.datasync()),
  async size(path) {
    try {
      return (await stat(path)).size
    } catch (cause) {
      return absentOrThrow(cause, path)
    }
  },
  rename: (from, to) => told(from, () => rename(from, to)),
  remove: (path) => told(path, () => rm(path, { recursive: true, force: true })),
  async list(path) {
    try {
      return (await readdir(path)).sort()
    } catch (cause) {
      return absentOrThrow(cause, path) ?? []
    }
  },
  async makeDirectory(path) {
    return (await told(path, () => mkdir(path, { recursive: true }))) !== undefined
  },
  async syncDirectory(path) {
    const handle = await told(path, () => open(path, 'r'))
    try {
      await told(path, () => handle.sync())
    } finally {
      await handle.close()
    }
  },
}

/**
 * The same for the home of a hub that goes with it. What a killed hub has written stays with the system, and a machine that
 * loses its power loses such hubs with all that they had: nothing has to reach the medium.
 */
export const fleetingDisk: Disk = {
  ...realDisk,
  open: (path, create) => openReal(path, create, async () => undefined),
  syncDirectory: async () => undefined,
}

type Sync = (handle: FileHandle) => Promise<void>

async function openReal(path: string, create: boolean, sync: Sync): Promise<DiskFile | null> {
  const flags = create ? constants.O_RDWR | constants.O_CREAT : constants.O_RDWR
  try {
    return new RealFile(path, await open(path, flags), sync)
  } catch (cause) {
    return absentOrThrow(cause, path)
  }
}

class RealFile implements DiskFile {
  readonly path: string
  readonly #handle: FileHandle
  readonly #sync: Sync

  constructor(path: string, handle: FileHandle, sync: Sync) {
    this.path = path
    this.#handle = handle
    this.#sync = sync
  }

  size(): Promise<number> {
    return told(this.path, async () => (await this.#handle.stat()).size)
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    return told(this.path, async () => {
      const bytes = new Uint8Array(length)
      let filled = 0
      while (filled < length) {
        const { bytesRead } = await this.#handle.read(bytes, filled, length - filled, offset + filled)
        if (bytesRead === 0) break
        filled += bytesRead
      }
      return bytes.subarray(0, filled)
    })
  }

  write(offset: number, parts: readonly Uint8Array[]): Promise<void> {
    return told(this.path, async () => {
      let at = offset
      // Joined, so that a group of small frames is one call; large parts are written from where they lie.
      const joined = parts.length === 1 ? parts : [Buffer.concat(parts)]
      for (const part of joined) {
        let written = 0
        while (written < part.byteLength) {
          const { bytesWritten } = await this.#handle.write(part, written, part.byteLength - written, at)
          written += bytesWritten
          at += bytesWritten
        }
      }
    })
  }

  truncate(size: number): Promise<void> {
    return told(this.path, () => this.#handle.truncate(size))
  }

  sync(): Promise<void> {
    return told(this.path, () => this.#sync(this.#handle))
  }

  close(): Promise<void> {
    return told(this.path, () => this.#handle.close())
  }
}

async function told<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw diskError(path, cause)
  }
}

function absentOrThrow(cause: unknown, path: string): null {
  if (codeOf(cause) === 'ENOENT') return null
  throw diskError(path, cause)
}

/** What went wrong with the disk, in the words of the error table. */
export function diskError(path: string, cause: unknown): ShoalError {
  if (cause instanceof ShoalError) return cause
  const code = codeOf(cause)
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new ShoalError('SHOAL_DISK_FULL', `no room left on the disk for ${path}`, {
      next: 'free some space; nothing half-written was kept',
      cause,
    })
  }
  return new ShoalError('SHOAL_HOME_UNUSABLE', `the disk failed at ${path}: ${code ?? String(cause)}`, {
    next: 'check that the folder exists, is writable and its disk is healthy',
    cause,
  })
}

function codeOf(cause: unknown): string | undefined {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return undefined
  return String(cause.code)
}
