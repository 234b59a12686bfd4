/** Runs the real command line in a process of its own. */
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))
const cache = join(tmpdir(), 'shoal-test-compile-cache')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export function shoal(
  words: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string } = {},
): Promise<Ended> {
  const env = {
    ...process.env,
    SHOAL_HOME: '/nonexistent-home',
    NO_COLOR: '1',
    NODE_COMPILE_CACHE: cache,
    ...options.env,
  }
  const child = spawn(process.execPath, [cli, ...words], { env, stdio: 'pipe' })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  child.stdin.end(options.input ?? '')
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })))
}
