/** The home: the folder where one hub keeps its identity, its data and the key of its local API. */
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The home a command means: what it was given, else `SHOAL_HOME`, else the XDG data folder. */
export function homeFolder(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  if (given !== undefined && given !== '') return resolve(given)
  if (environment.SHOAL_HOME) return resolve(environment.SHOAL_HOME)
  const data = environment.XDG_DATA_HOME || join(homedir(), '.local', 'share')
  return join(data, 'shoal')
}
