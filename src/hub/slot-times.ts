/** When this hub's own slots fall free: what its beacon tells and its plan starts from. */
import type { LoadReport } from './beacon.ts'
import { inputsDueMs } from './expected-ends.ts'
import { capacityOf, ownCapacity, rateAt } from './member-capacity.ts'
import { account as accountRun, expectedEndMs, type OwnRun } from './own-run.ts'
import type { HubState } from './state.ts'

/** Own clock, when the first slot is free of what runs in it: the next queued run starts then. */
export function nextStartMs(state: HubState): number {
  if (state.freeSlots() > 0) return state.nowMs
  const capacity = ownCapacity(state)
  return Math.min(...state.runningRuns().map((run) => expectedEndMs(run, state.nowMs, state.nowMs, capacity)))
}

/** Own clock, when the last idle slot is wanted for a claimed run whose parents are about to end; Infinity while there are more slots. */
export function reservedMs(state: HubState): number {
  const dues = state.queuedRuns().map((run) => inputsDueMs(state, run))
  return dues.sort((a, b) => a - b)[Math.max(1, state.freeSlots()) - 1] ?? Number.POSITIVE_INFINITY
}

/** Own clock, ascending: per slot, when it has done all that this hub has claimed. */
export function ownSlotFreeMs(state: HubState): number[] {
  return ownSchedule(state, () => undefined)
}

/** Own clock, when each queued run is expected to end. */
export function ownEndsMs(state: HubState): ReadonlyMap<OwnRun, number> {
  const ends = new Map<OwnRun, number>()
  ownSchedule(state, (run, endMs) => ends.set(run, endMs))
  return ends
}

function ownSchedule(state: HubState, note: (run: OwnRun, endMs: number) => void): number[] {
  const { slots } = state.init
  const capacity = ownCapacity(state)
  const free = state.runningRuns().map((run) => expectedEndMs(run, state.nowMs, state.nowMs, capacity))
  while (free.length < slots) free.push(state.nowMs)
  for (const { run, dueMs } of queuedByInputs(state)) {
    free.sort((a, b) => a - b)
    free[0] = expectedEndMs(run, Math.max(free[0] ?? state.nowMs, dueMs), state.nowMs, capacity)
    note(run, free[0])
  }
  return free.sort((a, b) => a - b)
}

/** In the order in which they can begin. */
function queuedByInputs(state: HubState): { run: OwnRun; dueMs: number }[] {
  const queued = state.queuedRuns().map((run) => ({ run, dueMs: inputsDueMs(state, run) }))
  return queued.sort((a, b) => a.dueMs - b.dueMs || b.run.rank - a.run.rank || a.run.id - b.run.id)
}

/** Own clock, when the first slot has done all that this hub has claimed for it. */
export function ownFirstFreeMs(state: HubState): number {
  return ownSlotFreeMs(state)[0] ?? state.nowMs
}

/** A new report: what ran until now ran under the old one. */
export function loadTold(state: HubState, report: LoadReport): void {
  account(state)
  state.report = report
  state.reportMs = state.nowMs
}

/** The machine was measured: what others are told, and what own work is expected to take, follows. */
export function speedTold(state: HubState, speed: number): void {
  account(state)
  state.init = { ...state.init, speed }
}

function account(state: HubState): void {
  for (const run of state.runs.values()) {
    if (run.state === 'running') accountRun(run, state.nowMs, rateAt(capacityOf(state, run), state.nowMs))
  }
}
