/** A process with a network and nothing else: `network-hub.ts HOME NAME [TOKEN]`; prints one JSON event a line. */
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { openAdmission } from '../../src/live/admission/admission.ts'
import { createToken } from '../../src/live/admission/token.ts'
import { Libp2pNetwork } from '../../src/live/libp2p-network.ts'
import { TestBlobStore } from '../live/memory-store.ts'

const [home = '', name = '', token] = process.argv.slice(2)
const nowMs = Date.now

function emit(event: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}

function write(fields: Readonly<Record<string, unknown>>, message: string): void {
  if (process.env.SHOAL_LOG === 'debug')
    process.stderr.write(`${nowMs()} ${name} ${message} ${JSON.stringify(fields)}\n`)
}
const log = { debug: write, info: write, warn: write, error: write }

const admission = await openAdmission(home, { name: 'e2e', join: token ?? null, nowMs, log })
const network = new Libp2pNetwork(
  { ...admission, blobs: new TestBlobStore(), log },
  { port: 0, peers: [], rememberedFile: join(home, 'remembered.json'), mdns: true },
)
let pong: (() => void) | null = null

const PAUSE_MS = 5

/** Round trips to another hub over the control stream, one after the other, and how late the pauses between them ended; milliseconds. */
async function roundTrips(to: string, count: number): Promise<{ times: number[]; late: number[] }> {
  const [times, late]: [number[], number[]] = [[], []]
  for (let n = 0; n < count; n++) {
    const startMs = performance.now()
    const answered = new Promise<void>((resolve) => {
      pong = resolve
    })
    if (!network.send(to, Buffer.from('ping'))) throw new Error('the honest hub is not connected')
    await answered
    const endMs = performance.now()
    times.push(endMs - startMs)
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    late.push(performance.now() - endMs - PAUSE_MS)
  }
  return { times, late }
}

await network.start({
  connected: (hub) => emit({ event: 'connected', hub }),
  disconnected: (hub) => emit({ event: 'disconnected', hub }),
  heard: () => undefined,
  message: (from, bytes) => {
    const text = Buffer.from(bytes).toString()
    if (text === 'ping') network.send(from, Buffer.from('pong'))
    else if (text === 'pong') pong?.()
    else emit({ event: 'message', from, text })
  },
  gossip: (from) => emit({ event: 'gossip', from }),
})
emit({ event: 'up', hub: network.self, addresses: network.addresses() })

process.stdin.on('data', async (data) => {
  const command = data.toString().trim()
  if (command === 'diagnostics') emit({ event: 'diagnostics', ...network.diagnostics() })
  if (command === 'token') {
    const text = await createToken({ ...admission, nowMs }, { expiresMs: 600_000, uses: 10, addresses: [] })
    emit({ event: 'token', text })
  }
  const [verb, to = '', count = '0'] = command.split(' ')
  if (verb === 'latency') emit({ event: 'latency', ...(await roundTrips(to, Number(count))) })
  if (command === 'collect') emit({ event: 'collected', bytes: collectedBytes() })
  if (command === 'stop') {
    await network.stop()
    process.exit(0)
  }
})

/** What this process holds after a collection; resident pages that the allocator keeps for later are no growth. */
function collectedBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
