/**
 * Comparing results: a job may ask that several hubs run each shard. A shard stays open until more than half of them have
 * told the same result; nobody runs it twice. Whoever told another is named, and is trusted with less work from then on.
 */
import type { FamilyView } from '../ledger/view.ts'
import { recovery } from '../limits.ts'
import { ROOT_FAMILY, shardName } from '../program/family.ts'
import type { HubId, Ref } from '../program/ref.ts'
import type { Disagreement, Verified } from '../program/report.ts'
import { mayRun } from './eligible.ts'
import { isEnded, type Job } from './job.ts'
import type { HubState } from './state.ts'

/** The reason of a cancel where too few hubs are there to compare results; what follows says how many. */
export const TOO_FEW_REASON = 'verify:'

/** Hubs that are here and may run the job's shards. */
export function hubsThatMayRun(state: HubState, job: Job): HubId[] {
  return state.members
    .alive()
    .filter(({ beacon }) => beacon?.compute === true && !beacon.leaving)
    .filter(({ hub, beacon }) => mayRun(job, { hub, labels: beacon?.labels ?? {} }))
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
      if (able.size < wanted) return `results are to be compared on ${wanted} hubs, and ${able.size} may run the job`
      const name = shardName({ family: view.spec.key, index: shard })
      if (here.every((hub) => view.hasVoted(shard, hub))) return `no result of ${name} has a majority`
    }
  }
  return null
}

/** Results came: hubs that told something else than what stands lose trust, and a difference is told once. */
export function compareResults(state: HubState, job: Job, view: FamilyView, lo: number, hi: number): void {
  for (const found of disagreementsIn(view, lo, hi, isComparable(job, view))) {
    for (const hub of found.against) {
      const wrong = state.wrongResults.get(hub) ?? new Set()
      state.wrongResults.set(hub, wrong.add(`${job.id}/${found.shard}`))
    }
    const told = `${found.shard} ${found.kept.join()} ${found.against.join()}`
    if (job.disputes.has(told)) continue
    job.disputes.add(told)
    state.effect({ type: 'story', job: job.id, event: { type: 'disagreement', ...found } })
  }
}

/** How comparing went; null for jobs without families that are compared and without differences. */
export function verifiedReport(state: HubState, job: Job): Verified | null {
  const wanted = job.manifest.options.verify ?? 1
  const disagreements: Disagreement[] = []
  let shards = 0
  for (const view of job.view.families.values()) {
    if (view.comparesResults) shards += view.doneCount
    disagreements.push(...disagreementsIn(view, 0, view.shards, isComparable(job, view)))
  }
  if (wanted < 2 && disagreements.length === 0) return null
  const quorum = Math.floor(wanted / 2) + 1
  return { hubs: wanted, quorum, shards, disagreements, waiting: isEnded(job) ? null : shortOf(state, job) }
}

/** Shards that give back what they have not begun differ by time, not by mistake. */
function isComparable(job: Job, { spec }: FamilyView): boolean {
  const { chunks, whole } = job.manifest.options
  return (
    spec.key !== ROOT_FAMILY && (spec.workMs === null || spec.edges.length > 0 || chunks !== null || whole === true)
  )
}

function disagreementsIn(view: FamilyView, lo: number, hi: number, comparesRefs: boolean): Disagreement[] {
  const found: Disagreement[] = []
  for (let shard = lo; shard < hi; shard++) {
    const told = view.comparesResults ? view.votes(shard) : comparesRefs ? tellings(view, shard) : []
    if (new Set(told.map(({ digest }) => digest)).size < 2) continue
    const kept = view.done(shard)?.hub ?? null
    const stands = told.find(({ hub }) => hub === kept)?.digest ?? null
    found.push({
      shard: shardName({ family: view.spec.key, index: shard }),
      kept: told.filter(({ digest }) => digest === stands).map(({ hub }) => hub),
      against: told.filter(({ digest }) => digest !== stands).map(({ hub }) => hub),
    })
  }
  return found
}

/** What hubs recorded for a shard that was done twice, where the records cover the same shards. */
function tellings(view: FamilyView, shard: number): { readonly hub: HubId; readonly digest: string }[] {
  if (view.doneRecords(shard) < 2) return []
  const done = view.history().flatMap(({ author, record }) => (record.kind === 'done' ? [{ author, record }] : []))
  const about = done.filter(({ record }) => record.lo <= shard && shard < record.hi)
  const [first] = about
  return about
    .filter(({ record }) => record.lo === first?.record.lo && record.hi === first.record.hi)
    .map(({ author, record }) => ({ hub: author.hub, digest: keyOf(record.ref) }))
}

function keyOf(ref: Ref): string {
  return ref.kind === 'blob' ? ref.cid : ref.bytes.join()
}
