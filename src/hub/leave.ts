/** Leaving in order: no new work, unstarted work back to the others, running shards to their end. */

import { sendBeacon } from './beat.ts'
import { releaseRun, writeClaim } from './claims.ts'
import type { HubState } from './state.ts'

/** Begins to drain. Root runs are handed over: another hub, or this one when it starts again, replays them from the recorded families. */
export function drain(state: HubState): void {
  if (state.leaving) return
  state.leaving = true
  for (const run of [...state.runs.values()]) {
    if (run.state !== 'running') releaseRun(state, run, 'drain')
    else if (run.isRoot) {
      writeClaim(state, run, 'released', run.lo, run.hi, 'drain')
      run.stopping = true
      state.effect({ type: 'stop-run', run: run.id })
    } else if (!run.isRoot && run.hi > run.next + 1) {
      writeClaim(state, run, 'released', run.next + 1, run.hi, 'drain')
      run.hi = run.next + 1
      state.effect({ type: 'trim', run: run.id, before: run.hi })
    }
  }
  sendBeacon(state)
}

/** Tells once that nothing holds the hub any more. */
export function reviewDrain(state: HubState): void {
  if (!state.leaving || state.drainedTold) return
  if (state.runs.size > 0 || state.pendingDone.size > 0) return
  state.drainedTold = true
  state.effect({ type: 'drained' })
}
