/** What a hub writes is for its user alone, and its log keeps its secrets even at the most talkative level. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, expect, test } from 'vitest'
import { jobFile, until } from './real-hubs.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))
const OTHERS = 0o077
let folder = ''

afterEach(() => rm(folder, { recursive: true, force: true }))

test('no file of a home is readable by others, and no secret stands in the log or in what the hub says', async () => {
  // open to others on purpose: the files must not rely on the folder
  folder = await mkdtemp(join(tmpdir(), 'shoal-secrets-'))
  await run('chmod', ['755', folder])
  const words = ['up', '--json', '--home', folder, '--no-mdns', '--slots', '1', '--trust', 'own']
  const child = spawn(process.execPath, [cli, ...words], { env: { ...process.env, SHOAL_LOG: 'debug' }, stdio: 'pipe' })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (said += text))
  try {
    await until(() => said.includes('"event":"ready"'), 'the hub is ready', 30_000)
    const { stdout: token } = await run(process.execPath, [cli, 'token', 'create', '--home', folder])
    await run(process.execPath, [cli, 'run', jobFile('wait.js'), '--home', folder, '--json'])
    const secrets = [token.trim(), ...(await secretsOf(folder))]
    const files = await filesOf(folder)
    expect(files.some((file) => file.includes('ledgers/'))).toBe(true)
    const open = []
    for (const file of files) if (((await stat(file)).mode & OTHERS) !== 0) open.push(file)
    expect(open).toEqual([])
    expect(secrets.filter((secret) => secret.length < 16 || said.includes(secret))).toEqual([])
  } finally {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
})

/** The key, the swarm's secret and the token of the API, in the forms in which they could slip out. */
async function secretsOf(home: string): Promise<string[]> {
  const key = await readFile(join(home, 'identity.key'))
  const { secret } = JSON.parse(await readFile(join(home, 'swarm.json'), 'utf8')) as { secret: string }
  const { token } = JSON.parse(await readFile(join(home, 'api.json'), 'utf8')) as { token: string }
  const seed = key.subarray(-64, -32)
  const forms = (bytes: Buffer) => [bytes.toString('hex'), bytes.toString('base64'), bytes.toString('base64url')]
  return [token, ...forms(seed), ...forms(Buffer.from(secret, 'base64url')), String(Uint8Array.from(seed))]
}

async function filesOf(home: string): Promise<string[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}
