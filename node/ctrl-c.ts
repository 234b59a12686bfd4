/** What Ctrl-C and a polite end mean: the first asks, the second insists. */
import { showLimits } from '../src/limits.ts'

/** Calls `first`, then `second`, for SIGINT and SIGTERM; returns what undoes it. */
export function onSignals(handlers: { first: (signal: string) => void; second: (signal: string) => void }): () => void {
  let count = 0
  let lastMs = Number.NEGATIVE_INFINITY
  const isLaunched = process.env.SHOAL_LAUNCHED === '1'
  const handle = (signal: string) => {
    const nowMs = performance.now()
    // A terminal signals our launcher too, which passes it on.
    if (isLaunched && nowMs - lastMs < showLimits.signalEchoMs) return
    lastMs = nowMs
    count++
    if (count === 1) handlers.first(signal)
    else handlers.second(signal)
  }
  process.on('SIGINT', handle)
  process.on('SIGTERM', handle)
  return () => {
    process.off('SIGINT', handle)
    process.off('SIGTERM', handle)
  }
}
