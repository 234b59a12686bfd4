/** Finds the hub that runs on this machine, by the API file in its home. */
import { ShoalError } from '../errors.ts'
import { readApiFile } from './api-file.ts'
import { homeFolder } from './home.ts'
import { RemoteHub } from './remote-hub.ts'

/** The hub that runs in this home, or null: a file left behind by a hub that is gone counts as none. */
export async function findHub(home: string | undefined): Promise<RemoteHub | null> {
  const access = await readApiFile(homeFolder(home))
  if (access === null || !isRunning(access.pid)) return null
  const hub = new RemoteHub(access)
  try {
    await hub.info()
    return hub
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'SHOAL_HUB_UNREACHABLE' && isRefused(error.cause)) return null
    throw error
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED'
}
