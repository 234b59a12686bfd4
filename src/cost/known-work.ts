/** The load of a whole machine soon: what others will use, as forecast, plus the own work that is known, as a schedule. */
import type { Bounded } from './trust.ts'

/** What is known of a machine's own work. */
export interface KnownWork {
  readonly cores: number
  /** Per slot: milliseconds until it has done all that is claimed for it. */
  readonly slotFreeInMs: readonly number[]
}

/** Work takes up to this many times as long as expected in nine of ten cases: seen of shards of one function. */
const lateShares = 1.5

/** @param rest share of the machine that others will use at this horizon, 0 to 1. A busy slot takes one core. */
export function wholeLoad(rest: Bounded, { cores, slotFreeInMs }: KnownWork, horizonMs: number): Bounded {
  const busyAt = (atMs: number): number =>
    slotFreeInMs.filter((freeInMs) => freeInMs > atMs).length / Math.max(cores, 1)
  const mean = Math.min(1, rest.mean + busyAt(horizonMs))
  return { mean, p90: Math.min(1, Math.max(mean, rest.p90 + busyAt(horizonMs / lateShares))) }
}
