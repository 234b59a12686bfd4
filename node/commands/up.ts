/** `shoal up`: the hub of this machine, until somebody ends it. */
import { existsSync, rmSync } from 'node:fs'
import { Socket } from 'node:net'
import { availableParallelism } from 'node:os'
import { homeFolder } from '../../src/client/home.ts'
import type { HubInfo, LocalHub } from '../../src/client/local-hub.ts'
import { ShoalError } from '../../src/errors.ts'
import { type Trust, trusts } from '../../src/execute/isolation/guard.ts'
import { counts, showLimits } from '../../src/limits.ts'
import { ISOLATION_LABEL, TRUST_LABEL } from '../../src/program/isolation-level.ts'
import { openApi } from '../api/serve.ts'
import type { Arguments } from '../arguments.ts'
import { onSignals } from '../ctrl-c.ts'
import { exitCodes } from '../exit.ts'
import { lockHome } from '../home-lock.ts'
import { createLog } from '../log.ts'
import { hubChanges, type Refusal, refusalEvents, type UpEvent, upLine } from '../up-events.ts'
import { homeOption, type Verb } from '../verb.ts'

const PORT_MAX = 65_535
const OWNER_ONLY = 0o077
const roles = ['compute', 'submit', 'observe'] as const
type Role = (typeof roles)[number]

export const up: Verb = {
  name: 'up',
  summary: 'Start the hub of this machine. Ctrl-C hands over and leaves, a second Ctrl-C leaves at once.',
  positionals: [],
  options: {
    home: homeOption,
    port: { type: 'text', value: 'port', description: 'TCP port for other hubs (default: any free one)' },
    'api-port': { type: 'text', value: 'port', description: 'loopback port of the API (default: any free one)' },
    swarm: { type: 'text', value: 'name', description: 'name of the swarm that the first hub founds' },
    join: { type: 'text', value: 'token', description: 'join a swarm: a token made by shoal token create' },
    pair: { type: 'flag', description: 'ask to be let into a swarm: shows a code for shoal accept' },
    peer: { type: 'text', value: 'multiaddr', repeated: true, description: 'address of a hub; may be repeated' },
    slots: { type: 'text', value: 'n', description: 'shards at once (default: one per core)' },
    label: { type: 'text', value: 'k=v', repeated: true, description: 'a capability of this machine; may be repeated' },
    role: { type: 'text', value: 'roles', description: 'compute,submit,observe (default: compute,submit)' },
    trust: {
      type: 'text',
      value: 'whom',
      description:
        'whose code runs without walls: none, own (submitted here) or full (anybody in the swarm); default: none',
    },
    migration: { type: 'flag', description: '--no-migration: running shards stay here whatever the load' },
    yield: {
      type: 'flag',
      description: 'shards give way to all other programs of this machine, in other sessions, too',
    },
    mdns: { type: 'flag', description: '--no-mdns: find hubs by --peer alone' },
    history: { type: 'text', value: 'dir', description: 'write what this hub does and learns, for shoal check' },
    json: { type: 'flag', description: 'print one JSON object per event, the first when ready' },
    embedded: { type: 'flag', hidden: true, description: 'leave, and remove the home, when standard input ends' },
  },
  run: runUp,
  refused: (error) => ({ schema: 1, event: 'error', error: error.toJSON() }),
}

async function runUp(args: Arguments): Promise<number> {
  const home = homeFolder(args.text('home'))
  const options = hubOptions(args, home)
  const apiPort = args.whole('api-port', 0, PORT_MAX) ?? 0
  await mustBeAddresses(args.list('peer'))
  if (args.flag('embedded')) leaveWithParent(home)
  // whatever the hub writes, in a home that others may enter too, is for its user alone
  process.umask(OWNER_ONLY)
  const unlock = lockHome(home)
  try {
    const { startHub } = await import('../../src/live/start-hub.ts')
    const started = await startHub({ ...options, log: createLog() })
    try {
      await serveUntilLeft(started, { home, apiPort, asJson: args.flag('json'), slots: options.slots })
    } finally {
      await started.stop()
    }
    return exitCodes.done
  } finally {
    unlock()
  }
}

function hubOptions(args: Arguments, home: string) {
  return {
    home,
    port: args.whole('port', 0, PORT_MAX) ?? 0,
    slots: args.whole('slots', 0, counts.slotsMax) ?? availableParallelism(),
    labels: Object.fromEntries(args.list('label').map(label)),
    roles: roleList(args.text('role')),
    join: args.text('join') ?? null,
    pair: args.flag('pair') ? showPairingCode : null,
    peers: args.list('peer'),
    swarm: args.text('swarm') ?? null,
    migration: !args.isOff('migration'),
    mdns: !args.isOff('mdns'),
    yields: args.flag('yield'),
    history: args.text('history') ?? (process.env.SHOAL_HISTORY || null),
    trust: trustOf(args.text('trust') ?? 'none'),
    measuresSpeed: !args.flag('embedded'),
    isTransient: args.flag('embedded'),
  }
}

/** Before anything starts: a word that is no address is a wrong word. @throws ShoalError SHOAL_USAGE */
async function mustBeAddresses(peers: readonly string[]): Promise<void> {
  if (peers.length === 0) return
  const { multiaddr } = await import('@multiformats/multiaddr')
  for (const peer of peers) {
    let isDialable: boolean
    try {
      isDialable = multiaddr(peer)
        .getComponents()
        .some(({ name }) => name === 'tcp')
    } catch (cause) {
      throw noAddress(peer, cause)
    }
    if (!isDialable) throw noAddress(peer)
  }
}

function noAddress(peer: string, cause?: unknown): ShoalError {
  return new ShoalError('SHOAL_USAGE', `up: ${JSON.stringify(peer)} is no address of a hub`, {
    next: 'an address looks like --peer /ip4/192.168.1.20/tcp/4207; the other hub shows its own when it starts',
    cause,
  })
}

/** On stderr, also with --json: the first line of stdout is `ready`. */
function showPairingCode(code: string, port: number): void {
  process.stderr.write(
    [
      `pairing code ${code}`,
      `on any hub of the swarm: shoal accept ${code}`,
      `(where multicast does not reach: shoal accept ${code} --at THIS-MACHINE:${port})`,
      '',
    ].join('\n'),
  )
}

function trustOf(text: string): Trust {
  const trust = trusts.find((one) => one === text)
  if (trust !== undefined) return trust
  throw new ShoalError('SHOAL_USAGE', `up: ${JSON.stringify(text)} is nobody to trust`, {
    next: `--trust is one of ${trusts.join(', ')}`,
  })
}

/** A hub that is up, as far as this verb deals with it. */
interface Served {
  readonly hub: LocalHub
  readonly twin: Promise<never>
  readonly ordered: Promise<string>
  readonly refusals: () => readonly Refusal[]
}

async function serveUntilLeft(
  { hub, twin, ordered, refusals }: Served,
  { home, apiPort, asJson, slots }: { home: string; apiPort: number; asJson: boolean; slots: number },
): Promise<void> {
  const info = hub.info()
  const tell = teller(asJson, { slots, version: info.version })
  const left = Promise.withResolvers<void>()
  const drain = async (order: { by?: string } = {}) => {
    tell({ schema: 1, event: 'draining', ...order })
    await hub.drain()
    left.resolve()
  }
  void ordered.then((by) => drain({ by }).catch(left.reject))
  const stopListening = onSignals({
    first: () => void drain().catch(left.reject),
    second: () => process.exit(exitCodes.interrupted),
  })
  const api = await openApi({ hub, drain: () => drain() }, { home, port: apiPort })
  tell(readyEvent(info, api.url))
  const watch = watchHubs(hub, refusals, tell)
  try {
    await Promise.race([left.promise, twin])
    tell({ schema: 1, event: 'left' })
  } finally {
    clearInterval(watch)
    await api.close()
    stopListening()
  }
}

function readyEvent(info: HubInfo, api: string): UpEvent {
  const { hub, swarm, isolation } = info
  return { schema: 1, event: 'ready', hub, swarm, addrs: [...info.addresses], api, pid: process.pid, isolation }
}

function watchHubs(hub: LocalHub, refusals: () => readonly Refusal[], tell: (event: UpEvent) => void): NodeJS.Timeout {
  const known = new Map<string, string>()
  const told = new Set<string>()
  return setInterval(() => {
    const now = hub.standings()
    for (const event of [...hubChanges(known, now), ...refusalEvents(told, refusals())]) tell(event)
    known.clear()
    for (const { hub: id, state } of now) known.set(id, state)
  }, showLimits.redrawMs)
}

function teller(asJson: boolean, details: { slots: number; version: string }): (event: UpEvent) => void {
  return (event) => {
    if (asJson) process.stdout.write(`${JSON.stringify(event)}\n`)
    else process.stderr.write(`${upLine(event, details)}\n`)
  }
}

/** An embedded hub must not outlive the run it was started for, even if that was killed without a word. */
function leaveWithParent(home: string): void {
  const leave = () => process.exit(exitCodes.done)
  process.stdin.once('end', leave).once('error', leave).resume()
  // Watching must not keep a hub alive that has failed to start.
  if (process.stdin instanceof Socket) process.stdin.unref()
  process.once('exit', () => removeHome(home))
}

/** Writes that are under way in other threads may bring a folder back right after it went. */
function removeHome(home: string): void {
  for (let tries = 0; tries < REMOVE_TRIES_MAX; tries++) {
    rmSync(home, { recursive: true, force: true, maxRetries: 3 })
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, REMOVE_PAUSE_MS)
    if (!existsSync(home)) return
  }
}

const REMOVE_TRIES_MAX = 10
const REMOVE_PAUSE_MS = 20

function label(text: string): [string, string] {
  const at = text.indexOf('=')
  if ([ISOLATION_LABEL, TRUST_LABEL].includes(text.slice(0, at))) {
    throw new ShoalError('SHOAL_USAGE', `up: the label ${text.slice(0, at)} is set by the hub itself`, {
      next: 'choose another name for yours',
    })
  }
  if (at < 1) {
    throw new ShoalError('SHOAL_USAGE', `up: a label looks like k=v, not ${JSON.stringify(text)}`, {
      next: 'shoal up --label gpu=yes',
    })
  }
  return [text.slice(0, at), text.slice(at + 1)]
}

function roleList(text: string | undefined): Role[] {
  const words = (text ?? 'compute,submit').split(',').map((word) => word.trim())
  const chosen = roles.filter((role) => words.includes(role))
  if (chosen.length !== words.length) {
    throw new ShoalError('SHOAL_USAGE', `up: ${JSON.stringify(text)} is no list of roles`, {
      next: `roles are ${roles.join(', ')}`,
    })
  }
  return chosen
}
