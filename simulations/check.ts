/** The checker: what must hold in every history, and at its end once nothing breaks any more. */
import { fits } from '../src/cost/capability.ts'
import { isEnded, type Job } from '../src/hub/job.ts'
import { openUnits, type Unit } from '../src/hub/ready-set.ts'
import type { HubState } from '../src/hub/state.ts'
import type { FamilyView } from '../src/ledger/view.ts'
import { type FamilySpec, ROOT_FAMILY } from '../src/program/family.ts'
import { manifestBlobs } from '../src/program/program.ts'
import { judge, type Knowledge } from './checker/judge.ts'
import { OBSERVER } from './kernel/forgery.ts'
import type { SimHub } from './kernel/sim-hub.ts'
import { POISONED, referenceValue, type SimJob, simValue } from './kernel/workload.ts'
import type { SimWorld } from './kernel/world.ts'

/** Whether every hub that is up knows the end of every job that anybody knows, and all agree. */
export function isQuiet(world: SimWorld): boolean {
  const hubs = upHubs(world)
  // Who has yet to read its disk knows nothing yet.
  if ([...world.hubs.values()].some(({ isAlive, isUp }) => isAlive && !isUp)) return false
  for (const id of world.jobs.keys()) {
    if (!mustEnd(world, id)) continue
    const views = hubs.map((hub) => hub.hub.state.jobs.get(id))
    if (views.some((job) => job === undefined || !isEnded(job))) return false
  }
  return hubs.every((hub) => isIdle(hub.hub.state))
}

/** Longest a hub may idle beside work that it knows to be open and ready. */
const IDLE_MS_MAX = 2_500

/** L2: no shard stays unclaimed for long while a hub that could run it is idle. */
export function checkIdle(world: SimWorld): void {
  for (const hub of upHubs(world)) {
    const { state } = hub.hub
    const idleMs = state.idleSinceMs === null ? 0 : state.nowMs - state.idleSinceMs
    if (hub.isFrozen || state.leaving || idleMs < IDLE_MS_MAX) continue
    const open = openUnits(state, 64).find((unit) => isForIt(state, unit) && !isResting(state, unit))
    if (open === undefined || state.nowMs - open.job.knownMs < IDLE_MS_MAX) continue
    const since = world.openSince(hub.id, `${open.job.id}/${open.view.spec.key}:${open.lo}`)
    if (since < IDLE_MS_MAX) continue
    world.broken(
      'L2',
      `${hub.id} idles beside ${open.job.id}/${open.view.spec.key}:${open.lo} for ${Math.round(since)} ms`,
    )
  }
}

function isForIt({ init }: HubState, { job, waitsFor }: Unit): boolean {
  return waitsFor.length === 0 && fits(job.manifest.options.needs, init)
}

function isResting(state: HubState, { job, view, lo, hi }: Unit): boolean {
  for (let shard = lo; shard < hi; shard++) {
    if ((job.pauses.get(`${view.spec.key}:${shard}`) ?? 0) > state.nowMs - 1_000) return true
  }
  return false
}

/** Judges a world that had time to calm down. */
export function checkEnd(world: SimWorld): void {
  const blamed = new Set(world.history.events.flatMap(({ kind, job }) => (kind === 'condemn' ? [job] : [])))
  for (const job of world.jobs.values()) {
    if (!mustEnd(world, job.id)) continue
    checkEnded(world, job, blamed.has(job.id))
    checkAgreement(world, job)
  }
  for (const hub of upHubs(world)) checkTables(world, hub)
  world.violations.push(...judge(world.history.events, knowledgeOf(world, blamed)))
}

/** What only a simulation knows for sure: who is there, what shards return, which hubs had time to agree. */
function knowledgeOf(world: SimWorld, blamed: ReadonlySet<string>): Knowledge {
  const jobs = [...world.jobs.values()]
  return {
    results: new Map(
      jobs.filter(({ id }) => !blamed.has(id) && world.lies.size === 0).map((job) => [job.id, [referenceValue(job)]]),
    ),
    shardValue: (job, key, shard) => {
      const family = world.family(job, key)
      return family === null ? null : simValue(family, shard)
    },
    // What a root makes of lies is none of the right values either.
    isLie: (value) => world.lies.has(value) || (world.lies.size > 0 && value.startsWith('root:')),
    settled: upHubs(world).map((hub) => hub.id),
    settledJobs: new Set(jobs.filter(({ id }) => mustEnd(world, id)).map(({ id }) => id)),
    roles: new Map([
      [OBSERVER, ['observe']],
      ...[...world.hubs.keys()].map((hub): [string, string[]] => [hub, ['compute', 'submit']]),
    ]),
  }
}

/** Whether nothing is left that time alone would mend: all replicas agree, and all tables are empty. */
export function hasSettled(world: SimWorld): boolean {
  const hubs = upHubs(world)
  if (!hubs.every(({ hub }) => Object.values(tableSizes(hub.state)).every((size) => size === 0))) return false
  for (const id of world.jobs.keys()) {
    if (!mustEnd(world, id)) continue
    const shown = new Set(hubs.map(({ hub }) => hub.state.jobs.get(id)).map((job) => (job ? digestOf(job) : '')))
    if (shown.size > 1) return false
  }
  return true
}

/** I2 and I3 over a finished job, at every hub. */
function checkEnded(world: SimWorld, job: SimJob, isBlamed: boolean): void {
  for (const hub of upHubs(world)) {
    const known = hub.hub.state.jobs.get(job.id)
    if (known === undefined || !isEnded(known)) {
      world.broken('L1', `${job.id} has not ended at ${hub.id}: ${whereStuck(hub.hub.state, known)}`)
      continue
    }
    const root = known.view.families.get(ROOT_FAMILY)?.done(0)
    if (root === null || root === undefined) continue
    const value = world.valueAt(root.ref, root.offset)
    if (value !== referenceValue(job) && !isBlamed && world.lies.size === 0)
      world.broken('I2', `${job.id} returned ${value} at ${hub.id}`)
    checkResults(world, job, known)
  }
}

function checkResults(world: SimWorld, job: SimJob, known: Job): void {
  for (const family of job.families) {
    const view = known.view.families.get(family.spec.key)
    for (let shard = 0; view !== undefined && shard < view.shards; shard++) {
      const done = view.done(shard)
      if (done === null) continue
      const value = world.valueAt(done.ref, done.offset)
      const isVerdict = value === POISONED
      if (value === simValue(family, shard) || isVerdict || world.lies.has(value)) continue
      world.broken('I3', `${job.id}/${family.spec.key}:${shard} is recorded as ${value}`)
    }
  }
}

/** I10: after quiescence all replicas show the same. */
function checkAgreement(world: SimWorld, job: SimJob): void {
  let first: { hub: string; digest: string } | null = null
  for (const hub of upHubs(world)) {
    const known = hub.hub.state.jobs.get(job.id)
    if (known === undefined) continue
    const digest = digestOf(known)
    first ??= { hub: hub.id, digest }
    if (digest !== first.digest) world.broken('I10', `${job.id} differs between ${first.hub} and ${hub.id}`)
  }
}

function digestOf(job: Job): string {
  const families = [...job.view.families.values()].sort((a, b) => (a.spec.key < b.spec.key ? -1 : 1))
  return families.map((view) => `${view.spec.key}[${shardDigests(view)}]`).join('')
}

function shardDigests(view: FamilyView): string {
  const known = digests.get(view)
  if (known?.version === view.version && known.spec === view.spec) return known.digest
  let digest = ''
  for (let shard = 0; shard < view.shards; shard++) {
    const claim = view.claim(shard)
    const done = view.done(shard)
    digest += `${view.generation(shard)},${claim?.epoch},${claim?.hub},${claim?.state},${done?.epoch},${done?.hub},${done?.cost};`
  }
  digests.set(view, { version: view.version, spec: view.spec, digest })
  return digest
}

/** A calm world is looked at several times a second while nothing changes. */
const digests = new WeakMap<
  FamilyView,
  { readonly version: number; readonly spec: FamilySpec; readonly digest: string }
>()

/** I11: what a hub keeps about work is gone when the work is. */
function checkTables(world: SimWorld, hub: SimHub): void {
  const { state } = hub.hub
  const sizes = tableSizes(state)
  const left = Object.entries(sizes).filter(([, size]) => size > 0)
  if (![...state.jobs.values()].every(isEnded) || left.length === 0) return
  world.broken(
    'I11',
    `${hub.id} keeps ${left.map(([name, size]) => `${size} ${name}`).join(', ')} after all jobs ended`,
  )
}

function tableSizes(state: HubState): Record<string, number> {
  const jobs = [...state.jobs.values()]
  const sum = (size: (job: Job) => number) => jobs.reduce((total, job) => total + size(job), 0)
  return {
    runs: state.runs.size,
    pendingDone: state.pendingDone.size,
    pendingCheckpoints: state.pendingCheckpoints.size,
    replicaTries: state.replicaTries.size,
    lent: state.lent.length,
    foreignRuns: state.foreignRuns.size,
    awaited: sum((job) => job.awaited.size),
    pauses: sum((job) => job.pauses.size),
    failures: sum((job) => job.failures.size),
  }
}

/** A job that some hub knows must end, unless its program is on no disk any more. */
function mustEnd(world: SimWorld, id: string): boolean {
  const hubs = upHubs(world)
  const job = world.jobs.get(id)
  if (job === undefined || !hubs.some((hub) => hub.hub.state.jobs.has(id))) return false
  return manifestBlobs(job.manifest).every((cid) => hubs.some((hub) => hub.disk.blobs.has(cid)))
}

function isIdle(state: HubState): boolean {
  return state.runs.size === 0 && state.pendingDone.size === 0 && state.lent.length === 0
}

function upHubs(world: SimWorld): SimHub[] {
  return [...world.hubs.values()].filter((hub) => hub.isUp)
}

function whereStuck(state: HubState, job: Job | undefined): string {
  if (job === undefined) return 'it is not known there'
  const lines = [...job.view.families.values()].flatMap((view) => {
    const shard = Array.from({ length: view.shards }, (_, index) => index).find((index) => !view.isDone(index))
    if (shard === undefined) return []
    const claim = view.claim(shard)
    const hold = claim === null ? 'free' : `${claim.state} by ${claim.boot} @${claim.epoch} (${claim.reason})`
    return [`${view.spec.key} ${view.doneCount}/${view.shards}, :${shard} ${hold}`]
  })
  const runs = [...state.runs.values()].map((run) => `${run.family}:${run.next}-${run.hi} ${run.state}`)
  return `${lines.join('; ')}; own runs: ${runs.join(', ') || 'none'}`
}
