/** How much work a hub's slot does over the near future: its word about its load, believed as far as it has earned. */
import { type CapacityCurve, capacityCurve, flatCurve, type LoadPoint } from '../cost/capacity.ts'
import { correctness, countedLoad, credit, promisedCoverage } from '../cost/trust.ts'
import { durations } from '../limits.ts'
import type { LoadReport } from './beacon.ts'
import type { Member } from './membership.ts'
import type { OwnRun } from './own-run.ts'
import { sharersOf } from './sharers.ts'
import type { HubState } from './state.ts'

/** What this hub counts on from another: its promise, less what it was seen to fall short of it. */
export function memberCapacity(state: HubState, member: Member | undefined): CapacityCurve {
  if (member === undefined) return unknownMachine
  const wrong = state.wrongResults.get(member.hub)?.size ?? 0
  const share = credit(member.speedRecord, state.members.speedRecords) * correctness(wrong)
  return promisedCapacity(state, member, member.reportMs, share)
}

/**
 * What a hub promises by its newest report, widened by the record it reports of itself and by age.
 * @param originMs own clock, from which the report's horizons count.
 */
export function promisedCapacity(state: HubState, member: Member, originMs: number, share = 1): CapacityCurve {
  const { beacon } = member
  if (beacon === null) return unknownMachine
  const { forecast, coverage } = beacon.report
  const speed = beacon.speed * share
  if (forecast.length === 0) return flatCurve(speed, originMs)
  const agePeriods = (state.nowMs - member.reportMs) / durations.loadSampleMs
  const points = forecast.map(({ horizonMs, cpu }) => ({
    horizonMs,
    load: countedLoad(cpu, coverage?.cpu ?? promisedCoverage, agePeriods),
  }))
  return capacityCurve({ speed, cores: beacon.cores, slots: beacon.slots }, originMs, points)
}

const unknownMachine = flatCurve(1, 0)

/** The same of this hub itself, kept until its report changes. */
export function ownCapacity(state: HubState): CapacityCurve {
  const { report, init } = state
  const known = cache.get(state)
  if (known?.report === report && known.speed === init.speed) return known.capacity
  const capacity = capacityCurve(init, state.reportMs, meanLoad(report))
  cache.set(state, { report, speed: init.speed, capacity })
  return capacity
}

/** The same for one of its runs. */
export function capacityOf(state: HubState, run: OwnRun): CapacityCurve {
  if (!run.isRoot) return ownCapacity(state)
  return capacityCurve({ ...state.init, slots: sharersOf(state, run) }, state.reportMs, meanLoad(state.report))
}

function meanLoad({ forecast }: LoadReport): LoadPoint[] {
  return forecast.map(({ horizonMs, cpu }) => ({ horizonMs, load: cpu.mean }))
}

/** Speed-1 milliseconds that one slot does per millisecond at a moment. */
export function rateAt(capacity: CapacityCurve, atMs: number): number {
  const step = capacity.steps.find(({ untilMs }) => capacity.originMs + untilMs > atMs)
  return step?.rate ?? capacity.tailRate
}

interface Known {
  readonly report: LoadReport
  readonly speed: number
  readonly capacity: CapacityCurve
}

const cache = new WeakMap<HubState, Known>()
