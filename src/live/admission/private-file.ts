/** Small files that only their owner may read, replaced whole or not at all. */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { ShoalError } from '../../errors.ts'

const OWNER_ONLY = 0o600
const OWNER_ONLY_FOLDER = 0o700

/** The file's bytes, or null when there is none. */
export async function readPrivateFile(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw unusable(path, error)
  }
}

/** Writes aside, syncs, renames: a crash leaves the old file or the new one, never a part. */
export async function writePrivateFile(path: string, bytes: Uint8Array | string): Promise<void> {
  const aside = `${path}.${randomBytes(6).toString('hex')}.part`
  try {
    await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY_FOLDER })
    const file = await open(aside, 'wx', OWNER_ONLY)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(aside, path)
  } catch (error) {
    await rm(aside, { force: true })
    throw unusable(path, error)
  }
}

function unusable(path: string, cause: unknown): ShoalError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC'
  return new ShoalError(full ? 'SHOAL_DISK_FULL' : 'SHOAL_HOME_UNUSABLE', `cannot use ${path}`, {
    next: full
      ? 'free space on this disk'
      : 'check the owner and mode of the home folder, or choose another with --home',
    cause,
  })
}
