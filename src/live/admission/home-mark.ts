/** Tells a home folder from a copy of it: the file of its key is another file in the copy, whatever the bytes. */
import { rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { readPrivateFile, writePrivateFile } from './private-file.ts'

const markSchema = v.object({ version: v.literal(1), inode: v.string(), bornMs: v.number() })
type Mark = v.InferOutput<typeof markSchema>

/**
 * Whether this home was copied from another since its hub last ran. Both the number of the key's file and its time of birth must
 * differ: some file systems renumber, some keep no birth. False for homes without a key or from before there were marks.
 */
export async function isCopied(home: string): Promise<boolean> {
  const [now, then] = [await markOf(home), await readMark(home)]
  return now !== null && then !== null && now.inode !== then.inode && now.bornMs !== then.bornMs
}

/** Remembers the home as it is. */
export async function markHome(home: string): Promise<void> {
  const mark = await markOf(home)
  if (mark !== null) await writePrivateFile(markPath(home), `${JSON.stringify(mark)}\n`)
}

/** Puts the copied key aside, so that the next look finds none. */
export async function putKeyAside(home: string): Promise<void> {
  await rename(keyPath(home), `${keyPath(home)}.copied`)
}

async function markOf(home: string): Promise<Mark | null> {
  try {
    const { ino, birthtimeMs } = await stat(keyPath(home), { bigint: true })
    return { version: 1, inode: String(ino), bornMs: Number(birthtimeMs) }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** A mark that does not read says nothing. */
async function readMark(home: string): Promise<Mark | null> {
  const stored = await readPrivateFile(markPath(home))
  if (stored === null) return null
  try {
    return v.parse(markSchema, JSON.parse(Buffer.from(stored).toString('utf8')))
  } catch {
    return null
  }
}

function keyPath(home: string): string {
  return join(home, 'identity.key')
}

function markPath(home: string): string {
  return join(home, 'home.json')
}
