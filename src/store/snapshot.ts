/** A file that is replaced as a whole: after a crash at any moment the old content is there, or the new. */
import { dirname } from 'node:path'
import { assert } from '../errors.ts'
import { ledgerLimits } from '../limits.ts'
import type { Disk } from './disk.ts'
import { frameHeader, readFrames } from './frames.ts'

const TEMPORARY = '.tmp'

/**
 * Writes aside, syncs, renames, syncs the folder.
 * @throws ShoalError SHOAL_DISK_FULL, SHOAL_HOME_UNUSABLE; the old content stays then.
 */
export async function writeSnapshot(disk: Disk, path: string, content: Uint8Array): Promise<void> {
  const aside = path + TEMPORARY
  await disk.remove(aside)
  const file = await disk.open(aside, true)
  assert(file !== null, 'a file opened with create is there')
  try {
    try {
      await file.write(0, [frameHeader(content), content])
      await file.sync()
    } finally {
      await file.close()
    }
    await disk.rename(aside, path)
  } catch (error) {
    await disk.remove(aside)
    throw error
  }
  await disk.syncDirectory(dirname(path))
}

/** The content, or null when there is none or it is damaged. */
export async function readSnapshot(disk: Disk, path: string): Promise<Uint8Array | null> {
  const file = await disk.open(path, false)
  if (file === null) return null
  try {
    const bytes = await file.read(0, await file.size())
    return readFrames(bytes, 0, ledgerLimits.docBytesMax).payloads[0] ?? null
  } finally {
    await file.close()
  }
}

/** Whether a name is what an interrupted write left behind. */
export function isLeftover(name: string): boolean {
  return name.endsWith(TEMPORARY)
}
