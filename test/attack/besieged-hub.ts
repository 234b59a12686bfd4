/** A process with a slot pool at one level that runs every attack; prints one JSON line per outcome. Arguments: the level, milliseconds for an attack, and names of attacks if not all. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeProgram } from '../../src/decompose/program-bytes.ts'
import { encode } from '../../src/execute/codec/encode.ts'
import { decodeOutcome } from '../../src/execute/codec/outcome.ts'
import { ProcessSlotPool } from '../../src/execute/pool.ts'
import type { RunEnd } from '../../src/execute/slots.ts'
import { launcherAt, type Walled } from '../execute/isolation/levels.ts'
import { MiB } from '../execute/records.ts'
import { isAlive } from '../execute/stage.ts'
import { type Attack, attacks, preamble, type Target } from './attacks.ts'

export interface AttackOutcome {
  readonly name: string
  /** What shows that it got out; empty when nothing does. */
  readonly evidence: readonly string[]
  readonly end: RunEnd['kind']
  /** Longest time for which the hub's event loop did not turn. */
  readonly stallMs: number
  readonly said: string
}

const AT_ONCE = 3
/** In the environment from the start: what is set later does not show in /proc. */
const secret = process.env.SHOAL_ATTACK_SECRET ?? ''

const folder = mkdtempSync(join(tmpdir(), 'shoal-attack-'))
const bystander = spawn('sleep', ['600'], { stdio: 'ignore' })
let connections = 0
const [tcp, unix] = await Promise.all([listen(0), listen(join(folder, 'socket'))])
const file = join(folder, 'secret')
writeFileSync(file, secret)
const pool = new ProcessSlotPool({
  size: AT_ONCE,
  log: () => undefined,
  launcher: launcherAt(process.argv[2] as 'L0' | Walled, false),
})
await pool.start()

const named = new Set(process.argv.slice(4))
/** Most of the time is spent waiting for the deadline of those that never end. */
const limits = { shardDeadlineMs: Number(process.argv[3]), memoryBytesMax: 384 * MiB }
const queue = attacks.filter(({ name }) => named.size === 0 || named.has(name))
await Promise.all(Array.from({ length: AT_ONCE }, drain))
tell({ ...(await attempt({ name: 'honest work afterwards', body: 'return 6 * 7' }, 10_000)) })
await pool.stop()
bystander.kill('SIGKILL')
for (const server of [tcp, unix]) server.close()
rmSync(folder, { recursive: true, force: true })

async function drain(): Promise<void> {
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) tell(await attempt(next))
}

async function attempt({ name, body }: Attack, shardDeadlineMs = limits.shardDeadlineMs): Promise<AttackOutcome> {
  const { port } = tcp.address() as { port: number }
  const marker = join(folder, `marker-${randomBytes(4).toString('hex')}`)
  const target: Target = {
    file,
    marker,
    port,
    socket: join(folder, 'socket'),
    hub: process.pid,
    bystander: bystander.pid ?? 0,
  }
  const connectedBefore = connections
  const stall = watchLoop()
  const said: string[] = []
  const end = await run({ name, body }, target, said, shardDeadlineMs)
  const stallMs = stall()
  const told = said.join('\n')
  const evidence = [
    told.includes(secret) ? 'the secret came out' : '',
    existsSync(marker) ? 'a file was made' : '',
    connections > connectedBefore && /fetch|socket|udp/.test(name) ? 'a connection was made' : '',
    isAlive(bystander.pid ?? 0) ? '' : 'another process was killed',
    'polluted' in {} ? "the hub's objects were changed" : '',
  ].filter((found) => found !== '')
  return { name, evidence, end: end.kind, stallMs: Math.round(stallMs), said: told.slice(0, 120) }
}

function run({ name, body }: Attack, target: Target, said: string[], shardDeadlineMs: number): Promise<RunEnd> {
  const main = `(async function($shoal){$shoal.exports(async function (input, ctx) {${preamble}\n;${body}\n}, undefined)})`
  const program = encodeProgram({ format: 1, file: 'attack.js', main, source: '', spots: [], chunks: [] })
  const setting = { job: name, program: { key: name, bytes: program }, seed: 1, clockMs: 0, audit: false }
  const ended = Promise.withResolvers<RunEnd>()
  pool.root(
    {
      setting,
      input: { kind: 'value', bytes: encode({ ...target }) },
      chunks: null,
      recordedCuts: new Map(),
      slots: 1,
      restored: null,
      limits: { ...limits, shardDeadlineMs },
    },
    {
      spawned: () => undefined,
      checkpoint: () => undefined,
      log: (line) => void said.push(line.slice(0, 2000)),
      busy: () => undefined,
      visited: () => undefined,
      outcome: (bytes) => void said.push(shown(bytes)),
      ended: ended.resolve,
    },
  )
  return ended.promise
}

/** The outcome as its reader would see it, if it can be read at all. */
function shown(bytes: Uint8Array): string {
  try {
    const outcome = decodeOutcome(bytes)
    if (outcome.kind === 'error') return `${outcome.error.name}: ${outcome.error.message}`.slice(0, 2000)
    return (
      JSON.stringify(outcome.value, (_key, value) =>
        ArrayBuffer.isView(value) ? `${value.byteLength} bytes` : value,
      ) ?? ''
    )
  } catch (error) {
    return `unreadable: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** The returned function tells the longest gap between two turns of the event loop since. */
function watchLoop(): () => number {
  let [last, longest] = [performance.now(), 0]
  const timer = setInterval(() => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }, 10)
  return () => {
    clearInterval(timer)
    return Math.max(longest, performance.now() - last)
  }
}

async function listen(at: number | string): Promise<Server> {
  const server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) =>
    typeof at === 'number' ? server.listen(at, '127.0.0.1', resolve) : server.listen(at, resolve),
  )
  return server
}

function tell(outcome: AttackOutcome): void {
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
