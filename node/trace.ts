/** The trace of a job: one JSON line per attempt. */
import type { Attempt } from '../src/client/local-hub.ts'

export function traceLines(attempts: readonly Attempt[]): string {
  return attempts
    .map(({ shard, family, lo, hi, hub, attempt, epoch, startMs, endMs, resumedFrom, status }) => {
      const line = { shard, family, lo, hi, hub, attempt, epoch, startMs, endMs, resumedFrom, status }
      return `${JSON.stringify(line)}\n`
    })
    .join('')
}
