/** How long inputs of a family with dependencies travel, on average: how far ahead its shards are worth claiming. */

import type { FamilyView } from '../ledger/view.ts'
import type { Dependencies } from '../program/dependencies.ts'
import { ROOT_FAMILY } from '../program/family.ts'
import type { HubId } from '../program/ref.ts'
import { meanLink } from './arrival.ts'
import { type Job, journeyOf } from './job.ts'
import { familyGraph } from './ready-set.ts'
import type { HubState } from './state.ts'

/** Bytes of the largest input of a shard, on average; a graph never changes. */
const sizes = new WeakMap<Dependencies, number>()

/** Milliseconds that the largest input of a shard takes from hub to hub, in the family at work where that is longest. */
export function meanTravelMs(state: HubState): number {
  let longest = 0
  for (const job of state.activeJobs()) {
    for (const view of job.view.families.values()) {
      if (view.spec.key === ROOT_FAMILY || view.spec.edges.length === 0 || view.doneCount === view.shards) continue
      longest = Math.max(longest, meanBytes(familyGraph(view)))
    }
  }
  return longest / meanLink(state).bytesPerMs
}

function meanBytes(graph: Dependencies): number {
  const known = sizes.get(graph)
  if (known !== undefined) return known
  let sum = 0
  for (const parents of graph.parents) sum += parents.reduce((most, { bytes }) => Math.max(most, bytes), 0)
  const mean = sum / Math.max(1, graph.parents.length)
  sizes.set(graph, mean)
  return mean
}

/** Milliseconds until what shards `[lo, hi)` of a family need of others could be at a hub, were it sent for now, or as long ago as this hub has. */
export function inputsTravelMs(state: HubState, job: Job, view: FamilyView, place: Place, hub: HubId): number {
  if (view.spec.edges.length === 0) return 0
  const graph = familyGraph(view)
  const link = meanLink(state)
  let latestMs = state.nowMs
  for (let shard = place.lo; shard < place.hi; shard++) {
    for (const edge of graph.parents[shard] ?? []) {
      const done = job.view.families.get(edge.family)?.done(edge.from)
      if (done !== null && done !== undefined && (done.hub === hub || done.holders.includes(hub))) continue
      const sentMs = hub === state.self ? job.sentFor.get(journeyOf(edge, shard)) : undefined
      latestMs = Math.max(latestMs, (sentMs ?? state.nowMs) + link.latencyMs + edge.bytes / link.bytesPerMs)
    }
  }
  return latestMs - state.nowMs
}

interface Place {
  readonly lo: number
  readonly hi: number
}
