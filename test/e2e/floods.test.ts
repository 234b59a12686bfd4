/** Floods against a running hub: what it remembers stays bounded, and honest hubs still get their answers. */
import { type ChildProcess, execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../live/hubs.ts'
import { createNamespaces, type Host, type Namespaces, namespacesUnavailable } from './namespaces.ts'

const MiB = 2 ** 20
const GROWTH_MAX = 50 * MiB
const SAMPLES = 60
const ROUNDS = 16
const ROUNDS_MAX = 60
/**
 * On a LAN the attacker has a machine of its own: what counts is what the hubs spend. They get a core, before all else that wants it,
 * and the attacker another.
 */
const HUBS = { core: 0, niceness: -10 }
const ATTACKER = { core: 1, niceness: 19 }
/** Without a core of its own an attacker runs for up to so long before a hub gets its turn; a round trip has two ends. */
const SLICE_MS = 4
/** Where even the slowest of a hundred round trips takes less in peace, one turn of any other process doubles it. */
const CALM_MS_MIN = 2

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/floods.test.ts: ${unavailable}\n`)
const pinned = unavailable === null && (await pinning())
const script = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))

/** Whether processes can be kept to cores here: `taskset` is there (package util-linux), and both cores are ours to use. */
async function pinning(): Promise<boolean> {
  const tries = [HUBS, ATTACKER].map(({ core }) => promisify(execFile)('taskset', ['-c', String(core), 'true']))
  return (await Promise.allSettled(tries)).every(({ status }) => status === 'fulfilled')
}

/** A process of this runtime, on its core where there is one for it. */
function spawnOn(host: Host, { core, niceness }: typeof HUBS, words: readonly string[]): ChildProcess {
  const command = ['nice', '-n', String(niceness), process.execPath, ...words]
  const [first = '', ...rest] = pinned ? ['taskset', '-c', String(core), ...command] : command
  return host.spawn(first, rest)
}

interface HubEvent {
  readonly event: string
  readonly [field: string]: unknown
}

class Hub {
  readonly events: HubEvent[] = []
  readonly child: ChildProcess

  constructor(host: Host, home: string, token?: string) {
    const words = [script('network-hub.ts'), home, 'hub', ...(token === undefined ? [] : [token])]
    this.child = spawnOn(host, HUBS, words)
    const { stdout } = this.child
    if (stdout !== null) createInterface({ input: stdout }).on('line', (line) => this.events.push(JSON.parse(line)))
  }

  async ask(command: string, answer: string, deadlineMs = 20_000): Promise<HubEvent> {
    const said = this.events.length
    this.child.stdin?.write(`${command}\n`)
    const find = () => this.events.slice(said).find(({ event }) => event === answer)
    await until(() => find() !== undefined, answer, deadlineMs)
    return find() as HubEvent
  }

  async up(): Promise<string> {
    await until(() => this.events.some(({ event }) => event === 'up'), 'the hub is up', 20_000)
    return String(this.events.find(({ event }) => event === 'up')?.hub)
  }

  async heldBytes(): Promise<number> {
    return Number((await this.ask('collect', 'collected')).bytes)
  }
}

let network: Namespaces
let folder = ''
let victim: Hub
let honest: Hub
let token = ''
let address = ''

beforeAll(async () => {
  if (unavailable !== null) return
  network = await createNamespaces(2)
  folder = await mkdtemp(join(tmpdir(), 'shoal-floods-'))
  const [here] = network.hosts
  if (here === undefined) throw new Error('a host')
  victim = new Hub(here, join(folder, 'victim'))
  await victim.up()
  token = String((await victim.ask('token', 'token')).text)
  honest = new Hub(here, join(folder, 'honest'), token)
  await honest.up()
  await until(() => honest.events.some(({ event }) => event === 'connected'), 'both are connected', 20_000)
  const up = victim.events.find(({ event }) => event === 'up')
  address = ((up?.addresses ?? []) as string[]).find((one) => one.includes(here.address)) ?? ''
  const warmUp = new Samples()
  for (let round = 0; round < 4; round++) await warmUp.take()
})

afterAll(async () => {
  if (unavailable !== null) return
  await network.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** Round trips of the honest hub to the one under attack, and how late its own timers were meanwhile. */
class Samples {
  readonly times: number[] = []
  readonly late: number[] = []

  async take(): Promise<void> {
    const said = await honest.ask(`latency ${await victim.up()} ${SAMPLES}`, 'latency')
    this.times.push(...(said.times as number[]))
    this.late.push(...(said.late as number[]))
  }
}

function p99(samples: readonly number[]): number {
  return samples.toSorted((a, b) => a - b)[Math.floor(samples.length * 0.99)] ?? Number.POSITIVE_INFINITY
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${victim.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}

test.skipIf(unavailable !== null).each(['mdns', 'streams', 'topics', 'half-open'])('a flood of %s', async (kind) => {
  const [heldBefore, residentBefore] = [await victim.heldBytes(), await residentBytes()]
  const flood = startFlood(kind)
  const [calm, under] = [new Samples(), new Samples()]
  await until(() => flood.said.includes('begun'), `the flood of ${kind} begins`, 20_000)
  // Calm and flood take turns, so that whatever else this machine does meets both alike.
  for (let round = 0; round < ROUNDS || !flood.said.includes('done'); round++) {
    if (round === ROUNDS_MAX) throw new Error(`the flood of ${kind} is not over: ${flood.said}`)
    process.kill(flood.pid, 'SIGSTOP')
    await calm.take()
    process.kill(flood.pid, 'SIGCONT')
    await under.take()
  }
  const resident = (await residentBytes()) - residentBefore
  flood.end()
  const growth = (await victim.heldBytes()) - heldBefore
  const figures = { kind, calm: p99(calm.times), under: p99(under.times), late: p99(under.late) - p99(calm.late) }
  process.stderr.write(`${JSON.stringify({ ...figures, growth: growth / MiB, resident: resident / MiB })}\n`)
  await expectReached(kind)
  expect(growth).toBeLessThan(GROWTH_MAX)
  expect(resident).toBeLessThan(GROWTH_MAX)
  // Where all share one core, what the honest hub's own timers were late by, and a slice of the attacker at each end, is its doing.
  const allowance = pinned ? 0 : Math.max(0, figures.late) + 2 * SLICE_MS
  expect(figures.under).toBeLessThan(2 * Math.max(figures.calm, CALM_MS_MIN) + allowance)
  expect(honest.events.some(({ event }) => event === 'disconnected')).toBe(false)
})

function startFlood(kind: string): { readonly said: string; readonly pid: number; end(): void } {
  const attacker = network.hosts[1]
  if (attacker === undefined) throw new Error('two hosts')
  const target = kind === 'mdns' ? `/ip4/${attacker.address}/tcp/1` : address
  const child = spawnOn(attacker, ATTACKER, [script('flooder.ts'), kind, target, token])
  const flood = { said: '', pid: child.pid ?? 0, end: () => void child.kill('SIGKILL') }
  child.stdout?.on('data', (text) => (flood.said += text))
  child.stderr?.on('data', (text) => (flood.said += text))
  return flood
}

/** A flood that never arrived proves nothing. */
async function expectReached(kind: string): Promise<void> {
  const said = await victim.ask('diagnostics', 'diagnostics')
  const traffic = said.interfaces as { name: string; heard: number; dropped: number }[]
  const { heard = 0, dropped = 0 } = traffic.find(({ name }) => name === 'eth0') ?? {}
  const admitted = victim.events.filter(({ event }) => event === 'connected').length
  if (kind === 'mdns') expect(heard + dropped).toBeGreaterThan(5_000)
  if (kind === 'streams' || kind === 'topics') expect(admitted).toBeGreaterThan(1)
}
