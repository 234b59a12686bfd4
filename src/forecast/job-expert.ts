/** Experts that know which job runs: they read its earlier runs ahead of where this run is. */
import type { Expert } from './expert.ts'
import { JobRuns, type JobSpan } from './job-runs.ts'

/** How fast the difference between this run and the curve is expected to fade, per sample. */
const correctionFade = 0.8
/** Samples that place this run in an earlier one, and how far from the same time that place may be. */
const courseLength = 16
const courseMin = 4
const shiftMax = 5

/** Where this run is in one earlier run: the index of the sample most like the newest one. */
interface Place {
  readonly run: Float64Array
  readonly at: number
}

/** One expert per way of reading: at the same time, the same with this run's difference, at the likest place, and kin for a first run. */
export function jobExperts(spans: readonly JobSpan[]): Expert[] {
  const runs = new JobRuns(spans)
  const sameTime = (among: readonly Float64Array[]): Place[] =>
    among.map((run) => ({ run, at: runs.running.length - 1 }))
  const likest = (among: readonly Float64Array[]): Place[] =>
    among.map((run) => ({ run, at: likestPlace(run, runs.running) }))
  return [
    expert('job', runs, () => sameTime(runs.own()), 0),
    expert('jobCorrected', runs, () => sameTime(runs.own()), correctionFade),
    expert('jobPlaced', runs, () => likest(runs.own()), 0),
    expert('jobPlacedCorrected', runs, () => likest(runs.own()), correctionFade),
    expert('jobKin', runs, () => likest(runs.kin()), 0),
  ]
}

/** @param fade share of the present difference from the earlier runs that is left after one more sample. */
function expert(name: string, runs: JobRuns, places: () => readonly Place[], fade: number): Expert {
  return {
    name,
    readyAfter: 1,
    observe(history) {
      runs.observe(history)
    },
    forecast(history, horizons, into) {
      into.fill(Number.NaN)
      if (runs.running.length === 0) return
      const found = places()
      if (found.length === 0) return
      const difference =
        fade === 0 ? 0 : history.ago(0) - mean(found.map(({ run, at }) => run[Math.min(at, run.length - 1)] ?? 0))
      horizons.forEach((horizon, cell) => {
        const ahead = found.flatMap((place) => read(place, horizon, runs.next()))
        if (ahead.length > 0) into[cell] = mean(ahead) + difference * fade ** horizon
      })
    },
  }
}

/** What came `horizon` samples after a place; past the end of that run, what the next job began with. */
function read({ run, at }: Place, horizon: number, next: readonly Float64Array[]): number[] {
  const index = at + horizon
  const inside = run[index]
  if (inside !== undefined) return [inside]
  const into = Math.max(0, Math.min(index - run.length, horizon - 1))
  return next.flatMap((following) => following[into] ?? [])
}

function likestPlace(run: Float64Array, running: readonly number[]): number {
  const now = running.length - 1
  let best = now
  let least = Number.POSITIVE_INFINITY
  for (let shift = 0; shift <= 2 * shiftMax; shift++) {
    // Nearest times first: they win ties.
    const at = now + (shift % 2 === 0 ? shift / 2 : -(shift + 1) / 2)
    const course = Math.min(courseLength, running.length, at + 1)
    if (course < Math.min(courseMin, running.length) || at >= run.length) continue
    let distance = 0
    for (let lag = 0; lag < course; lag++)
      distance += Math.abs((run[at - lag] ?? 0) - (running[now - lag] ?? 0)) / course
    if (distance < least) [best, least] = [at, distance]
  }
  return best
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
