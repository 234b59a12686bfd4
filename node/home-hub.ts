/** The running hub that a command speaks to. */
import { findHub } from '../src/client/find-hub.ts'
import { homeFolder } from '../src/client/home.ts'
import type { RemoteHub } from '../src/client/remote-hub.ts'
import { ShoalError } from '../src/errors.ts'
import type { Arguments } from './arguments.ts'

/** @throws ShoalError SHOAL_NO_HUB when none runs in the home. */
export async function homeHub(args: Arguments): Promise<RemoteHub> {
  const hub = await findHub(args.text('home'))
  if (hub !== null) return hub
  throw new ShoalError('SHOAL_NO_HUB', `no hub runs in ${homeFolder(args.text('home'))}`, {
    next: 'start one: shoal up (or name its home: --home DIR)',
  })
}
