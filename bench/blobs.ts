/** Measures how fast a blob goes from one hub's disk to another's, each in a process of its own. Run: node bench/blobs.ts */
import { fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openAdmission } from '../src/live/admission/admission.ts'
import { createToken } from '../src/live/admission/token.ts'
import { Libp2pNetwork } from '../src/live/libp2p-network.ts'
import { realDisk } from '../src/store/disk.ts'
import { FileBlobStore } from '../src/store/file-blob-store.ts'
import { report } from './report.ts'

const MiB = 1024 * 1024
const ROUNDS = 5
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }
const [role, folder, token, address] = process.argv.slice(2)

if (role === 'receiver') await receive()
else await measure()

async function open(home: string, join_: string | null, peers: string[]) {
  const admission = await openAdmission(home, { name: 'bench', join: join_, nowMs: Date.now, log: silent })
  const blobs = await FileBlobStore.open(realDisk, join(home, 'blobs'))
  const init = { port: 0, listen: ['127.0.0.1'], peers, rememberedFile: join(home, 'peers.json'), mdns: false }
  const network = new Libp2pNetwork({ ...admission, blobs, log: silent }, init)
  return { admission, blobs, network }
}

async function measure(): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'shoal-bench-'))
  const { admission, blobs, network } = await open(join(root, 'sender'), null, [])
  const met = Promise.withResolvers<void>()
  await network.start({
    connected: () => met.resolve(),
    disconnected: () => undefined,
    heard: () => undefined,
    message: () => undefined,
    gossip: () => undefined,
  })
  const invitation = await createToken({ ...admission, nowMs: Date.now }, { expiresMs: 60_000, uses: 1, addresses: [] })
  const own = network.addresses()[0] ?? ''
  const child = fork(fileURLToPath(import.meta.url), ['receiver', join(root, 'receiver'), invitation, own])
  await met.promise
  for (const size of [1, 64]) {
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const cid = await blobs.put(randomBytes(size * MiB))
      const answer = new Promise<number>((resolve) => child.once('message', (ms) => resolve(Number(ms))))
      child.send({ cid, from: network.self })
      rates.push((size * 1000) / (await answer))
    }
    report(`blob of ${size} MiB between two hubs, disk to disk, durable`, 'MiB/s', rates)
  }
  child.kill()
  await network.stop()
  await rm(root, { recursive: true, force: true })
}

async function receive(): Promise<void> {
  const { network } = await open(folder ?? '', token ?? null, [address ?? ''])
  process.on('message', async ({ cid, from }: { cid: string; from: string }) => {
    const beganMs = performance.now()
    await network.fetchBlob(cid, [from], { signal: AbortSignal.timeout(60_000) })
    process.send?.(performance.now() - beganMs)
  })
  await network.start({
    connected: () => undefined,
    disconnected: () => undefined,
    heard: () => undefined,
    message: () => undefined,
    gossip: () => undefined,
  })
}
