/** A hub killed in any moment of its slots' start leaves nothing behind: the kernel ends them, or they end themselves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lacking } from '../execute/isolation/levels.ts'
import { until } from './real-hubs.ts'

const starter = fileURLToPath(new URL('./slot-starter.ts', import.meta.url))
const SLOTS = 10
const ROUNDS = 30
const HUBS = 3
/** Within so long all slots of a hub are started, and have bound their lives to it. */
const START_MS = 40

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-orphans-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test.skipIf(lacking('L4') !== false)('no jail outlives its hub, whenever that is killed', () => rounds('L4'))
test('no plain slot outlives its hub, whenever that is killed', () => rounds('L0'))

/** Several hubs at a time: a slot that gets no core stays in every step of its start for longer. */
async function rounds(level: 'L0' | 'L4'): Promise<void> {
  for (let round = 0; round < ROUNDS; round += HUBS) {
    const moments = Array.from({ length: HUBS }, (_, hub) => ((round + hub) * START_MS) / ROUNDS)
    await Promise.all(moments.map((afterMs) => killedHub(level, afterMs)))
  }
  await until(async () => (await left()).length === 0, 'nothing is left of any hub').catch(() => undefined)
  expect(await left()).toEqual([])
}

/** A hub that is killed while it starts slots, in a moment that moves on from round to round. */
async function killedHub(level: 'L0' | 'L4', afterMs: number): Promise<void> {
  // The folder marks the processes: it stands in their arguments or in their environment.
  const env = { ...process.env, XDG_CACHE_HOME: folder }
  const hub = spawn(process.execPath, [starter, level, String(SLOTS)], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(hub, 'exit')
  await once(hub.stdout, 'data')
  const moment = performance.now() + afterMs
  while (performance.now() < moment) await new Promise((resolve) => setImmediate(resolve))
  hub.kill('SIGKILL')
  await exited
}

/** Processes started by hubs of this test, however deep, and whoever is their parent now. */
async function left(): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map(async (pid) => `${pid} ${await words(pid)}`))
  return lines.filter((line) => line.includes(folder))
}

async function words(pid: string): Promise<string> {
  const [args, env] = await Promise.all(
    ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'latin1').catch(() => '')),
  )
  return `${args} ${env}`.replaceAll('\0', ' ')
}
