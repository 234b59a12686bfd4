/** The capacity of a hub's slot if its load comes to the 90 % bound of the forecast: what moves are decided by. */
import { type CapacityCurve, capacityCurve } from '../cost/capacity.ts'
import { credit, promisedCoverage, trusted } from '../cost/trust.ts'
import { durations } from '../limits.ts'
import { memberCapacity } from './member-capacity.ts'
import type { Member } from './membership.ts'
import type { HubState } from './state.ts'

/** @param slots how many share the cores. */
export function ownCapacityP90({ init, report, reportMs }: HubState, slots: number): CapacityCurve {
  const points = report.forecast.map(({ horizonMs, cpu }) => ({ horizonMs, load: Math.max(cpu.mean, cpu.p90) }))
  return capacityCurve({ ...init, slots }, reportMs, points)
}

/** The same of another hub, its word taken as far as it has earned. */
export function memberCapacityP90(state: HubState, member: Member, slots: number): CapacityCurve {
  const { beacon } = member
  if (beacon === null) return memberCapacity(state, undefined)
  const { forecast, coverage } = beacon.report
  const agePeriods = (state.nowMs - member.reportMs) / durations.loadSampleMs
  const points = forecast.map(({ horizonMs, cpu }) => {
    const bound = trusted(cpu, coverage?.cpu ?? promisedCoverage, agePeriods)
    return { horizonMs, load: bound === null ? 1 : Math.max(bound.mean, bound.p90) }
  })
  const speed = beacon.speed * credit(member.speedRecord, state.members.speedRecords)
  return capacityCurve({ speed, cores: beacon.cores, slots }, member.reportMs, points)
}
