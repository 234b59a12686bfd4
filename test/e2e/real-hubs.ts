/** Real hubs of one swarm on hosts of their own: `shoal up` in network namespaces, driven by the command line as a user would. */
import { type ChildProcess, execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { readHistories } from '../../node/read-histories.ts'
import { judge } from '../../simulations/checker/judge.ts'
import { encodeOutcome } from '../../src/execute/codec/outcome.ts'
import { valuePrint } from '../../src/history/value-print.ts'
import { cidOf } from '../../src/store/cid.ts'
import { packList } from '../../src/wire/pack.ts'
import { createNamespaces, type Host, type Namespaces } from './namespaces.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../../node/cli.ts', import.meta.url))

interface UpEvent {
  readonly event: string
  readonly hub?: string
  readonly state?: string
  readonly pid?: number
}

export interface Finished {
  readonly job: string
  readonly status: string
  readonly result: unknown
  readonly resultV8: string
  readonly wallMs: number
  /** Unfinished shards that could resume. */
  readonly checkpoints: number
  readonly error: { readonly code: string; readonly message: string } | null
  readonly shards: {
    readonly total: number
    readonly done: number
    readonly attempts: number
    readonly resumed: number
    readonly speculated: number
    readonly duplicated: number
    readonly migrated: number
  }
  readonly byHub: readonly { readonly hub: string; readonly shards: number }[]
  readonly attempts?: readonly AttemptLine[]
  readonly migrations?: readonly {
    readonly shard: string
    readonly from: string
    readonly to: string | null
    readonly reason: string
    readonly resumedFrom: number
  }[]
  readonly familyReports?: readonly {
    readonly family: string
    readonly shards: number
    readonly done: number
    readonly runs: readonly { readonly state: string; readonly hub: string | null }[]
  }[]
}

export interface AttemptLine {
  readonly shard: string
  readonly hub: string
  readonly attempt: number
  readonly epoch: number
  readonly resumedFrom: number
  readonly status: string
}

/** One machine with its hub. */
export class RealHub {
  readonly host: Host
  readonly home: string
  /** Where all hubs of the swarm write their histories. */
  readonly history: string
  hub = ''
  upAtMs = 0
  /** Own clock of the test, when a peer was last told alive. */
  readonly peers = new Map<string, number>()
  /** All that the hub said of others, in this life. */
  readonly told: UpEvent[] = []
  /** What starts shoal, after Node. */
  readonly commandLine: readonly string[]
  /** What starts Node, if that is not started by itself. */
  launcher: readonly string[] = []
  #child: ChildProcess | null = null
  #errors = ''

  /** @param file the command line of another version of shoal than this one */
  constructor(host: Host, home: string, file = cli) {
    this.host = host
    this.home = home
    this.commandLine = [file]
    this.history = join(dirname(home), 'histories')
  }

  /** Starts the hub and waits until it says that it is ready. */
  async up(...args: readonly string[]): Promise<void> {
    const words = ['up', '--json', '--home', this.home, '--history', this.history, '--slots', '1', ...args]
    const [command, ...rest] = [...this.launcher, process.execPath, ...this.commandLine, ...words]
    const child = this.host.spawn(command ?? process.execPath, rest)
    this.#child = child
    this.peers.clear()
    this.told.length = 0
    this.#errors = ''
    this.hub = ''
    const { stdout, stderr } = child
    if (stdout === null || stderr === null) throw new Error('a hub process has pipes')
    createInterface({ input: stdout }).on('line', (line) => this.#told(JSON.parse(line)))
    stderr.on('data', (text) => {
      this.#errors += text
    })
    await until(() => this.hub !== '' || child.exitCode !== null, 'the hub is ready', 30_000)
    if (this.hub === '') throw new Error(`the hub did not start: ${this.#errors}`)
    this.upAtMs = performance.now()
  }

  get pid(): number {
    return this.#child?.pid ?? 0
  }

  /** Null while it runs. */
  get exitCode(): number | null {
    return this.#child?.exitCode ?? null
  }

  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal)
  }

  /** Kills it, and waits until its files are nobody's. */
  async end(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
    await until(async () => (await descendantsOf(child.pid ?? 0)).length === 0, 'its slots are gone')
  }

  /** The hub and its slots: a frozen machine. */
  async signalAll(signal: NodeJS.Signals): Promise<void> {
    for (const pid of [this.pid, ...(await childrenOf(this.pid))]) process.kill(pid, signal)
  }

  /** Runs a command line as a user on this machine; returns its JSON. */
  async shoal<Json>(...args: readonly string[]): Promise<Json> {
    const out = await this.host.exec(process.execPath, [...this.commandLine, ...args, '--home', this.home, '--json'])
    return JSON.parse(out)
  }

  async job(id: string): Promise<Finished> {
    return this.shoal<Finished>('job', id)
  }

  get errors(): string {
    return this.#errors
  }

  #told(event: UpEvent): void {
    if (event.event === 'ready') this.hub = event.hub ?? ''
    if (event.hub === undefined || event.hub === this.hub) return
    this.told.push(event)
    if (event.state === 'alive') this.peers.set(event.hub, performance.now())
    else if (event.state !== undefined) this.peers.delete(event.hub)
  }
}

/** Machines on one switch; the first founded the swarm, the others came in by its token. */
export class RealSwarm {
  readonly hubs: RealHub[]
  readonly #network: Namespaces
  readonly folder: string

  constructor(network: Namespaces, folder: string) {
    this.#network = network
    this.folder = folder
    this.hubs = network.hosts.map((host, index) => new RealHub(host, join(folder, `home-${index}`)))
  }

  hub(index: number): RealHub {
    const hub = this.hubs[index]
    if (hub === undefined) throw new Error(`no hub ${index}`)
    return hub
  }

  /** @param args for each `shoal up` */
  async start(...args: readonly string[]): Promise<void> {
    await Promise.all(this.hubs.map((hub) => mkdir(hub.home, { recursive: true })))
    const [founder, ...others] = this.hubs
    if (founder === undefined) return
    await founder.up(...args)
    const token = (
      await founder.host.exec(process.execPath, [cli, 'token', 'create', '--uses', '16', '--home', founder.home])
    ).trim()
    await Promise.all(others.map((hub) => hub.up('--join', token, ...args)))
    await this.connected()
  }

  /** Waits until every hub knows every other as alive. */
  async connected(deadlineMs = 30_000): Promise<void> {
    await until(
      () => this.hubs.every((hub) => hub.peers.size === this.hubs.length - 1),
      'all hubs are connected',
      deadlineMs,
    )
  }

  /** What the checker of the simulator says of everything that these hubs did; `settled` ones must agree. */
  async violations(settled: readonly RealHub[] = [], results: ReadonlyMap<string, unknown> = new Map()) {
    const hubs = this.hubs.map(({ hub }) => hub)
    return judge(await readHistories([this.hub(0).history]), {
      results: new Map([...results].map(([job, value]) => [job, printsOf(value)])),
      roles: new Map(hubs.map((hub) => [hub, ['compute', 'submit']])),
      settled: settled.map(({ hub }) => hub),
    })
  }

  /** Waits until all these hubs have all results of a job, and name the same hubs for them. */
  async agreed(hubs: readonly RealHub[], job: string): Promise<void> {
    await until(() => agree(hubs, job), `all hubs keep the same results of ${job}`, 20_000)
  }

  async endProcesses(): Promise<void> {
    await Promise.all(this.hubs.map((hub) => hub.end()))
  }

  async destroy(): Promise<void> {
    await this.#network.destroy()
    await rm(this.folder, { recursive: true, force: true })
  }
}

async function agree(hubs: readonly RealHub[], job: string): Promise<boolean> {
  const reports = await Promise.all(hubs.map((hub) => hub.job(job)))
  const kept = reports.map(({ byHub }) =>
    JSON.stringify([...byHub].sort((a, b) => (a.hub < b.hub ? -1 : 1)).map(({ hub, shards }) => [hub, shards])),
  )
  const areWhole = reports.every(({ status, shards }) => status === 'done' && shards.done === shards.total)
  return areWhole && new Set(kept).size === 1
}

/** Submits through a hub and returns at once, acknowledged. */
export async function submit(hub: RealHub, file: string, input: unknown, ...args: readonly string[]): Promise<string> {
  const path = `${hub.home}.input.json`
  await writeFile(path, JSON.stringify(input))
  const { job } = await hub.shoal<Finished>('run', jobFile(file), '--input', `@${path}`, '--detach', ...args)
  return job
}

/** Waits until a hub knows how a job has ended. */
export async function ended(hub: RealHub, job: string, deadlineMs: number): Promise<Finished> {
  const reports: Finished[] = []
  const isOver = async (): Promise<boolean> =>
    reports.push(await hub.job(job)) > 0 && reports.at(-1)?.status !== 'running'
  await until(isOver, `job ${job} ends`, deadlineMs)
  const report = reports.at(-1)
  if (report === undefined) throw new Error('found above')
  return report
}

export async function realSwarm(count: number): Promise<RealSwarm> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'))
  return new RealSwarm(await createNamespaces(count), folder)
}

/** Where the modules lie that these tests submit. */
export function jobFile(name: string): string {
  return fileURLToPath(new URL(`./jobs/${name}`, import.meta.url))
}

/** Direct children of a process, from /proc. */
export async function childrenOf(pid: number): Promise<number[]> {
  const children: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    if (parent === pid) children.push(Number(entry))
  }
  return children
}

/** Children of a process, and theirs. */
export async function descendantsOf(pid: number): Promise<number[]> {
  const children = await childrenOf(pid)
  const below = await Promise.all(children.map(descendantsOf))
  return [...children, ...below.flat()]
}

/** Processes whose command line names a folder: nothing of a swarm may be left behind. */
export async function processesNaming(text: string): Promise<string> {
  const { stdout } = await run('ps', ['-eo', 'pid,args'])
  return stdout
    .split('\n')
    .filter((line) => line.includes(text) && !line.includes(' ps '))
    .join('\n')
}

/** Waits for a condition, asked again and again; fails after the deadline. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  deadlineMs = 10_000,
): Promise<void> {
  const end = performance.now() + deadlineMs
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`waited ${deadlineMs} ms in vain: ${what}`)
    await delay(50)
  }
}

/** How a history may show the result of a job: by its bytes, or by the name of the blob that has them. */
function printsOf(value: unknown): string[] {
  const outcome = encodeOutcome({ kind: 'value', value })
  return [valuePrint(outcome), cidOf(packList([outcome]))]
}
