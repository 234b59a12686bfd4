/** When this hub's own slots fall free: what its beacon tells and its plan starts from. */
import { expectedEndMs } from './own-run.ts'
import type { HubState } from './state.ts'

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
