/** The second argument of user functions. */
import { ShoalError } from '../../errors.ts'
import type { ClassTable } from '../../execute/codec/codec.ts'
import { encode } from '../../execute/codec/encode.ts'
import type { RuntimeHost } from './contract.ts'
import type { OfferedState } from './root-state.ts'

/** What user code may do beside computing. */
export interface Context {
  /** State of the newest checkpoint, or null at a first start. */
  readonly restored: unknown
  /** Offers a state to resume from; cheap to call often. */
  checkpoint(state: unknown): void
  /** The share of the work that is done, 0 to 1. */
  progress(fraction: number): void
  log(...values: unknown[]): void
  readonly signal: AbortSignal
}

/** Numbers the visits of sharded spots: what is skipped after a restart must keep its numbers. */
export interface VisitCount {
  visits(): number
  /** The next visit comes after `visits` ones at least. */
  skipTo(visits: number): void
}

export function makeContext(
  held: OfferedState | null,
  host: RuntimeHost,
  classes: ClassTable,
  count: VisitCount,
): Context {
  let offers = held?.offers ?? 0
  let asked = false
  return {
    get restored() {
      // Who asks goes on from there: families spawned from here on are those that came after the checkpoint.
      if (held !== null && !asked) {
        asked = true
        count.skipTo(held.visits)
        host.restoreRandom(held.random)
      }
      return held?.state ?? null
    },
    checkpoint(state) {
      offers += 1
      if (!host.checkpointDue()) return
      const kept: OfferedState = { offers, visits: count.visits(), random: host.randomState(), state }
      try {
        host.checkpoint(offers, encode(kept, { classes }))
      } catch (thrown) {
        // Whether a checkpoint is due is a matter of time: it must not decide whether the function fails.
        if (!(thrown instanceof ShoalError)) throw thrown
        host.log(`checkpoint skipped: ${thrown.message}`)
      }
    },
    progress: (fraction) => host.progress(fraction),
    log: (...values) =>
      host.log(values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))).join(' ')),
    signal: host.signal,
  }
}
