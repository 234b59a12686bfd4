/** How much work a slot does over time: the load forecast turned into a rate, and the rate into a finish time. */

/** One step of a capacity curve: `rate` holds from the previous step's end until `untilMs` after the curve's origin. */
export interface CapacityStep {
  readonly untilMs: number
  /** Milliseconds of speed-1 work done per millisecond in one slot. */
  readonly rate: number
}

/** Steps in ascending order; `tailRate` holds after the last one. */
export interface CapacityCurve {
  readonly originMs: number
  readonly steps: readonly CapacityStep[]
  readonly tailRate: number
}

/** Share of a machine that others will use, at a point of the near future. */
export interface LoadPoint {
  readonly horizonMs: number
  /** 0 to 1, of all cores. */
  readonly load: number
}

/** What turns load into rates. */
export interface Machine {
  readonly speed: number
  readonly cores: number
  readonly slots: number
}

/**
 * A slot never gets nothing: at nice 10 the Linux scheduler weighs it about a tenth of an ordinary process, so that is
 * its share of a machine that others fill.
 */
const RATE_FLOOR = 0.1

/**
 * The capacity of one slot under forecast load of others: with `cores * (1 - load)` cores left for `slots` slots,
 * each gets its share, at most one core. A point holds until half way to the next.
 */
export function capacityCurve(machine: Machine, originMs: number, points: readonly LoadPoint[]): CapacityCurve {
  if (points.length === 0) return flatCurve(machine.speed, originMs)
  const rates = points.map((point) => slotRate(machine, point.load))
  const steps: CapacityStep[] = []
  for (let index = 0; index < points.length - 1; index++) {
    // Equal neighbours are one step: finish times are asked for often.
    if (rates[index] === rates[index + 1]) continue
    const untilMs = ((points[index]?.horizonMs ?? 0) + (points[index + 1]?.horizonMs ?? 0)) / 2
    steps.push({ untilMs, rate: rates[index] ?? machine.speed })
  }
  return { originMs, steps, tailRate: rates.at(-1) ?? machine.speed }
}

const NO_STEPS: readonly CapacityStep[] = []

/** The same speed for ever. */
export function flatCurve(speed: number, originMs: number): CapacityCurve {
  return { originMs, steps: NO_STEPS, tailRate: speed }
}

/** When `workMs` of speed-1 work begun at `startMs` is done. */
export function finishTime(curve: CapacityCurve, startMs: number, workMs: number): number {
  let atMs = startMs
  let leftMs = workMs
  for (const step of curve.steps) {
    const endMs = curve.originMs + step.untilMs
    if (endMs <= atMs) continue
    const doneMs = (endMs - atMs) * step.rate
    if (doneMs >= leftMs) return atMs + leftMs / step.rate
    leftMs -= doneMs
    atMs = endMs
  }
  return atMs + leftMs / curve.tailRate
}

/** Speed-1 milliseconds of work that a slot does between two moments: the inverse of `finishTime`. */
export function workBetween(curve: CapacityCurve, fromMs: number, toMs: number): number {
  let atMs = fromMs
  let workMs = 0
  for (const step of curve.steps) {
    const endMs = Math.min(toMs, curve.originMs + step.untilMs)
    if (endMs <= atMs) continue
    workMs += (endMs - atMs) * step.rate
    atMs = endMs
  }
  return workMs + Math.max(0, toMs - atMs) * curve.tailRate
}

function slotRate(machine: Machine, load: number): number {
  const coresLeft = machine.cores * (1 - Math.min(1, Math.max(0, load)))
  const share = Math.min(1, coresLeft / Math.max(1, machine.slots))
  return machine.speed * Math.max(RATE_FLOOR, share)
}
