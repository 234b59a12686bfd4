/** When this hub's own slots fall free: what its beacon tells and its plan starts from. */
import { expectedEndMs } from './own-run.ts'
import type { HubState } from './state.ts'

/** Own clock, when the first slot is free of what runs in it: the next queued run starts then. */
export function nextStartMs(state: HubState): number {
  if (state.freeSlots() > 0) return state.nowMs
  const { speed } = state.init
  return Math.min(...state.runningRuns().map((run) => expectedEndMs(run, state.nowMs, state.nowMs, speed)))
}

/** Own clock, ascending: per slot, when it has done all that this hub has claimed. */
export function ownSlotFreeMs(state: HubState): number[] {
  const { slots, speed } = state.init
  const free = state.runningRuns().map((run) => expectedEndMs(run, state.nowMs, state.nowMs, speed))
  while (free.length < slots) free.push(state.nowMs)
  for (const run of state.queuedRuns()) {
    free.sort((a, b) => a - b)
    free[0] = expectedEndMs(run, free[0] ?? state.nowMs, state.nowMs, speed)
  }
  return free.sort((a, b) => a - b)
}
