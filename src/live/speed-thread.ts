/** The thread that measures how fast a core of this machine runs JavaScript: what shards mostly are. */
import { parentPort } from 'node:worker_threads'
import { speedLimits } from '../limits.ts'

const { rounds, warmUpRounds, multiplier, increment } = speedLimits
const cells = new Float64Array(4_096)

const roundMs: number[] = []
for (let round = 0; round < warmUpRounds + rounds; round++) {
  const before = performance.now()
  work(round)
  if (round >= warmUpRounds) roundMs.push(performance.now() - before)
}
// Rounds are shorter than a turn of the scheduler: the quickest were not interrupted, however busy the machine is with others.
roundMs.sort((one, other) => one - other)
parentPort?.postMessage(roundMs[Math.floor(speedLimits.quickest * rounds)])

/** Floating point, integers, memory and branches in about equal parts. */
function work(seed: number): number {
  let state = (seed + 1) | 0
  let sum = 0
  for (let step = 0; step < speedLimits.stepsPerRound; step++) {
    state = (Math.imul(state, multiplier) + increment) | 0
    const at = (state >>> 9) & 4_095
    const value = Math.sqrt((cells[at] ?? 0) + step) * 0.5
    cells[at] = value
    if ((state & 3) === 0) sum += value
    else sum -= state % 7
  }
  return sum
}
