/**
 * Comparing results: a job may ask that several hubs run each shard. A shard stays open until more than half of them have
 * told the same result; nobody runs it twice. Whoever told another is named, and is trusted with less work from then on.
 */

import type { FamilyView } from '../ledger/view.ts'
import { counts, recovery } from '../limits.ts'
import { ROOT_FAMILY, shardName } from '../program/family.ts'
import type { HubId, Ref } from '../program/ref.ts'
import type { Disagreement, Verified } from '../program/report.ts'
import { mayTake } from './eligible.ts'
import { isEnded, type Job } from './job.ts'
import type { HubState } from './state.ts'

/** The reason of a cancel where too few hubs are there to compare results; what follows says how many. */
export const TOO_FEW_REASON = 'verify:'

/** Hubs that are here and may run the job's shards. */
function hubsThatMayRun(state: HubState, job: Pick<Job, 'manifest'>): HubId[] {
  return state.members
    .alive()
    .filter((member) => mayTake(member, job))
    .map(({ hub }) => hub)
}

/** A job for which too few hubs have been here for too long cannot be done as asked: it ends, and says so. */
export function reviewVerified(state: HubState, job: Job): string | null {
  const wanted = job.manifest.options.verify ?? 1
  // One side of a partition sees few hubs, and the other one goes on: only where the root runs is the job given up.
  if (wanted < 2 || isEnded(job) || job.rootRun === null) return null
  const short = shortOf(state, job)
  if (short === null) {
    job.shortSinceMs = null
    return null
  }
  job.shortSinceMs ??= state.nowMs
  return state.nowMs - job.shortSinceMs < recovery.verifyPatienceMs ? null : `${TOO_FEW_REASON} ${short}`
}

/** What is missing, in words; null while all goes well. */
function shortOf(state: HubState, job: Job): string | null {
  const wanted = job.manifest.options.verify ?? 1
  const here = hubsThatMayRun(state, job)
  for (const view of job.view.families.values()) {
    if (!view.comparesResults || view.doneCount === view.shards) continue
    for (let shard = 0; shard < view.shards; shard++) {
      if (view.isDone(shard)) continue
      const able = new Set([...here, ...view.votes(shard).map(({ hub }) => hub)])
      if (able.size < wanted) return tooFew(wanted, able.size)
      const name = shardName({ family: view.spec.key, index: shard })
      if (here.every((hub) => view.hasVoted(shard, hub))) return `no result of ${name} has a majority`
    }
  }
  return null
}

/** Results as a hub told them. */
type Told = NonNullable<ReturnType<FamilyView['told']>>

/**
 * Results came. Where they are compared, hubs that told something else than what stands lose trust; a difference that shows anywhere
 * else is told, too, but there one word stands against another.
 * @param before what stood for their first shard before them.
 */
export function compareResults(state: HubState, job: Job, view: FamilyView, told: Told, before: Told | null): void {
  if (!view.comparesResults) return compareTellings(state, job, view, told, before)
  for (const found of disputesIn(view, told.record.lo, told.record.hi)) {
    if (found.kept.length > 0) for (const hub of found.against) distrust(state, hub, `${job.id}/${found.shard}`)
    tellDispute(state, job, found)
  }
}

/** Two hubs recorded the same shards, as after a partition or a copy of late work: what they are known by must be the same. */
function compareTellings(state: HubState, job: Job, view: FamilyView, told: Told, before: Told | null): void {
  if (before === null || before.hub === told.hub || !isComparable(job, view)) return
  const { lo, hi } = told.record
  if (before.record.lo !== lo || before.record.hi !== hi) return
  const both = [before, told].map(({ hub, record }) => ({ hub, digest: keyOf(record.ref) }))
  if (!isDisputed(both)) return
  job.differing.add(view.spec.key)
  tellDispute(state, job, disputeOf(view, lo, both))
}

function distrust(state: HubState, hub: HubId, shard: string): void {
  const wrong = state.wrongResults.get(hub) ?? new Set()
  if (wrong.size < counts.wrongResultsMax) state.wrongResults.set(hub, wrong.add(shard))
}

function tellDispute(state: HubState, job: Job, found: Disagreement): void {
  const told = `${found.shard} ${found.kept.join()} ${found.against.join()}`
  if (job.disputes.has(told) || job.disputes.size >= counts.disputesMax) return
  job.disputes.add(told)
  state.effect({ type: 'story', job: job.id, event: { type: 'disagreement', ...found } })
}

/** How comparing went; null for jobs without families that are compared and without differences. */
export function verifiedReport(state: HubState, job: Job): Verified | null {
  const wanted = job.manifest.options.verify ?? 1
  const disagreements: Disagreement[] = []
  let shards = 0
  for (const view of job.view.families.values()) {
    if (view.comparesResults) {
      shards += view.doneCount
      disagreements.push(...disputesIn(view, 0, view.shards))
    } else if (job.differing.has(view.spec.key)) disagreements.push(...differencesIn(view))
  }
  if (wanted < 2 && disagreements.length === 0) return null
  const quorum = Math.floor(wanted / 2) + 1
  const waiting = isEnded(job) ? null : shortOf(state, job)
  const note = wanted > 1 && shards === 0 && isEnded(job) ? NOTHING_COMPARED : null
  return { hubs: wanted, quorum, shards, disagreements, waiting, note }
}

/** The root runs once: a function that has no shards was computed by one hub alone. */
const NOTHING_COMPARED = '0 shards compared: the function has no shards, so one hub alone computed the result'

/** Why results of a new job could not be compared now; null where enough hubs may run it. */
export function tooFewToCompare(state: HubState, job: Pick<Job, 'manifest'>): string | null {
  const wanted = job.manifest.options.verify ?? 1
  const able = hubsThatMayRun(state, job).length
  return wanted < 2 || able >= wanted ? null : tooFew(wanted, able)
}

function tooFew(wanted: number, able: number): string {
  return `results are to be compared on ${wanted} hubs, and ${able} may run the job`
}

/** Shards that give back what they have not begun differ by time, not by mistake. */
function isComparable(job: Job, { spec }: FamilyView): boolean {
  const { chunks, whole } = job.manifest.options
  return (
    spec.key !== ROOT_FAMILY && (spec.workMs === null || spec.edges.length > 0 || chunks !== null || whole === true)
  )
}

interface Telling {
  readonly hub: HubId
  readonly digest: string
}

/** Shards of which hubs that compare results told different ones. */
function disputesIn(view: FamilyView, lo: number, hi: number): Disagreement[] {
  const found: Disagreement[] = []
  for (let shard = lo; shard < hi; shard++) {
    const told = view.votes(shard)
    if (isDisputed(told)) found.push(disputeOf(view, shard, told))
  }
  return found
}

/** Stretches that were recorded more than once, and not alike; each goes by its first shard. */
function differencesIn(view: FamilyView): Disagreement[] {
  const places = new Map<string, { readonly lo: number; readonly told: Telling[] }>()
  for (const { author, record } of view.history()) {
    if (record.kind !== 'done') continue
    const { lo, hi, ref } = record
    const place = places.get(`${lo} ${hi}`) ?? { lo, told: [] }
    places.set(`${lo} ${hi}`, place)
    place.told.push({ hub: author.hub, digest: keyOf(ref) })
  }
  const differing = [...places.values()].filter(({ told }) => isDisputed(told))
  return differing.map(({ lo, told }) => disputeOf(view, lo, told))
}

function isDisputed(told: readonly Telling[]): boolean {
  return told.some(({ digest }) => digest !== told[0]?.digest)
}

function disputeOf(view: FamilyView, shard: number, told: readonly Telling[]): Disagreement {
  const kept = view.done(shard)?.hub ?? null
  const stands = told.find(({ hub }) => hub === kept)?.digest ?? null
  return {
    shard: shardName({ family: view.spec.key, index: shard }),
    kept: told.filter(({ digest }) => digest === stands).map(({ hub }) => hub),
    against: told.filter(({ digest }) => digest !== stands).map(({ hub }) => hub),
  }
}

function keyOf(ref: Ref): string {
  return ref.kind === 'blob' ? ref.cid : ref.bytes.join()
}
