/** Runs many seeds of chaos and says what they found: counts, failures with a line that replays them, speed. */
import { type ChaosOptions, type ChaosResult, plainChaos, plainLedger, runChaos } from './chaos.ts'
import type { LedgerKind } from './kernel/ledger.ts'
import { mixNumber } from './kernel/mixing.ts'
import type { Violation } from './kernel/world.ts'
import { faultNames } from './nemesis.ts'
import { protocolRules } from './rules.ts'
import { outcomeOf, type SeedOutcome } from './seed-outcome.ts'
import { type Shrunk, shrink } from './shrink.ts'

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
  /** On how many threads. */
  readonly threads: number
  /** By the processor time of the seeds: what one core does, whatever else the machine has to do. */
  readonly seedsPerCpuSecond: number
  readonly faults: Readonly<Record<string, number>>
  readonly covered: Readonly<Record<string, number>>
  readonly eventsPerSecond: number
  /** Over the histories of all seeds: equal for equal sweeps. */
  readonly traceHash: string
  readonly executionsPerShard: number
  /** Seeds by what their ledgers were made of. */
  readonly ledgers: Readonly<Record<LedgerKind, number>>
}

/** On this thread. `clock` gives milliseconds of real time. */
export function sweep(options: SweepOptions, clock: () => number): SweepReport {
  const tally = new SweepTally(options, clock)
  for (const outcome of outcomesOf(options)) if (tally.add(outcome)) break
  return tally.report(1)
}

/** One seed after the other. */
export function* outcomesOf(options: SweepOptions): Generator<SeedOutcome> {
  for (let seed = options.seed; seed < options.seed + options.seeds; seed++) yield outcomeOf(seed, options)
}

/** Adds up what seeds found, which must come in their order. */
export class SweepTally {
  readonly #options: SweepOptions
  readonly #clock: () => number
  readonly #startMs: number
  readonly #failed: Failure[] = []
  readonly #faults: Record<string, number> = Object.fromEntries(faultNames.map((name) => [name, 0]))
  readonly #covered: Record<string, number> = Object.fromEntries(Object.keys(protocolRules).map((name) => [name, 0]))
  readonly #ledgers = { yjs: 0, replica: 0 }
  #seeds = 0
  #events = 0
  #hash = 0
  #executed = 0
  #cpuMs = 0

  constructor(options: SweepOptions, clock: () => number) {
    this.#options = options
    this.#clock = clock
    this.#startMs = clock()
  }

  /** Returns whether the sweep is to end here. */
  add(outcome: SeedOutcome): boolean {
    const { ledger, events, executedShare, hash, faults, rules, cpuMs } = outcome
    this.#seeds++
    this.#ledgers[ledger]++
    this.#events += events
    this.#executed += executedShare
    this.#cpuMs += cpuMs
    this.#hash = mixNumber(this.#hash, Number.parseInt(hash, 16))
    for (const [name, count] of faults) this.#faults[name] = (this.#faults[name] ?? 0) + count
    for (const [rule, count] of rules) this.#covered[rule] = (this.#covered[rule] ?? 0) + count
    if (outcome.violation === null) return false
    this.#failed.push(this.#failureOf(outcome, outcome.violation))
    return this.#options.failFast === true
  }

  report(threads: number): SweepReport {
    const failed = [...this.#failed]
    const uncovered = isLarge(this.#options)
      ? Object.keys(this.#covered).filter((rule) => this.#covered[rule] === 0)
      : []
    if (uncovered.length > 0 && failed.length === 0) failed.push(coverageFailure(this.#options, uncovered))
    const seconds = Math.max(1e-3, (this.#clock() - this.#startMs) / 1000)
    return {
      schema: 1,
      seeds: this.#options.seeds,
      failed,
      seedsPerSecond: round(this.#seeds / seconds),
      threads,
      seedsPerCpuSecond: round(this.#seeds / Math.max(1e-3, this.#cpuMs / 1000)),
      faults: this.#faults,
      covered: this.#covered,
      eventsPerSecond: round(this.#events / seconds),
      traceHash: (this.#hash >>> 0).toString(16).padStart(8, '0'),
      executionsPerShard: round(this.#executed / Math.max(1, this.#seeds)),
      ledgers: this.#ledgers,
    }
  }

  #failureOf({ seed, story }: SeedOutcome, violation: Violation): Failure {
    const options = this.#options
    const isShrunk = options.shrink === true && this.#failed.length < SHRUNK_MAX
    return {
      seed,
      ...violation,
      replay: replayLine(seed, options),
      story: this.#failed.length < TOLD_MAX ? story : [],
      shrunk: isShrunk ? shrunkFailure(runChaos(seed, options), options, this.#clock) : null,
    }
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
  const { hubs, shards, only, ledger = plainLedger } = options
  const exact = options.isExact === true ? ' --exact' : ''
  const these = only === undefined ? '' : ` --only ${only.length === 0 ? 'none' : only.join()}`
  const size = `--hubs ${hubs} --shards ${shards}${ledger === plainLedger ? '' : ` --ledger ${ledger}`}`
  return `npx shoal simulate chaos --seed ${seed} --seeds 1 ${size} --faults ${faults}${exact}${these} --story`
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
