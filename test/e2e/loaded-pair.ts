/** Two real hubs on a core each, and a burner that somebody starts on the core of one of them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type HubProcess, startHubProcess } from '../../src/client/hub-process.ts'
import type { JobReport } from '../../src/client/local-hub.ts'
import { makeSubmission } from '../../src/client/submission.ts'

const TOKEN_MS = 60_000
const MEET_MS = 20_000
const CALM_MS = 60_000
/** Share of a machine that others may use for it to count as quiet. */
const CALM_LOAD = 0.3

interface LoadedRun {
  readonly migration: boolean
  readonly atMs: number
  readonly at?: number
  readonly input?: unknown
}

type LoadedReport = JobReport & { readonly outcome: Uint8Array }

/** Why two hubs cannot have a core each here, or null. */
export function pinningUnavailable(): string | null {
  if (availableParallelism() < 2) return 'it takes two cores'
  return spawnSync('taskset', ['-c', '1', 'true']).status === 0 ? null : 'taskset cannot pin a process here'
}

export class LoadedPair implements AsyncDisposable {
  readonly hubs: readonly HubProcess[]
  readonly #folder: string
  #burner: ChildProcess | null = null

  constructor(hubs: readonly HubProcess[], folder: string) {
    this.hubs = hubs
    this.#folder = folder
  }

  static async start(): Promise<LoadedPair> {
    const folder = await mkdtemp(join(tmpdir(), 'shoal-loaded-'))
    const start = (core: number, args: readonly string[]) =>
      startHubProcess({
        home: join(folder, `hub-${core}`),
        args: ['--slots', '1', '--port', '0', '--api-port', '0', '--no-mdns', ...args],
        launcher: ['taskset', '-c', String(core)],
      })
    const founder = await start(0, [])
    const token = await founder.remote.createToken({ expiresMs: TOKEN_MS, uses: 1 })
    const peers = founder.ready.addrs.flatMap((address) => ['--peer', address])
    const pair = new LoadedPair([founder, await start(1, ['--join', token, ...peers])], folder)
    const endMs = performance.now() + MEET_MS
    for (const hub of pair.hubs) {
      while ((await hub.remote.hubs()).filter(({ state }) => state === 'alive').length < 2) {
        if (performance.now() > endMs) throw new Error('the hubs do not meet')
        await delay(25)
      }
    }
    return pair
  }

  hub(index: number): HubProcess {
    const hub = this.hubs[index]
    if (hub === undefined) throw new RangeError(`no hub ${index}`)
    return hub
  }

  /** Submits at hub 1, or where it is told to; `atMs` after something of the job runs on hub 0, something else fills that one's core. */
  async run(file: string, { migration, atMs, at = 1, input }: LoadedRun): Promise<LoadedReport> {
    const { remote } = this.hub(at)
    await this.#calm()
    const submission = await makeSubmission(file, input, { migration })
    const job = await remote.submit(submission)
    const endMs = performance.now() + MEET_MS
    while (!(await remote.job(job)).attempts.some(({ hub, status }) => this.#isHere(hub) && status === 'running')) {
      if (performance.now() > endMs) throw new Error('nothing runs on the hub that is to be loaded')
      await delay(20)
    }
    await delay(atMs)
    this.burn()
    try {
      const outcome = await remote.result(job, { wait: true })
      return { ...(await remote.job(job)), outcome }
    } finally {
      await this.quench()
      await remote.acknowledge(job)
    }
  }

  /** Waits until both hubs expect to be left alone: the last burner is remembered for a while. */
  async #calm(): Promise<void> {
    const endMs = performance.now() + CALM_MS
    for (const hub of this.hubs) {
      for (;;) {
        const self = (await hub.remote.hubs()).find((one) => one.self)
        if ((self?.forecast ?? []).every(({ cpu }) => cpu.mean < CALM_LOAD)) break
        if (performance.now() > endMs) throw new Error('others use the cores of the hubs')
        await delay(100)
      }
    }
  }

  /** Fills the core of hub 0, at the priority of any other program. */
  burn(): void {
    this.#burner = spawn('taskset', ['-c', '0', process.execPath, '-e', 'for (;;);'], { stdio: 'ignore' })
  }

  async quench(): Promise<void> {
    const burner = this.#burner
    this.#burner = null
    if (burner === null || burner.exitCode !== null) return
    const gone = new Promise((resolve) => burner.once('exit', resolve))
    burner.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.quench()
    await Promise.all(this.hubs.map((hub) => hub.stop()))
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #isHere(hub: string): boolean {
    return hub === this.hub(0).ready.hub
  }
}

/** Where others already fill the first two cores, there is no quiet hub to move to. */
export async function busyMachine(): Promise<string | null> {
  const before = await idleTicks()
  await delay(1_000)
  const after = await idleTicks()
  const isIdle = [0, 1].every((core) => (after[core] ?? 0) - (before[core] ?? 0) > 70)
  return isIdle ? null : 'other programs use the first two cores'
}

/** Hundredths of seconds that each core had nothing to do. */
async function idleTicks(): Promise<number[]> {
  const stat = await readFile('/proc/stat', 'utf8').catch(() => '')
  return stat
    .split('\n')
    .filter((line) => /^cpu\d/.test(line))
    .map((line) => Number(line.split(/\s+/)[4]))
}

/** A workflow file of equal nodes without edges, each so many CPU seconds long. */
export function equalTasks(count: number, seconds: number) {
  const tasks = Array.from({ length: count }, (_, id) => ({
    id,
    name: `t${id}`,
    runtime_s: seconds,
    cores: 1,
    mem_bytes: 0,
    external_input_bytes: 0,
    output_bytes: 0,
  }))
  return { schema: 'shoal-dag/1', source: 'made for this run', tasks, edges: [] }
}
