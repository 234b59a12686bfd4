/** What `shoal up` says: that it is ready, who comes and goes, that it leaves. */

import type { HubStanding } from '../src/client/local-hub.ts'
import type { ReadyEvent } from '../src/client/ready.ts'

export type UpEvent =
  | ReadyEvent
  | { readonly schema: 1; readonly event: 'hub'; readonly hub: string; readonly state: HubStanding['state'] }
  /** `by`: another hub that had it drain. */
  | { readonly schema: 1; readonly event: 'draining'; readonly by?: string }
  | { readonly schema: 1; readonly event: 'left' }

/** The changes between two looks at the swarm, others than ourselves. */
export function hubChanges(before: ReadonlyMap<string, string>, now: readonly HubStanding[]): UpEvent[] {
  return now
    .filter((hub) => !hub.self && before.get(hub.hub) !== hub.state)
    .map(({ hub, state }) => ({ schema: 1, event: 'hub', hub, state }))
}

/** One line for people. */
export function upLine(event: UpEvent, details: { slots: number; version: string }): string {
  switch (event.event) {
    case 'ready':
      return [
        `shoal ${details.version} · hub ${event.hub} · swarm ${event.swarm} · ${details.slots} slots · isolation ${event.isolation}`,
        `listening ${event.addrs.join(' ')}`,
        `API ${event.api}`,
        'waiting for hubs … (none yet? run: shoal doctor)',
      ].join('\n')
    case 'hub':
      return `hub ${event.hub} is ${event.state}`
    case 'draining':
      return `handing over and leaving${event.by === undefined ? '' : `, as ${event.by} asks`} … (Ctrl-C again leaves at once)`
    case 'left':
      return 'left the swarm'
  }
}
