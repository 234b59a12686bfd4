/** The cast of the demo: three hubs that find each other, a client that comes and goes, and the judge. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { deserialize } from 'node:v8'
import { type HubProcess, startHubProcess } from '../../src/client/hub-process.ts'
import { embeddedLimits } from '../../src/limits.ts'

const run = promisify(execFile)

/** A founds the swarm, B and C get its token but no address: they have to find it. */
export async function startThreeHubs(folder: string, signal: AbortSignal, started: HubProcess[]): Promise<void> {
  const start = async (letter: string, args: readonly string[]) => {
    const home = join(folder, `hub-${letter}`)
    const hub = await startHubProcess({
      home,
      args: ['--slots', '1', '--port', '0', '--api-port', '0', ...args],
      signal,
    })
    return hub
  }
  const founder = await start('A', ['--swarm', 'demo'])
  started.push(founder)
  const token = await founder.remote.createToken({ expiresMs: embeddedLimits.tokenMs, uses: 2 })
  const others = await Promise.allSettled([start('B', ['--join', token]), start('C', ['--join', token])])
  for (const other of others) if (other.status === 'fulfilled') started.push(other.value)
  for (const other of others) if (other.status === 'rejected') throw other.reason
}

/** A client process that hands the job to a hub and is gone before the job is done. */
export async function submitAndLeave(
  home: string,
  module: string,
  input: string,
  signal: AbortSignal,
): Promise<string> {
  const words = ['run', module, '--input', `@${input}`, '--home', home, '--detach', '--json']
  const { stdout } = await run(process.execPath, [sibling('../cli'), ...words], { signal })
  return (JSON.parse(stdout) as { job: string }).job
}

/** The value of the plain run, computed in a process of its own. */
export async function plainValue(folder: string, module: string, input: string, signal: AbortSignal): Promise<unknown> {
  const output = join(folder, 'plain.v8')
  const words = [module, input, join(folder, `plain${extname(module)}`), output]
  await run(process.execPath, [sibling('./plain-run'), ...words], { signal })
  return deserialize(await readFile(output))
}

/** A file of this very build, as source or compiled. */
function sibling(path: string): string {
  return fileURLToPath(new URL(`${path}${extname(import.meta.url)}`, import.meta.url))
}
