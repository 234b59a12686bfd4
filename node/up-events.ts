/** What `shoal up` says: that it is ready, who comes and goes and who will not have this hub, that it leaves. */

import type { HubStanding } from '../src/client/local-hub.ts'
import type { ReadyEvent } from '../src/client/ready.ts'

export type UpEvent =
  | ReadyEvent
  | { readonly schema: 1; readonly event: 'hub'; readonly hub: string; readonly state: HubStanding['state'] }
  | {
      readonly schema: 1
      readonly event: 'refused'
      readonly hub: string
      readonly reason: string
      readonly next: string
    }
  /** `by`: another hub that had it drain. */
  | { readonly schema: 1; readonly event: 'draining'; readonly by?: string }
  | { readonly schema: 1; readonly event: 'left' }

/** A hub and another that would not have it, or that it would not have. */
export interface Refusal {
  readonly peer: string
  readonly reason: string
  readonly byThem: boolean
}

/** The changes between two looks at the swarm, others than ourselves. */
export function hubChanges(before: ReadonlyMap<string, string>, now: readonly HubStanding[]): UpEvent[] {
  return now
    .filter((hub) => !hub.self && before.get(hub.hub) !== hub.state)
    .map(({ hub, state }) => ({ schema: 1, event: 'hub', hub, state }))
}

/** Who has refused this hub since, each for a reason once; `told` keeps what was said and is still on record. */
export function refusalEvents(told: Set<string>, now: readonly Refusal[]): UpEvent[] {
  const refusals = now.filter(({ byThem }) => byThem)
  const keys = new Set(refusals.map(keyOf))
  for (const key of told) if (!keys.has(key)) told.delete(key)
  const fresh = refusals.filter((refusal) => !told.has(keyOf(refusal)))
  for (const key of keys) told.add(key)
  return fresh.map(({ peer, reason }) => ({ schema: 1, event: 'refused', hub: peer, reason, next: REFUSED_NEXT }))
}

const REFUSED_NEXT = 'shoal doctor tells more; to let this hub in again: shoal token create, then up --join TOKEN'

function keyOf({ peer, reason }: Refusal): string {
  return `${peer} ${reason}`
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
    case 'refused':
      return `hub ${event.hub}: ${event.reason} (${event.next})`
    case 'draining':
      return `handing over and leaving${event.by === undefined ? '' : `, as ${event.by} asks`} … (Ctrl-C again leaves at once)`
    case 'left':
      return 'left the swarm'
  }
}
