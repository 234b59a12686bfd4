/** A process with a network and nothing else: `network-hub.ts HOME NAME [TOKEN]`; prints one JSON event a line. */
import { join } from 'node:path'
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
await network.start({
  connected: (hub) => emit({ event: 'connected', hub }),
  disconnected: (hub) => emit({ event: 'disconnected', hub }),
  message: (from, bytes) => emit({ event: 'message', from, text: Buffer.from(bytes).toString() }),
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
  if (command === 'stop') {
    await network.stop()
    process.exit(0)
  }
})
