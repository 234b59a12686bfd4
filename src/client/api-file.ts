/** The file by which a hub's own user finds its local API: `<home>/api.json`, readable by that user alone. */
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'
import { ShoalError } from '../errors.ts'

const apiAccessSchema = v.object({
  url: v.pipe(v.string(), v.regex(/^http:\/\/(127\.0\.0\.1|\[::1\]|localhost):\d+$/, 'not a loopback address')),
  token: v.pipe(v.string(), v.minLength(32)),
  pid: v.pipe(v.number(), v.integer(), v.minValue(1)),
})

/** Where a hub's API is, the token it asks for, and the process that serves it. */
export type ApiAccess = v.InferOutput<typeof apiAccessSchema>

/** Whole or not at all: readers never see half a file. */
export async function writeApiFile(home: string, access: ApiAccess): Promise<void> {
  await mkdir(home, { recursive: true, mode: 0o700 })
  const fresh = join(home, `api.json.${process.pid}`)
  await writeFile(fresh, `${JSON.stringify(access)}\n`, { mode: 0o600 })
  await rename(fresh, apiFile(home))
}

/**
 * The access to the hub of this home, or null when none has started here. The hub may be gone meanwhile.
 * @throws ShoalError SHOAL_HOME_UNUSABLE when the file cannot be read or is not ours.
 */
export async function readApiFile(home: string): Promise<ApiAccess | null> {
  let text: string
  try {
    text = await readFile(apiFile(home), 'utf8')
  } catch (error) {
    if (isAbsent(error)) return null
    throw unusable(home, error)
  }
  try {
    return v.parse(apiAccessSchema, JSON.parse(text))
  } catch (error) {
    throw unusable(home, error)
  }
}

/** Removes the file, unless another process has written its own meanwhile. */
export async function removeApiFile(home: string, pid: number): Promise<void> {
  const access = await readApiFile(home)
  if (access?.pid === pid) await rm(apiFile(home), { force: true })
}

function apiFile(home: string): string {
  return join(home, 'api.json')
}

function isAbsent(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

function unusable(home: string, cause: unknown): ShoalError {
  return new ShoalError('SHOAL_HOME_UNUSABLE', `${apiFile(home)} is not a usable API file`, {
    next: 'stop the hub of this home, remove the file, start the hub again',
    cause,
  })
}
