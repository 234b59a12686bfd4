/** The count of a hub's starts: a later life outranks what peers still hear of an earlier one. */
import { join } from 'node:path'
import { readPrivateFile, writePrivateFile } from './admission/private-file.ts'

/** Raises the count on disk and returns it. @throws ShoalError SHOAL_HOME_UNUSABLE, SHOAL_DISK_FULL */
export async function nextIncarnation(home: string): Promise<number> {
  const path = join(home, 'incarnation')
  const stored = await readPrivateFile(path)
  const previous = stored === null ? 0 : Number.parseInt(Buffer.from(stored).toString('utf8'), 10)
  // Seconds since the epoch bound it from below, so that a lost file cannot make a new life look older than the last.
  const next = Math.max(Number.isSafeInteger(previous) ? previous + 1 : 0, Math.floor(Date.now() / 1000))
  await writePrivateFile(path, Buffer.from(`${next}\n`))
  return next
}
