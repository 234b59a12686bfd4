/** One seed of chaos: a swarm, some jobs, a nemesis; judged while it runs and after everything is mended. */
import { receiptOf } from '../src/hub/reconcile.ts'
import { durations } from '../src/limits.ts'
import { calmDown } from './calm.ts'
import { checkEnd } from './check.ts'
import { type LedgerKind, ledgerKinds } from './kernel/ledger.ts'
import { Random } from './kernel/random.ts'
import type { MachineModel } from './kernel/sim-hub.ts'
import { type FamilyPlan, simJob } from './kernel/workload.ts'
import { hubName, SimWorld, type Violation } from './kernel/world.ts'
import { builtInFaults, type FaultEvent, type FaultName, faultNames, Nemesis, swarmOf } from './nemesis.ts'
import { type Curve, curveOf } from './workflow/curve.ts'

export const ledgerChoices = [...ledgerKinds, 'mixed'] as const
export type LedgerChoice = (typeof ledgerChoices)[number]
export const plainLedger: LedgerChoice = 'yjs'

export interface ChaosOptions {
  readonly hubs: number
  readonly shards: number
  readonly faults: readonly FaultName[]
  /** What ledgers are made of; real Yjs, if not given. With `mixed` only every twentieth seed is. */
  readonly ledger?: LedgerChoice
  /** Every named fault is on, instead of a random subset of them. */
  readonly isExact?: boolean
  /** Of the faults that the seed draws, in order from 0, only these happen. */
  readonly only?: readonly number[]
}

export interface ChaosResult {
  readonly seed: number
  readonly ledger: LedgerKind
  readonly violations: readonly Violation[]
  readonly world: SimWorld
  readonly faults: ReadonlyMap<FaultName, number>
  readonly enabled: readonly FaultName[]
  /** The faults that happened, in order. */
  readonly happened: readonly FaultEvent[]
  /** Executions for each shard that had to be run. */
  readonly executedShare: number
  readonly virtualMs: number
}

type Watch = (world: SimWorld) => void

export const plainChaos: ChaosOptions = { hubs: 8, shards: 200, faults: faultNames }

const BEGIN_MS = 1_000
const UNFIT_DEADLINE_MS = 5_000
/** Later than any seed ends, sooner than a wall clock may be wrong. */
const FAR_DEADLINE_MS = 1_800_000
/** Seeds in which all shards of some length are resumable. */
const CHECKPOINTING_SHARE = 0.3
/** Real Yjs is some times slower than its stand-in. */
const YJS_EVERY = 20

/** `watch` is given the world before anything happens. */
export function runChaos(seed: number, options: ChaosOptions, watch: Watch = () => undefined): ChaosResult {
  const { only, ...all } = options
  if (only === undefined) return runSeed(seed, options, { watch })
  const { happened } = runSeed(seed, all)
  return runSeed(seed, options, {
    events: happened.filter((_, index) => only.includes(index)),
    watch,
  })
}

function runSeed(
  seed: number,
  options: ChaosOptions,
  { watch, ...drawn }: { readonly events?: readonly FaultEvent[]; readonly watch?: Watch } = {},
): ChaosResult {
  const random = new Random(seed, 'chaos')
  const faults = options.isExact === true ? new Set(options.faults) : swarmOf(seed, options.faults)
  const ledger = ledgerOf(seed, options)
  const world = worldOf(seed, random, options, faults)
  watch?.(world)
  const untilMs = BEGIN_MS + random.between(1_000, 20_000)
  const everyMs = random.between(100, 3_000)
  const nemesis = new Nemesis(world, new Random(seed, 'nemesis'), { faults, untilMs, everyMs, ...drawn })
  for (const fault of builtInFaults) if (faults.has(fault)) nemesis.count(fault)
  const shards = submitJobs(world, random, options, faults, untilMs, seed)
  nemesis.begin()
  try {
    world.runFor(untilMs + 1)
    calmDown(world, nemesis)
    checkEnd(world)
    checkKept(world, nemesis.counts)
    countReconciled(world)
    checkWaste(world, shards, faults)
  } catch (error) {
    world.broken('H0', error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
  const { counts, happened } = nemesis
  const result = { seed, ledger, violations: world.violations, world, faults: counts, enabled: [...faults], happened }
  return { ...result, executedShare: world.executions.length / shards, virtualMs: world.events.nowMs }
}

function worldOf(seed: number, random: Random, options: ChaosOptions, faults: ReadonlySet<FaultName>): SimWorld {
  const slots = random.chance(0.3) ? 2 : 1
  const isEqual = random.chance(0.3)
  const machines = Array.from({ length: options.hubs }, (): Partial<MachineModel> => {
    const speed = isEqual ? 1 : 0.5 * 4 ** random.next()
    const clock = { clockRate: 1 + random.between(-2e-4, 2e-4), clockOffsetMs: random.between(0, 1e7) }
    const skew = faults.has('clock-skew') ? { ...clock, wallOffsetMs: random.between(-3.6e6, 3.6e6) } : {}
    return { speed, slots, ...skew }
  })
  const trouble = new Random(seed, 'built-in faults')
  if (faults.has('load')) for (const machine of machines) Object.assign(machine, { load: loadOf(trouble) })
  if (faults.has('boast')) Object.assign(machines[trouble.below(options.hubs)] ?? {}, { claimedSpeed: 8 })
  if (faults.has('liar')) Object.assign(machines[trouble.below(options.hubs)] ?? {}, { isLiar: true })
  const latencyMs = random.chance(0.2) ? 30 : 1
  const blobResults = random.chance(0.6) ? random.next() : 0
  const link = { latencyMs, jitterMs: latencyMs / 2 }
  const blobBytesPerWorkMs = [0, 200, 1_000][trouble.below(3)] ?? 0
  const ledger = ledgerOf(seed, options)
  // On a real hub checkpoints are seconds apart: many seeds have them now and then, some with almost every shard.
  const checkpointWorkMs = trouble.chance(CHECKPOINTING_SHARE) ? 100 : 500
  return new SimWorld({
    seed,
    hubs: options.hubs,
    machines,
    link,
    blobResults,
    blobBytesPerWorkMs,
    ledger,
    checkpointWorkMs,
  })
}

/** What others use of a machine: a new level every few seconds, for ever the same round. */
function loadOf(random: Random): Curve {
  const points: [number, number][] = [[0, 0]]
  for (let at = 0; at < 60; at += random.between(0.5, 8)) points.push([at, random.chance(0.4) ? 0 : random.next()])
  return curveOf([...points, [60, 0]], true)
}

function ledgerOf(seed: number, { ledger = plainLedger }: ChaosOptions): LedgerKind {
  if (ledger !== 'mixed') return ledger
  return seed % YJS_EVERY === 0 ? 'yjs' : 'replica'
}

/** Where one hub lies some jobs have their results compared: then no lie may stand. */
function verifiedOf(world: SimWorld, seed: number, faults: ReadonlySet<FaultName>, index: number): { verify?: number } {
  if (!faults.has('liar') || world.hubs.size < VERIFY_HUBS) return {}
  return new Random(seed, `verify ${index}`).chance(0.5) ? { verify: VERIFY_HUBS } : {}
}

const VERIFY_HUBS = 3

/** Some roots compute for a while before they spawn anything. */
function rootMsOf(seed: number, index: number): number {
  const random = new Random(seed, `root ${index}`)
  return random.chance(0.3) ? Math.round(random.between(1_000, 10_000)) : 0
}

/** One to three jobs of one to three families each; returns how many executions they ask for, roots included. */
function submitJobs(
  world: SimWorld,
  random: Random,
  options: ChaosOptions,
  faults: ReadonlySet<FaultName>,
  untilMs: number,
  seed: number,
): number {
  const jobs = 1 + random.below(3)
  let shards = 0
  for (let index = 0; index < jobs; index++) {
    const verified = verifiedOf(world, seed, faults, index)
    const runs = verified.verify ?? 1
    // What several hubs run is as much work as if it were so many shards.
    const perFamily = Math.ceil(options.shards / jobs / 2 / runs)
    const families = Array.from({ length: 1 + random.below(3) }, () =>
      familyOf(random, perFamily, faults.has('poison')),
    )
    shards += families.reduce((sum, family) => sum + family.shards * runs, 1)
    const at = random.below(options.hubs)
    const rootMs = rootMsOf(seed, index)
    const plan = { blobProgram: random.chance(0.5), deadlineMs: FAR_DEADLINE_MS, rootMs, ...verified }
    const job = simJob(`job-${index}`, hubName(at), families, plan)
    const atMs = index === 0 ? BEGIN_MS : random.between(BEGIN_MS, untilMs)
    world.events.at(atMs, () => {
      if (world.hub(at).isUp) world.hub(at).whenAwake(() => world.submit(job, at))
    })
  }
  if (faults.has('unfit')) submitUnfit(world, options.hubs)
  return shards
}

/** P2: what was accepted is still there, unless disks were lost, damaged or full: a power cut alone takes nothing. */
function checkKept(world: SimWorld, counts: ReadonlyMap<FaultName, number>): void {
  if (losingDisks.some((fault) => counts.has(fault))) return
  const known = new Set([...world.hubs.values()].flatMap(({ hub }) => [...hub.state.jobs.keys()]))
  for (const { effect } of world.notes) {
    if (effect.type === 'accepted' && !known.has(effect.job))
      world.broken('I5', `${effect.job} was accepted and is gone`)
  }
}

const losingDisks: readonly FaultName[] = [
  'amnesia',
  'backup',
  'disk-full',
  'gone',
  'gone-holders',
  'rotten-log',
  'twin',
]

/** Shards with more than one result, as the receipt of some hub tells them. */
function countReconciled(world: SimWorld): void {
  const hub = [...world.hubs.values()].find(({ isUp }) => isUp)
  for (const { view } of hub?.hub.state.jobs.values() ?? []) {
    for (const family of view.families.values()) for (const _ of receiptOf(family)) world.rules.use('reconciled')
  }
}

/** A job that no machine can run: it ends at its deadline. */
function submitUnfit(world: SimWorld, hubs: number): void {
  const at = hubs - 1
  const families = [{ shards: 3, workMs: () => 20 }]
  const job = simJob('job-unfit', hubName(at), families, { needs: { gpu: 'yes' }, deadlineMs: UNFIT_DEADLINE_MS })
  world.events.at(BEGIN_MS, () => {
    if (world.hub(at).isUp) world.hub(at).whenAwake(() => world.submit(job, at))
  })
}

function familyOf(random: Random, shards: number, withPoison: boolean): FamilyPlan {
  const count = 1 + random.below(2 * shards)
  const meanMs = [2, 20, 100, 400][random.below(4)] ?? 20
  const unevenness = random.chance(0.5) ? 0.9 : 0
  const works = Array.from({ length: count }, () => meanMs * (1 + random.between(-unevenness, unevenness)))
  const poison = new Set(withPoison && random.chance(0.5) ? [random.below(count)] : [])
  const edges = random.chance(0.3) ? edgesOf(random, count) : []
  const plan = { shards: count, workMs: (shard: number) => works[shard] ?? meanMs, poison, edges }
  return { ...plan, slices: random.chance(0.3), isCostKnown: random.chance(0.5) }
}

/** Each shard depends on up to two of the sixteen before it. */
function edgesOf(random: Random, shards: number): { from: number; to: number }[] {
  const edges: { from: number; to: number }[] = []
  for (let to = 1; to < shards; to++) {
    const parents = new Set(Array.from({ length: random.below(3) }, () => Math.max(0, to - 1 - random.below(16))))
    for (const from of [...parents].sort((a, b) => a - b)) edges.push({ from, to })
  }
  return edges
}

/**
 * E1: without faults almost no work is done twice, and in no case much of it. Measured in work, and shards that are over before
 * others can have heard of their claim do not count: two hubs take them at once now and then, which costs less than waiting would.
 */
function checkWaste(world: SimWorld, shards: number, faults: ReadonlySet<FaultName>): void {
  const seen = new Set<string>()
  const heardMs = 2 * world.network.model.latencyMs + durations.flushWindowMs
  let usefulMs = 0
  let wastedMs = 0
  let longestMs = 0
  for (const { job, family, shard } of world.executions) {
    const key = `${job}/${family}:${shard}`
    const workMs = world.family(job, family)?.workMs(shard) ?? 0
    longestMs = Math.max(longestMs, workMs)
    if (seen.has(key)) wastedMs += workMs < heardMs ? 0 : workMs
    else usefulMs += workMs
    seen.add(key)
  }
  const waste = world.executions.length - shards
  // A single copy of a shard that was merely long is bad luck, no fault of the rules.
  const allowedMs = 10 * world.network.model.latencyMs * world.hubs.size + Math.max(0.02 * usefulMs, longestMs)
  const isOnlySlow = [...faults].every((fault) => fault === 'straggler')
  if (isOnlySlow && wastedMs > allowedMs + 0.2 * usefulMs) {
    world.broken('E1', `${Math.round(wastedMs)} of ${Math.round(usefulMs)} ms of work were done twice for stragglers`)
  }
  if (faults.size === 0 && wastedMs > allowedMs) {
    world.broken('E1', `${Math.round(wastedMs)} of ${Math.round(usefulMs)} ms of work were done twice without a fault`)
  }
  if (waste > 3 * shards + 50) world.broken('E1', `${world.executions.length} executions of ${shards} shards`)
}
