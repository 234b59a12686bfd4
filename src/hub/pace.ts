/** How hubs slow down in a large swarm, so that what each of them hears and computes stays bounded. */
import { durations, pace } from '../limits.ts'

/** Milliseconds that a hub collects records of a job between two flushes. Each hub hears a flush of every other one. */
export function flushWindowMs(hubs: number): number {
  return durations.flushWindowMs * factor(hubs, pace.flushHubs)
}

/** By how much beacons are rarer than in a small swarm, and silence means something later. */
export function beaconFactor(hubs: number): number {
  return factor(hubs, pace.beaconHubs)
}

/** By how much plans are rarer: one plan looks at every hub. */
export function planFactor(hubs: number): number {
  return factor(hubs, pace.planHubs)
}

function factor(hubs: number, full: number): number {
  return Math.max(1, hubs / full)
}
