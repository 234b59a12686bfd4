/** Floods against a running hub: what it remembers stays bounded, and honest hubs still get their answers. */
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../live/hubs.ts'
import { createNamespaces, type Host, type Namespaces, namespacesUnavailable } from './namespaces.ts'

const MiB = 2 ** 20
const GROWTH_MAX = 50 * MiB
const SAMPLES = 150
/** Below this a slower answer is the machine's own noise: two cores, shared with the attacker. */
const NOISE_MS = 60

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/floods.test.ts: ${unavailable}\n`)
const script = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url))

interface HubEvent {
  readonly event: string
  readonly [field: string]: unknown
}

class Hub {
  readonly events: HubEvent[] = []
  readonly child: ChildProcess

  constructor(host: Host, home: string, token?: string) {
    const words = [script('network-hub.ts'), home, 'hub', ...(token === undefined ? [] : [token])]
    this.child = host.spawn(process.execPath, words)
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
let baseP99 = 0

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
  await p99()
  baseP99 = await p99()
})

afterAll(async () => {
  if (unavailable !== null) return
  await network.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** The 99th of 100 round trips of the honest hub to the one under attack. */
async function p99(): Promise<number> {
  const { times } = (await honest.ask(`latency ${await victim.up()} ${SAMPLES}`, 'latency')) as unknown as {
    times: number[]
  }
  return times[Math.floor(times.length * 0.99)] ?? Number.POSITIVE_INFINITY
}

async function residentBytes(): Promise<number> {
  const status = await readFile(`/proc/${victim.child.pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024
}

test.skipIf(unavailable !== null).each(['mdns', 'streams', 'topics', 'half-open'])('a flood of %s', async (kind) => {
  const attacker = network.hosts[1]
  if (attacker === undefined) throw new Error('two hosts')
  const [heldBefore, residentBefore] = [await victim.heldBytes(), await residentBytes()]
  const child = attacker.spawn(process.execPath, [
    script('flooder.ts'),
    kind,
    kind === 'mdns' ? `/ip4/${attacker.address}/tcp/1` : address,
    token,
  ])
  let said = ''
  child.stdout?.on('data', (text) => (said += text))
  child.stderr?.on('data', (text) => (said += text))
  const during = await p99()
  await until(() => said.includes('done'), `the flood of ${kind} is over (${said})`, 20_000)
  const growth = (await victim.heldBytes()) - heldBefore
  const resident = (await residentBytes()) - residentBefore
  const show = (bytes: number) => `${(bytes / MiB).toFixed(1)} MiB`
  process.stderr.write(
    `${kind}: held ${show(growth)}, resident ${show(resident)}, p99 ${during.toFixed(1)} ms, ${baseP99.toFixed(1)} ms in peace\n`,
  )
  child.kill('SIGKILL')
  await expectReached(kind, said)
  expect(growth).toBeLessThan(GROWTH_MAX)
  expect(during).toBeLessThan(Math.max(2 * baseP99, NOISE_MS))
  expect(honest.events.some(({ event }) => event === 'disconnected')).toBe(false)
})

/** A flood that never arrived proves nothing. */
async function expectReached(kind: string, flooderSaid: string): Promise<void> {
  const said = await victim.ask('diagnostics', 'diagnostics')
  const heard = (said.interfaces as { name: string; heard: number }[]).find(({ name }) => name === 'eth0')?.heard ?? 0
  const admitted = victim.events.filter(({ event }) => event === 'connected').length
  if (kind === 'mdns') expect(heard).toBeGreaterThan(5_000)
  const opened = Number(/done, (\d+) connections/.exec(flooderSaid)?.[1])
  if (kind === 'half-open') expect(opened).toBeGreaterThan(400)
  if (kind === 'streams' || kind === 'topics') expect(admitted).toBeGreaterThan(1)
}
