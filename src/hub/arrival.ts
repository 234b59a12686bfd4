/** When the inputs of a unit can be at a hub: what the plan adds to a slot's free time. */

import type { Link } from '../cost/transfer.ts'
import { transferMs } from '../cost/transfer.ts'
import type { FamilyView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import type { HubId } from '../program/ref.ts'
import { expectedEnd } from './expected-ends.ts'
import { journeyOf } from './job.ts'
import { familyGraph, type Unit } from './ready-set.ts'
import type { HubState } from './state.ts'

/** Where the plan put shards of families with dependencies: their children ask. */
export type Placed = Map<FamilyView, Map<number, { readonly hub: HubId; readonly finishMs: number }>>

/** An unfinished parent: where and when it is expected to end. */
export interface ParentLink {
  readonly hub: HubId | undefined
  readonly endMs: number
  readonly bytes: number
}

const noParents: readonly ParentLink[] = []

/** The unfinished parents of a unit; null when one of them is not planned at all. */
export function parentLinks(state: HubState, unit: Unit, placed: Placed): readonly ParentLink[] | null {
  if (unit.waitsFor.length === 0) return noParents
  const links: ParentLink[] = []
  const planned = placed.get(unit.view)
  for (const edge of familyGraph(unit.view).parents[unit.lo] ?? []) {
    if (edge.family !== unit.view.spec.key || unit.view.isDone(edge.from)) continue
    const plannedFor = planned?.get(edge.from)
    const expected = plannedFor?.finishMs ?? expectedEnd(state, unit.job, unit.view, edge.from)
    if (expected === undefined) return null
    const hub = plannedFor?.hub ?? unit.view.holder(edge.from)?.hub
    links.push({ hub, endMs: Math.max(state.nowMs, expected), bytes: edge.bytes })
  }
  return links
}

/** When all inputs of a unit can be at a hub, those of unfinished parents included. */
export function arrivalMs(state: HubState, unit: Unit, parents: readonly ParentLink[], hub: HubId, link: Link): number {
  return Math.max(presentInputsMs(state, unit, hub, link), parentsMs(state, hub, parents))
}

/** When a unit's inputs can be at hubs: at most of them at the same time. */
export interface Readiness {
  /** At all hubs but the near ones; null where it depends on the link. */
  readonly elsewhereMs: number | null
  readonly near: readonly HubId[]
}

const byLink: Readiness = { elsewhereMs: null, near: [] }

/** What all bidders for a unit have in common: shards of a graph travel by the mean link, so only holders are different, and who sent for inputs ahead. */
export function readinessOf(state: HubState, unit: Unit, parents: readonly ParentLink[]): Readiness {
  if (unit.view.spec.edges.length === 0) return byLink
  const near: HubId[] = unit.job.sentFor.size === 0 ? [] : [state.self]
  for (const { holders } of unit.inputs) near.push(...holders)
  for (const { hub } of parents) if (hub !== undefined) near.push(hub)
  return { elsewhereMs: arrivalMs(state, unit, parents, NOWHERE, meanLink(state)), near }
}

/** Holds nothing and runs nothing. */
export const NOWHERE: HubId = ''

/** Hubs at which a unit may be ready sooner than at all others: they hold an input, or a parent of it runs there. */
export function nearHubs(unit: Unit, parents: readonly ParentLink[]): readonly HubId[] {
  const near: HubId[] = []
  for (const { bytes, holders } of unit.inputs) if (bytes > 0) near.push(...holders)
  for (const { hub } of parents) if (hub !== undefined) near.push(hub)
  return near
}

/** When the last unfinished parent has ended and its output can be at a hub: outputs travel side by side. */
function parentsMs(state: HubState, at: HubId, parents: readonly ParentLink[]): number {
  let readyMs = state.nowMs
  for (const { hub, endMs, bytes } of parents) {
    const moveMs = hub === at || hub === undefined ? 0 : moveTime(state, bytes)
    readyMs = Math.max(readyMs, endMs + moveMs)
  }
  return readyMs
}

/**
 * When what is there already can be at a hub. Results of different hubs come side by side, those of a bundle one after the other. What this hub
 * has sent for is on its way since; what others have, only they know.
 */
function presentInputsMs(state: HubState, unit: Unit, hub: HubId, link: Link): number {
  if (unit.view.spec.edges.length === 0) return state.nowMs + transferMs(unit.inputs, hub, link)
  const edges = hub === state.self ? familyGraph(unit.view).parents[unit.lo] : undefined
  let latestMs = state.nowMs
  for (const [at, { bytes, holders }] of unit.inputs.entries()) {
    const [from] = holders
    if (from === undefined || holders.includes(hub)) continue
    const edge = edges?.[at]
    const sentMs = edge === undefined ? undefined : unit.job.sentFor.get(journeyOf(edge, unit.lo))
    latestMs = Math.max(latestMs, (sentMs ?? state.nowMs) + moveTime(state, bytes))
  }
  return latestMs
}

/**
 * All hubs must come to the same plan, or each names another: a hub knows only its own links, so all pairs count as
 * the mean of those, which is about the same everywhere.
 */
export function moveTime(state: HubState, bytes: number): number {
  const link = meanLink(state)
  return link.latencyMs + bytes / link.bytesPerMs
}

/** The mean of the links that this hub has measured. */
export function meanLink(state: HubState): Link {
  const known = meanLinks.get(state)
  if (known !== undefined && known.atMs === state.nowMs) return known.link
  const measured = [...state.links.values()]
  const mean = (of: (link: Link) => number): number => measured.reduce((sum, one) => sum + of(one), 0) / measured.length
  const link =
    measured.length === 0
      ? { bytesPerMs: auction.linkBytesPerMs, latencyMs: auction.linkLatencyMs }
      : { bytesPerMs: mean((one) => one.bytesPerMs), latencyMs: mean((one) => one.latencyMs) }
  meanLinks.set(state, { atMs: state.nowMs, link })
  return link
}

const meanLinks = new WeakMap<HubState, { readonly atMs: number; readonly link: Link }>()
