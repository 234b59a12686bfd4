/** A swarm for one run: hubs as processes of this machine, removed with everything they wrote when the run is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { ShoalError } from '../errors.ts'
import { embeddedLimits } from '../limits.ts'
import { type HubProcess, startHubProcess } from './hub-process.ts'

export interface EmbeddedSwarm extends AsyncDisposable {
  /** The first is the one that founded the swarm. */
  readonly hubs: readonly HubProcess[]
}

/** About one slot per core over all hubs, at least one each. */
export function splitSlots(cores: number, hubs: number): number[] {
  return Array.from({ length: hubs }, (_, index) => {
    return Math.max(1, Math.floor(cores / hubs) + (index < cores % hubs ? 1 : 0))
  })
}

/** @throws ShoalError SHOAL_HUB_UNREACHABLE, SHOAL_NO_PEERS; nothing is left behind then. */
export async function startEmbeddedSwarm(options: {
  hubs: number
  signal?: AbortSignal | undefined
}): Promise<EmbeddedSwarm> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-run-'))
  // The last resort when this process exits without having disposed: the children see their input close.
  const removeFolder = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 })
  process.once('exit', removeFolder)
  const started: HubProcess[] = []
  const dispose = async () => {
    await Promise.all(started.map((hub) => hub.stop()))
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    process.removeListener('exit', removeFolder)
  }
  try {
    await startHubs(folder, options, started)
    await untilMet(started, options.signal)
    return { hubs: started, [Symbol.asyncDispose]: dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function startHubs(
  folder: string,
  { hubs, signal }: { hubs: number; signal?: AbortSignal | undefined },
  started: HubProcess[],
): Promise<void> {
  const [firstSlots = 1, ...otherSlots] = splitSlots(availableParallelism(), hubs)
  const start = async (index: number, slots: number, args: readonly string[]) => {
    const hub = await startHubProcess({
      home: join(folder, `hub-${index}`),
      // Hubs of one run serve nobody but the user who started it: the code is that user's own.
      args: ['--slots', String(slots), '--port', '0', '--api-port', '0', '--trust', 'full', ...args],
      signal,
    })
    started.push(hub)
    return hub
  }
  const founder = await start(0, firstSlots, [])
  if (hubs === 1) return
  const token = await founder.remote.createToken({ expiresMs: embeddedLimits.tokenMs, uses: hubs - 1 })
  const joining = ['--join', token, ...founder.ready.addrs.flatMap((address) => ['--peer', address])]
  const others = await Promise.allSettled(otherSlots.map((slots, index) => start(index + 1, slots, joining)))
  for (const other of others) if (other.status === 'rejected') throw other.reason
}

/** Every hub sees every other, so that the first auction already has all bidders. */
async function untilMet(hubs: readonly HubProcess[], signal: AbortSignal | undefined): Promise<void> {
  const deadline = Date.now() + embeddedLimits.meetMs
  for (;;) {
    const seen = await Promise.all(hubs.map(async (hub) => (await hub.remote.hubs()).filter(isAlive).length))
    if (seen.every((count) => count === hubs.length)) return
    if (Date.now() > deadline) {
      throw new ShoalError('SHOAL_NO_PEERS', `the ${hubs.length} hubs of the embedded swarm see ${seen.join(', ')}`, {
        next: 'run shoal doctor; fewer hubs (--hubs) need fewer connections',
      })
    }
    await delay(embeddedLimits.pollMs, undefined, { signal })
  }
}

function isAlive(hub: { state: string }): boolean {
  return hub.state === 'alive'
}
