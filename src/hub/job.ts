/** One job as a hub follows it: its manifest, the fold of its ledger, and what this hub noted about it. */
import type { LedgerRecord } from '../ledger/record.ts'
import type { FamilyView, JobView } from '../ledger/view.ts'
import { auction } from '../limits.ts'
import { type Edge, type FamilyKey, ROOT_FAMILY, shardItems } from '../program/family.ts'
import type { Manifest } from '../program/program.ts'
import type { Cid, HubId, JobId } from '../program/ref.ts'
import type { RunId } from './input.ts'

/** Whether the submitter has been told that the job is safe. */
export type Acceptance = 'waiting' | 'accepted'

export interface Job {
  readonly id: JobId
  readonly manifest: Manifest
  readonly view: JobView
  /** Hubs that have finished a shard of some family: their slots are warm. */
  readonly provenBy: Set<HubId>
  /** Submitted at this hub, in this life of it. */
  readonly mine: boolean
  acceptance: Acceptance
  /** Program and input are here: this hub may run its root. */
  blobsHere: boolean
  /** Hubs that said they hold manifest, program and input. */
  readonly heldBy: Set<HubId>
  /** Own clock, when this hub first knew the job. */
  readonly knownMs: number
  /** Own clock, when it ended; null before. */
  endedMs: number | null
  acknowledgedMs: number | null
  /** Own clock, when the root was last claimed by anybody. */
  rootSinceMs: number
  /** Own clock, when this hub first looked at the root since it has been nobody's; null while it is somebody's. */
  rootOpenMs: number | null
  /** The local root, if this hub runs it. */
  rootRun: RunId | null
  /** Families by sequence, for results that a local root waits for. */
  readonly awaited: Map<number, Awaited>
  /** Shards that rest before this hub claims them again: `family:shard` to own clock. */
  readonly pauses: Map<string, number>
  /** Attempts that failed, by shard: which hubs, with which signature. */
  readonly failures: Map<string, Map<HubId, Failure>>
  /** Blobs asked for in vain, by what they hold: `family:shard` for results, the family for its inputs. */
  readonly misses: Map<string, { readonly sinceMs: number; times: number }>
  /** Results that were sent for before their shard could begin: `family:shard>for` to own clock. */
  readonly sentFor: Map<string, number>
  /** Own clock since which too few hubs are here to compare results; null while there are enough. */
  shortSinceMs: number | null
  /** Differences between results that were told. */
  readonly disputes: Set<string>
  /** Families in which they were found without having been looked for. */
  readonly differing: Set<FamilyKey>
  /** Checkpoints that cannot be had: their shards start from the input. */
  readonly lostCheckpoints: Set<Cid>
}

/** How often a shard took down a slot of one hub, and how it ended the last time. */
export interface Failure {
  readonly times: number
  /** Of the last time. */
  readonly epoch: number
  readonly signature: string
}

/** What a local root still has to be given of one family. */
export interface Awaited {
  readonly family: string
  readonly delivered: Uint8Array
}

/** Names the way of one result to one shard of a family, in `sentFor`. */
export function journeyOf({ family, from }: Pick<Edge, 'family' | 'from'>, to: number): string {
  return `${family}:${from}>${to}`
}

/** The fold of the root family of a job. */
export function rootView(job: Job): FamilyView {
  const root = job.view.families.get(ROOT_FAMILY)
  if (root === undefined) throw new Error(`job ${job.id} has no root family`)
  return root
}

/** Whether nothing remains to be run for a job. */
export function isEnded(job: Job): boolean {
  return job.view.cancelled !== null || rootView(job).isDone(0)
}

/** Expected speed-1 milliseconds of a shard: given, else the mean of those that finished, else learned from earlier jobs, else a guess. */
export function shardWorkMs(view: FamilyView, shard: number): number {
  const given = view.spec.workMs
  const estimate = given === null ? learnedWorkMs(view, shard) : given.length === 1 ? given[0] : given[shard]
  return Math.max(
    0.001,
    (given?.length ?? 0) <= 1
      ? (meanWorkMs(view) ?? estimate ?? auction.unknownWorkMs)
      : (estimate ?? auction.unknownWorkMs),
  )
}

/** Speed-1 milliseconds that shards of a family took, on average; null before the first result. */
function meanWorkMs(view: FamilyView): number | null {
  const { busyMsMean } = view
  const work = finishedWork.get(view)
  return busyMsMean === null || work === undefined ? busyMsMean : work.workMs / work.shards
}

/** A result came from a hub of this speed: a fast one makes no shard small. */
export function noteFinished(view: FamilyView, shards: number, busyMs: number, speed: number): void {
  const { workMs, shards: before } = finishedWork.get(view) ?? { workMs: 0, shards: 0 }
  finishedWork.set(view, { workMs: workMs + busyMs * speed, shards: before + shards })
}

const finishedWork = new WeakMap<FamilyView, { readonly workMs: number; readonly shards: number }>()

/** What an item of a family took in earlier jobs, in speed-1 milliseconds. */
export function noteItemMs(view: FamilyView, itemMs: number): void {
  learnedItemMs.set(view, itemMs)
}

const learnedItemMs = new WeakMap<FamilyView, number>()

function learnedWorkMs(view: FamilyView, shard: number): number | undefined {
  const itemMs = learnedItemMs.get(view)
  if (itemMs === undefined) return undefined
  const { lo, hi } = shardItems(view.spec.cut, shard)
  return itemMs * (hi - lo)
}

/** The epoch under which the next claim of a shard must stand. */
export function nextEpoch(view: FamilyView, shard: number): number {
  return view.epochMax(shard) + 1
}

/** Hubs that are likely to hold the inputs of a family's shards: who spawned it, and who already ran some. */
export function inputHolders(job: Job, self: HubId): HubId[] {
  const holders = new Set<HubId>()
  const root = rootView(job).claim(0)
  if (root !== null) holders.add(root.hub)
  holders.add(job.manifest.submitter)
  for (const hub of job.heldBy) holders.add(hub)
  holders.delete(self)
  return [...holders]
}

/** Records about failed attempts, noted so that poison can be told from bad luck. */
export function noteFailure(job: Job, hub: HubId, record: LedgerRecord): void {
  if (record.kind !== 'claim' || record.state !== 'failed') return
  for (let shard = record.lo; shard < record.hi; shard++) {
    const key = `${record.family}:${shard}`
    const byHub = job.failures.get(key) ?? new Map<HubId, Failure>()
    const { times, epoch } = byHub.get(hub) ?? { times: 0, epoch: -1 }
    // A hub's epochs of a shard rise: what it has told already says nothing new.
    if (record.epoch <= epoch) continue
    byHub.set(hub, { times: times + 1, epoch: record.epoch, signature: record.reason })
    job.failures.set(key, byHub)
  }
}

/** What became of a shard's attempts so far. */
export interface Failures {
  /** Hubs on which it failed, and the most of them on which it failed in the same way. */
  readonly hubs: number
  readonly alike: number
  readonly attempts: number
}

/** On how many hubs a shard failed, and how often in all. Only slots that it took down count, never hubs that went away. */
export function failuresOf(job: Job, family: string, shard: number): Failures {
  const byHub = job.failures.get(`${family}:${shard}`)
  const alike = new Map<string, number>()
  let attempts = 0
  for (const { times, signature } of byHub?.values() ?? []) {
    attempts += times
    alike.set(signature, (alike.get(signature) ?? 0) + 1)
  }
  return { hubs: byHub?.size ?? 0, alike: Math.max(0, ...alike.values()), attempts }
}
