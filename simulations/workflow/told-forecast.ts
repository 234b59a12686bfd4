/**
 * A forecast that comes from outside, as a monitor passes it on that also measures the present: where it is wrong by now about when
 * or about how much, that is put right, as far ahead as it says something.
 */
import { type Curve, levelAt, meanLevel, nextChange } from './curve.ts'

/** Seconds by which a forecast may be wrong about when, and the steps in which that is looked for. */
const shiftMax = 5
const shiftStep = 0.25
/** A second too late or too early is as great an error as this much too high or too low. */
const levelPerSecond = 0.1
/** What was told to have come, and has not, comes within about a sampling period. */
const lateSeconds = 1
/** Errors of level hold for as long as the forecast stays within this much of where it was wrong, and fade. */
const sameLevel = 0.2
const levelSeconds = 30
/** Rounding must not hold a walk along a curve where it is. */
const stepMin = 1e-6

/** Mean level from `from` to `to` seconds after now. */
export type LevelAhead = (from: number, to: number) => number

/** @param present the level measured now. */
export function putRight(told: Curve, now: number, present: number): LevelAhead {
  const shift = shiftOf(told, now, present)
  const levelThen = levelAt(told, Math.max(0, now + shift))
  const wrongBy = present - levelThen
  if (shift < 0 || Math.abs(wrongBy) > sameLevel) return lateForecast(told, now, present)
  const untilSeconds = staysUntil(told, now + Math.max(0, shift), levelThen) - now
  return (from, to) => {
    const ahead = (from + to) / 2
    // What was told for later has come already, and stays at least until then.
    if (ahead < shift) return present
    const level = meanLevel(told, now + from, now + to)
    return ahead < untilSeconds ? possible(level + wrongBy * Math.exp(-ahead / levelSeconds)) : level
  }
}

/** The world is still as the forecast said of a while ago, or as it said of no time near: it is about to follow. */
function lateForecast(told: Curve, now: number, present: number): LevelAhead {
  return (from, to) => {
    const stays = Math.exp(-(from + to) / 2 / lateSeconds)
    return stays * present + (1 - stays) * meanLevel(told, now + from, now + to)
  }
}

/** Seconds from now at which the forecast says what is measured, by the least error of time and level together; 0 where it is right now. */
function shiftOf(told: Curve, now: number, present: number): number {
  let best = 0
  let leastError = Math.abs(levelAt(told, now) - present)
  for (let size = shiftStep; size <= shiftMax && levelPerSecond * size < leastError; size += shiftStep) {
    for (const shift of [size, -size]) {
      if (now + shift < 0) continue
      const error = Math.abs(levelAt(told, now + shift) - present) + levelPerSecond * size
      if (error < leastError) [best, leastError] = [shift, error]
    }
  }
  return best
}

/** When a forecast leaves the level that it has at a time; Infinity when not for long. */
function staysUntil(told: Curve, from: number, level: number): number {
  for (let time = from; time < from + 2 * levelSeconds; ) {
    const next = Math.max(time + stepMin, nextChange(told, time))
    if (Math.abs(levelAt(told, next) - level) > sameLevel) return next
    time = next
  }
  return Number.POSITIVE_INFINITY
}

function possible(level: number): number {
  return Math.min(1, Math.max(0, level))
}
