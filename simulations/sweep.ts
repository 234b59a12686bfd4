/** Runs many seeds of chaos and says what they found: counts, failures with a line that replays them, speed. */
import { type ChaosOptions, type ChaosResult, plainChaos, runChaos } from './chaos.ts'
import type { LedgerKind } from './kernel/ledger.ts'
import { faultNames } from './nemesis.ts'
import { protocolRules } from './rules.ts'
import { type Shrunk, shrink } from './shrink.ts'
import { storyOf } from './story.ts'

export interface SweepOptions extends ChaosOptions {
  readonly seed: number
  readonly seeds: number
  /** End with the first seed that fails. */
  readonly failFast?: boolean
  /** Make the first failures small. */
  readonly shrink?: boolean
}

/** Failures that are made small, and so long at most for each; failures whose story is told. */
const SHRUNK_MAX = 2
const SHRINK_MS_MAX = 20_000
const TOLD_MAX = 5
/** A sweep of so many seeds must have used every rule of the protocol. */
const COVERING_SEEDS = 300

export interface Failure {
  readonly seed: number
  readonly invariant: string
  readonly message: string
  readonly replay: string
  /** What happened to the shard that the message names. */
  readonly story: readonly string[]
  /** The same failure in the smallest form that was found; null when it was not looked for. */
  readonly shrunk: (Omit<Shrunk, 'options'> & { readonly replay: string }) | null
}

/** The shape of `shoal simulate chaos --json`. */
export interface SweepReport {
  readonly schema: 1
  readonly seeds: number
  readonly failed: readonly Failure[]
  readonly seedsPerSecond: number
  readonly faults: Readonly<Record<string, number>>
  readonly covered: Readonly<Record<string, number>>
  readonly eventsPerSecond: number
  /** Over the histories of all seeds: equal for equal sweeps. */
  readonly traceHash: string
  readonly executionsPerShard: number
  /** Seeds by what their ledgers were made of. */
  readonly ledgers: Readonly<Record<LedgerKind, number>>
}

/** `clock` gives milliseconds of real time; `onResult` sees every seed. */
export function sweep(
  options: SweepOptions,
  clock: () => number,
  onResult: (result: ChaosResult) => void = () => undefined,
): SweepReport {
  const failed: Failure[] = []
  const faults: Record<string, number> = Object.fromEntries(faultNames.map((name) => [name, 0]))
  const covered: Record<string, number> = Object.fromEntries(Object.keys(protocolRules).map((name) => [name, 0]))
  const ledgers = { yjs: 0, replica: 0 }
  const startMs = clock()
  let events = 0
  let hash = 0
  let executed = 0
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) {
    const result = runChaos(seed, options)
    onResult(result)
    ledgers[result.ledger]++
    events += result.world.events.count
    executed += result.executedShare
    hash = Math.imul(hash ^ Number.parseInt(result.world.history.hash, 16), 0x01000193)
    for (const [name, count] of result.faults) faults[name] = (faults[name] ?? 0) + count
    for (const [rule, count] of result.world.rules.counts) covered[rule] = (covered[rule] ?? 0) + count
    const [violation] = result.violations
    if (violation !== undefined) {
      const isShrunk = options.shrink === true && failed.length < SHRUNK_MAX
      failed.push({
        seed,
        ...violation,
        replay: replayLine(seed, options),
        story: failed.length < TOLD_MAX ? storyOf(result.world.history.events, violation.message) : [],
        shrunk: isShrunk ? shrunkFailure(result, options, clock) : null,
      })
    }
    if (options.failFast === true && violation !== undefined) break
  }
  const uncovered = isLarge(options) ? Object.keys(covered).filter((rule) => covered[rule] === 0) : []
  if (uncovered.length > 0 && failed.length === 0) failed.push(coverageFailure(options, uncovered))
  const seconds = Math.max(1e-3, (clock() - startMs) / 1000)
  return {
    schema: 1,
    seeds: options.seeds,
    failed,
    seedsPerSecond: round(options.seeds / seconds),
    faults,
    covered,
    eventsPerSecond: round(events / seconds),
    traceHash: (hash >>> 0).toString(16).padStart(8, '0'),
    executionsPerShard: round(executed / options.seeds),
    ledgers,
  }
}

/** Whether a sweep should have come by every rule: small swarms with little work do not. */
function isLarge({ seeds, hubs, shards, faults, isExact, only }: SweepOptions): boolean {
  const isWide = hubs >= plainChaos.hubs && shards >= plainChaos.shards
  return (
    isWide && seeds >= COVERING_SEEDS && faults.length === faultNames.length && isExact !== true && only === undefined
  )
}

function coverageFailure(options: SweepOptions, rules: readonly string[]): Failure {
  const message = `no seed came by ${rules.join(', ')}: what is not used is not checked`
  const { seed, seeds, hubs, shards } = options
  const replay = `npx shoal simulate chaos --seed ${seed} --seeds ${seeds} --hubs ${hubs} --shards ${shards}`
  return { seed, invariant: 'covered', message, replay, story: [], shrunk: null }
}

function shrunkFailure(failed: ChaosResult, options: ChaosOptions, clock: () => number): Failure['shrunk'] {
  const endMs = clock() + SHRINK_MS_MAX
  const { options: small, ...shrunk } = shrink(failed, options, () => clock() < endMs)
  return { ...shrunk, replay: replayLine(failed.seed, small) }
}

/** One command line that does it again. */
export function replayLine(seed: number, options: ChaosOptions): string {
  const isAll = options.faults.length === faultNames.length && options.isExact !== true
  const faults = isAll ? 'all' : options.faults.length === 0 ? 'none' : options.faults.join()
  const { hubs, shards, only, ledger = 'mixed' } = options
  const exact = options.isExact === true ? ' --exact' : ''
  const these = only === undefined ? '' : ` --only ${only.length === 0 ? 'none' : only.join()}`
  const size = `--hubs ${hubs} --shards ${shards}${ledger === 'mixed' ? '' : ` --ledger ${ledger}`}`
  return `npx shoal simulate chaos --seed ${seed} --seeds 1 ${size} --faults ${faults}${exact}${these} --story`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
