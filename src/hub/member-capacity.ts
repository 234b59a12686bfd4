/** How much work a hub's slot does over the near future, by the hub's own word about its load. */
import { type CapacityCurve, capacityCurve } from '../cost/capacity.ts'
import type { Beacon, LoadReport } from './beacon.ts'
import type { HubState } from './state.ts'

/** @param sentMs own clock, when the report was made: its horizons count from there. */
export function memberCapacity(beacon: Beacon | null, report: LoadReport, sentMs: number): CapacityCurve {
  const machine = { speed: beacon?.speed ?? 1, cores: beacon?.cores ?? 1, slots: beacon?.slots ?? 1 }
  const points = report.forecast.map((point) => ({ horizonMs: point.horizonMs, load: point.cpu.mean }))
  return capacityCurve(machine, sentMs, points)
}

/** The same of this hub itself, kept until its report changes. */
export function ownCapacity(state: HubState): CapacityCurve {
  const { report, init } = state
  const known = cache.get(state)
  if (known?.report === report) return known.capacity
  const points = report.forecast.map((point) => ({ horizonMs: point.horizonMs, load: point.cpu.mean }))
  const capacity = capacityCurve({ speed: init.speed, cores: init.cores, slots: init.slots }, state.reportMs, points)
  cache.set(state, { report, capacity })
  return capacity
}

/** Speed-1 milliseconds that one slot does per millisecond at a moment. */
export function rateAt(capacity: CapacityCurve, atMs: number): number {
  const step = capacity.steps.find(({ untilMs }) => capacity.originMs + untilMs > atMs)
  return step?.rate ?? capacity.tailRate
}

const cache = new WeakMap<HubState, { readonly report: LoadReport; readonly capacity: CapacityCurve }>()
