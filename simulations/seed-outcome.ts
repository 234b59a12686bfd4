/** What a sweep keeps of one seed: plain data, so that it may come from another thread. */
import { type ChaosOptions, runChaos } from './chaos.ts'
import type { LedgerKind } from './kernel/ledger.ts'
import type { Violation } from './kernel/world.ts'
import type { FaultName } from './nemesis.ts'
import { storyOf } from './story.ts'

export interface SeedOutcome {
  readonly seed: number
  readonly ledger: LedgerKind
  /** Of the history. */
  readonly hash: string
  readonly events: number
  readonly virtualMs: number
  readonly executedShare: number
  readonly enabled: readonly FaultName[]
  readonly faults: ReadonlyMap<string, number>
  readonly rules: ReadonlyMap<string, number>
  readonly violation: Violation | null
  /** What happened to the shard that the violation names. */
  readonly story: readonly string[]
  /** Processor time that it took. */
  readonly cpuMs: number
}

/** Runs a seed. */
export function outcomeOf(seed: number, options: ChaosOptions): SeedOutcome {
  const before = process.threadCpuUsage()
  const { ledger, world, virtualMs, executedShare, enabled, faults, violations } = runChaos(seed, options)
  const { user, system } = process.threadCpuUsage(before)
  const [violation = null] = violations
  return {
    seed,
    ledger,
    hash: world.history.hash,
    events: world.events.count,
    virtualMs,
    executedShare,
    enabled,
    faults,
    rules: world.rules.counts,
    violation,
    story: violation === null ? [] : storyOf(world.history.events, violation.message),
    cpuMs: (user + system) / 1000,
  }
}
