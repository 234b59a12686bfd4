/** The host of a program that runs for a benchmark: it notes nothing and asks for nothing. */
import type { RuntimeHost } from '../src/decompose/runtime/contract.ts'

export const host: RuntimeHost = {
  seedRandom: () => undefined,
  randomState: () => [],
  restoreRandom: () => undefined,
  log: () => undefined,
  progress: () => undefined,
  checkpoint: () => undefined,
  checkpointDue: () => false,
  visited: () => undefined,
  signal: new AbortController().signal,
  turn: () => null,
  nowMs: () => performance.now(),
}
