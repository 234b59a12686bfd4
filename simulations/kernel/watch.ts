/** What is judged at once, while a hub does it: nothing it records or starts may break a promise. */
import { fits } from '../../src/cost/capability.ts'
import type { RunPlan } from '../../src/hub/effect.ts'
import type { AuthoredRecord, RunId } from '../../src/hub/input.ts'
import { isEnded } from '../../src/hub/job.ts'
import { movesOf } from '../../src/hub/migration.ts'
import { MOVE_REASON } from '../../src/hub/state.ts'
import type { DoneRecord, LedgerRecord } from '../../src/ledger/record.ts'
import { migration, shellLimits } from '../../src/limits.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import { FORGED_BOOT } from './forgery.ts'
import type { SimHub } from './sim-hub.ts'
import type { SimWorld } from './world.ts'

/** A clock that is early by more than this is not to blame on drift. */
const EARLY_SHARE = 0.9

/** A hub is about to record something. */
export function watchRecords(world: SimWorld, hub: SimHub, job: string, records: readonly LedgerRecord[]): void {
  for (const record of records) {
    if (record.kind === 'done') mustBeHeld(world, hub, job, record)
    else if (record.kind === 'checkpoint') hub.checkpoints.note(job, record)
    else if (record.kind === 'cancel' && record.reason === 'deadline') mustBeOverdue(world, hub, job)
  }
}

/** A hub took records in. I9: nothing counts that its author did not write. */
export function watchEntries(world: SimWorld, hub: SimHub, entries: readonly AuthoredRecord[]): void {
  for (const { author } of entries) {
    if (author.boot === FORGED_BOOT) world.broken('I9', `${hub.id} took in records that ${author.hub} never wrote`)
  }
}

/** A hub is about to fetch what shards need. I6: it goes on from the furthest checkpoint that it knows and has. */
export function watchPrepare(world: SimWorld, hub: SimHub, { job, family, shards }: RunPlan): void {
  const view = hub.hub.state.jobs.get(job)?.view.families.get(family)
  if (view === undefined) return
  for (const { index: shard, progress } of shards) {
    const generation = view.generation(shard)
    const furthest = hub.checkpoints.furthest({ job, family, shard, generation }, (cid) => hub.disk.blobs.has(cid))
    if (progress >= furthest) continue
    world.broken(
      'I6',
      `${job}/${family}:${shard} resumes at ${hub.id} from ${progress}, though it has ${furthest} there`,
    )
  }
}

/** A hub is about to run shards. */
export function watchStart(world: SimWorld, hub: SimHub, plan: RunPlan): void {
  watchRun(world, hub, plan.job)
  mustBeReady(world, plan)
  mustMoveSeldom(world, hub, { ...plan, shard: plan.shards[0]?.index ?? 0 })
}

/** A hub is about to run a root. */
export function watchRoot(world: SimWorld, hub: SimHub, { run, job }: { run: RunId; job: string }): void {
  watchRun(world, hub, job)
  mustMoveSeldom(world, hub, { run, job, family: ROOT_FAMILY, shard: 0 })
}

/** I7: what a slot is given was there when its run was prepared, whatever has been lost or opened again since. */
export function watchInputs(world: SimWorld, plan: RunPlan, fetched: ReadonlySet<string> | undefined): void {
  for (const cid of inputBlobs(plan)) {
    if (fetched?.has(cid) !== true) world.broken('I7', `${plan.job}/${plan.family} starts without its input ${cid}`)
  }
}

/** Blobs that a slot needs for these shards: slices, results of parents, checkpoints. */
export function inputBlobs(plan: RunPlan): ReadonlySet<string> {
  const blobs = new Set<string>()
  for (const { input, parents, restored } of plan.shards) {
    for (const place of [input, ...parents]) if (place?.ref.kind === 'blob') blobs.add(place.ref.cid)
    if (restored?.kind === 'blob') blobs.add(restored.cid)
  }
  return blobs
}

/** I8: nothing starts for a job that this hub knows to have ended. I9: nor on a machine that does not meet its needs. */
function watchRun(world: SimWorld, hub: SimHub, id: string): void {
  const job = hub.hub.state.jobs.get(id)
  if (job === undefined || isEnded(job)) world.broken('I8', `${hub.id} starts work of ended job ${id}`)
  else if (!fits(job.manifest.options.needs, hub.hub.state.init))
    world.broken('I9', `${hub.id} starts work of ${id}, whose needs it does not meet`)
}

/** I5: a blob that a result names has a second holder, unless nobody took it although it was offered often enough. */
function mustBeHeld(world: SimWorld, hub: SimHub, job: string, { ref, family, lo, holders }: DoneRecord): void {
  if (ref.kind === 'inline' || holders.length > 0) return
  const isAlone = !hub.hub.state.members.others().some(({ connected }) => connected)
  if (isAlone || world.blobs.offered(hub, ref.cid) >= shellLimits.replicaTriesMax) return
  world.broken('I5', `${job}/${family}:${lo} is recorded by ${hub.id} with one holder of its blob`)
}

/** I8: a job ends by its deadline only when that has passed, by a clock that only ticks. */
function mustBeOverdue(world: SimWorld, hub: SimHub, id: string): void {
  const deadlineMs = world.jobs.get(id)?.manifest.options.deadlineMs ?? Number.POSITIVE_INFINITY
  if (world.events.nowMs + hub.jumpedMs >= EARLY_SHARE * deadlineMs) return
  world.broken('I8', `${hub.id} ends ${id} by its deadline of ${deadlineMs} ms after ${Math.round(world.events.nowMs)}`)
}

/** I12: a running shard moves at most twice, as far as the hub that takes it can know. */
function mustMoveSeldom(
  world: SimWorld,
  { id, hub }: SimHub,
  plan: { readonly run: RunId; readonly job: string; readonly family: string; readonly shard: number },
): void {
  const { shard } = plan
  const view = hub.state.jobs.get(plan.job)?.view.families.get(plan.family)
  if (view === undefined || hub.state.runs.get(plan.run)?.reason !== MOVE_REASON) return
  const moves = movesOf(view, shard)
  if (moves <= migration.movesPerShardMax) return
  world.broken('I12', `${plan.job}/${plan.family}:${shard} moves to ${id}, for the ${moves}th time`)
}

/** I7: a shard starts with the results of all shards it depends on. */
function mustBeReady(world: SimWorld, plan: RunPlan): void {
  const edges = world.family(plan.job, plan.family)?.spec.edges ?? []
  if (edges.length === 0) return
  for (const shard of plan.shards) {
    const needed = edges.filter((edge) => edge.to === shard.index).length
    const had = shard.parents.length
    if (had === needed) continue
    world.broken('I7', `${plan.job}/${plan.family}:${shard.index} starts with ${had} of ${needed} inputs`)
  }
}
