/** The thread that trains nets: one request, one answer, in order. */
import { parentPort } from 'node:worker_threads'
import type { TrainingAnswer, TrainingRequest } from './net-trainer.ts'
import { trainNet } from './train-net.ts'

parentPort?.on('message', ({ id, set, seed }: TrainingRequest) => {
  const random = seeded(seed)
  // brain.js draws first weights from Math.random; in this thread nobody else does.
  Math.random = random
  const start = performance.now()
  const answer: TrainingAnswer = { id, weights: trainNet(set, random), trainMs: performance.now() - start }
  parentPort?.postMessage(answer)
})

/** Mulberry32: small, and good enough to shuffle. */
function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), state | 1)
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61)
    return ((bits ^ (bits >>> 14)) >>> 0) / 4_294_967_296
  }
}
