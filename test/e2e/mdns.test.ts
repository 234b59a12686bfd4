/** Discovery as it is met in life: real processes, real multicast, no default route, interfaces that come and go. */
import type { ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import type { InterfaceTraffic } from '../../src/live/mdns-sockets.ts'
import { until } from '../live/hubs.ts'
import { createNamespaces, type Host, type Namespaces, namespacesUnavailable } from './namespaces.ts'

const unavailable = await namespacesUnavailable()
if (unavailable !== null) process.stderr.write(`SKIPPED test/e2e/mdns.test.ts: ${unavailable}\n`)

const entry = fileURLToPath(new URL('./network-hub.ts', import.meta.url))

interface HubEvent {
  readonly event: string
  readonly hub?: string
  readonly text?: string
  readonly [field: string]: unknown
}

/** A hub process and what it said so far. */
class HubProcess {
  readonly events: (HubEvent & { atMs: number })[] = []
  readonly connected = new Set<string>()
  readonly #child: ChildProcess
  #errors = ''

  constructor(host: Host, home: string, token?: string) {
    this.#child = host.spawn(process.execPath, [entry, home, host.name, ...(token === undefined ? [] : [token])])
    const { stdout, stderr } = this.#child
    if (stdout === null || stderr === null) throw new Error('a hub process has pipes')
    createInterface({ input: stdout }).on('line', (line) => this.#take(JSON.parse(line)))
    stderr.on('data', (text) => {
      this.#errors += text
    })
  }

  async event(name: string, deadlineMs = 20_000): Promise<HubEvent & { atMs: number }> {
    await until(() => this.events.some(({ event }) => event === name), `event ${name}`, deadlineMs).catch((error) => {
      throw new Error(`${error.message}\n${this.#errors}`)
    })
    const found = this.events.findLast(({ event }) => event === name)
    if (found === undefined) throw new Error('found above')
    return found
  }

  ask(command: string): void {
    this.#child.stdin?.write(`${command}\n`)
  }

  #take(event: HubEvent): void {
    this.events.push({ ...event, atMs: performance.now() })
    if (event.event === 'connected') this.connected.add(event.hub ?? '')
    if (event.event === 'disconnected') this.connected.delete(event.hub ?? '')
  }
}

let network: Namespaces | null = null
let folder: string | null = null

afterEach(async () => {
  await network?.destroy()
  network = null
  if (folder !== null) await rm(folder, { recursive: true, force: true })
})

/** The founder on the first place, then the others with its token, each on its host. */
async function startHubs(places: readonly Host[]): Promise<HubProcess[]> {
  folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'))
  const [first, ...rest] = places
  if (first === undefined) throw new Error('at least one place')
  const founder = new HubProcess(first, join(folder, 'home0'))
  founder.ask('token')
  const token = (await founder.event('token')).text
  const others = rest.map((host, i) => new HubProcess(host, join(String(folder), `home${i + 1}`), token))
  const hubs = [founder, ...others]
  await Promise.all(hubs.map((hub) => hub.event('up')))
  return hubs
}

async function diagnosticsOf(hub: HubProcess): Promise<HubEvent> {
  const said = hub.events.length
  hub.ask('diagnostics')
  await until(() => hub.events.slice(said).some(({ event }) => event === 'diagnostics'), 'diagnostics')
  return hub.event('diagnostics')
}

/** What a hub's diagnostics say about its interface. */
async function eth0(hub: HubProcess | undefined): Promise<InterfaceTraffic> {
  if (hub === undefined) throw new Error('a hub')
  const interfaces = (await diagnosticsOf(hub)).interfaces as InterfaceTraffic[]
  const traffic = interfaces.find(({ name }) => name === 'eth0')
  if (traffic === undefined) throw new Error('no traffic of eth0 in the diagnostics')
  return traffic
}

async function untilMeshed(hubs: readonly HubProcess[], deadlineMs: number): Promise<void> {
  const meshed = () => hubs.every((hub) => hub.connected.size === hubs.length - 1)
  await until(meshed, 'every hub is connected to every other', deadlineMs)
}

test.skipIf(unavailable !== null)('three machines without a default route find each other within 3 s', async () => {
  network = await createNamespaces(3)
  const hubs = await startHubs(network.hosts)
  const upMs = Math.max(...(await Promise.all(hubs.map((hub) => hub.event('up')))).map(({ atMs }) => atMs))
  await untilMeshed(hubs, 10_000)
  const lastMs = Math.max(
    ...hubs.flatMap(({ events }) => events.filter(({ event }) => event === 'connected').map(({ atMs }) => atMs)),
  )
  process.stderr.write(`all connected ${Math.round(lastMs - upMs)} ms after the last was up\n`)
  expect(lastMs - upMs).toBeLessThan(3_000)
  expect(await eth0(hubs[0])).toMatchObject({ address: '10.77.0.1', error: null })
})

test.skipIf(unavailable !== null)('an interface that is deleted and made again heals', async () => {
  network = await createNamespaces(3)
  const hubs = await startHubs(network.hosts)
  await untilMeshed(hubs, 10_000)
  const lost = network.hosts[2]
  if (lost === undefined) throw new Error('three hosts')
  await lost.removeInterface()
  await until(() => hubs[2]?.connected.size === 0 && hubs[0]?.connected.size === 1, 'the loss is noticed', 30_000)
  const heardBefore = (await eth0(hubs[2])).heard
  await lost.addInterface()
  const backMs = performance.now()
  await untilMeshed(hubs, 20_000)
  process.stderr.write(`healed ${Math.round(performance.now() - backMs)} ms after the interface was back\n`)
  const endMs = performance.now() + 15_000
  while ((await eth0(hubs[2])).heard <= heardBefore + 2) {
    expect(performance.now(), 'multicast is heard again').toBeLessThan(endMs)
  }
  expect(await eth0(hubs[2])).toMatchObject({ error: null })
})

test.skipIf(unavailable !== null)('a cable that was out and is back heals', async () => {
  network = await createNamespaces(2)
  const hubs = await startHubs(network.hosts)
  await untilMeshed(hubs, 10_000)
  await network.hosts[1]?.cut()
  await until(() => hubs.every((hub) => hub.connected.size === 0), 'both notice', 30_000)
  await network.hosts[1]?.restore()
  const backMs = performance.now()
  await untilMeshed(hubs, 20_000)
  process.stderr.write(`healed ${Math.round(performance.now() - backMs)} ms after the cable was back\n`)
})

test.skipIf(unavailable !== null)('hubs on one machine find each other, with only loopback too', async () => {
  network = await createNamespaces(1)
  const [host] = network.hosts
  if (host === undefined) throw new Error('one host')
  await host.removeInterface()
  const hubs = await startHubs([host, host, host])
  await untilMeshed(hubs, 10_000)
})

test.skipIf(unavailable !== null)('hubs of another swarm are seen and named, and left alone', async () => {
  network = await createNamespaces(2)
  folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'))
  const hubs = network.hosts.map((host, i) => new HubProcess(host, join(String(folder), `home${i}`)))
  const [a, b] = hubs
  if (a === undefined || b === undefined) throw new Error('two hubs')
  const { hub } = await b.event('up')
  await a.event('up')
  const endMs = performance.now() + 10_000
  let foreign: unknown[] = []
  while (foreign.length === 0 && performance.now() < endMs) foreign = (await diagnosticsOf(a)).foreign as unknown[]
  expect(foreign).toContainEqual(
    expect.objectContaining({ peer: hub, reason: expect.stringMatching(/^swarm [a-z2-7]+$/) }),
  )
  const { refused, dialFailures } = await diagnosticsOf(a)
  expect([refused, dialFailures]).toEqual([[], []])
})

test.skipIf(unavailable !== null)('a copied home folder is noticed', async () => {
  network = await createNamespaces(2)
  folder = await mkdtemp(join(tmpdir(), 'shoal-e2e-'))
  const [first, second] = network.hosts
  if (first === undefined || second === undefined) throw new Error('two hosts')
  const a = new HubProcess(first, join(folder, 'home'))
  await a.event('up')
  const b = new HubProcess(second, join(folder, 'home'))
  await b.event('up')
  const endMs = performance.now() + 10_000
  let refused = ''
  while (!refused.includes('identity') && performance.now() < endMs) {
    refused = JSON.stringify((await diagnosticsOf(a)).refused)
  }
  expect(refused).toContain('it uses the identity of this hub')
})
