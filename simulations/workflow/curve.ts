/** Step curves: shares of a machine over time, and what work gets done under them. */

/** Level `levels[i]` holds from `times[i]` on; before the first time it is 0. With a period it repeats. Times in seconds. */
export interface Curve {
  readonly times: readonly number[]
  readonly levels: readonly number[]
  readonly period: number | null
}

export const noLoad: Curve = { times: [0], levels: [0], period: null }

/** Most of a machine that others can take: what is left must end at some time. */
const levelMax = 0.98
const tolerance = 1e-9

export function curveOf(points: readonly (readonly [number, number])[], repeats: boolean): Curve {
  if (points.length === 0) return noLoad
  const times = points.map(([time]) => time)
  const last = times.at(-1) ?? 0
  return { times, levels: points.map(([, level]) => level), period: repeats && last > 0 ? last : null }
}

export function levelAt(curve: Curve, time: number): number {
  const within = curve.period === null ? time : time % curve.period
  return curve.levels[indexAt(curve, within)] ?? 0
}

/** When the level may change next after `time`; Infinity when never. */
export function nextChange(curve: Curve, time: number): number {
  const { period, times } = curve
  const start = period === null ? 0 : Math.floor(time / period + tolerance) * period
  const next = times[indexAt(curve, Math.max(0, time - start) + tolerance) + 1]
  if (period === null) return next ?? Number.POSITIVE_INFINITY
  return start + Math.min(period, next ?? period)
}

/** Mean level over a stretch of time. */
export function meanLevel(curve: Curve, from: number, to: number): number {
  let sum = 0
  for (let time = from; time < to; ) {
    const until = Math.min(to, Math.max(time + tolerance, nextChange(curve, time)))
    sum += levelAt(curve, time + tolerance) * (until - time)
    time = until
  }
  return to > from ? sum / (to - from) : levelAt(curve, from)
}

/** When `work` seconds of a speed-1 machine, begun at `start`, are done on one of speed `speed` under this load. */
export function finishAt(curve: Curve, speed: number, start: number, work: number): number {
  let time = start
  let left = work
  for (;;) {
    const rate = speed * (1 - Math.min(levelMax, levelAt(curve, time + tolerance)))
    const until = Math.max(time + tolerance, nextChange(curve, time))
    if ((until - time) * rate >= left) return time + left / rate
    left -= (until - time) * rate
    time = until
  }
}

/** Work done between two times. */
export function workBetween(curve: Curve, speed: number, from: number, to: number): number {
  let done = 0
  for (let time = from; time < to; ) {
    const until = Math.min(to, Math.max(time + tolerance, nextChange(curve, time)))
    done += (until - time) * speed * (1 - Math.min(levelMax, levelAt(curve, time + tolerance)))
    time = until
  }
  return done
}

/** Index of the last time at or before `time`; -1 before all. */
function indexAt({ times }: Curve, time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((times[middle] ?? 0) <= time) low = middle + 1
    else high = middle
  }
  return low - 1
}
