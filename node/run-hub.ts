/** Where a run takes place: the hub of the home, or hubs that live for this run. */

import { startEmbeddedSwarm } from '../src/client/embedded-swarm.ts'
import { findHub } from '../src/client/find-hub.ts'
import type { RemoteHub } from '../src/client/remote-hub.ts'
import { ShoalError } from '../src/errors.ts'

export interface RunHub extends AsyncDisposable {
  readonly remote: RemoteHub
  readonly isEmbedded: boolean
  /** Hubs of the swarm that are alive. */
  countHubs(): Promise<number>
}

/** @throws ShoalError SHOAL_USAGE for a detached run that would take its hubs along. */
export async function openRunHub(options: {
  hubs: number | undefined
  home: string | undefined
  detach: boolean
  signal: AbortSignal
}): Promise<RunHub> {
  const running = options.hubs === undefined ? await findHub(options.home) : null
  if (running !== null) return runHub(running, false, async () => undefined)
  if (options.detach) {
    throw new ShoalError('SHOAL_USAGE', 'run: --detach needs a running hub; hubs of a run end with it', {
      next: 'start a hub first: shoal up',
    })
  }
  const embedded = await startEmbeddedSwarm({ hubs: options.hubs ?? 1, signal: options.signal })
  const founder = embedded.hubs[0]
  if (founder === undefined) throw new Error('an embedded swarm without a hub')
  return runHub(founder.remote, true, async () => embedded[Symbol.asyncDispose]())
}

function runHub(remote: RemoteHub, isEmbedded: boolean, dispose: () => Promise<void>): RunHub {
  return {
    remote,
    isEmbedded,
    countHubs: async () => (await remote.hubs()).filter((hub) => hub.state === 'alive').length,
    [Symbol.asyncDispose]: dispose,
  }
}
