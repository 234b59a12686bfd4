/** A sweep's report for people. */
import type { SweepReport } from './sweep.ts'

const FAILURES_SHOWN = 12

export function sweepText(report: SweepReport): string {
  const { seeds, failed, seedsPerSecond, eventsPerSecond, traceHash, executionsPerShard, ledgers } = report
  const head = `${seeds} seeds, ${failed.length} failed; ${seedsPerSecond} seeds/s, ${eventsPerSecond} events/s; `
  const lines = [`${head}${executionsPerShard} executions per shard; ${ledgers.yjs} on Yjs; trace ${traceHash}`]
  for (const { seed, invariant, message, replay } of failed.slice(0, FAILURES_SHOWN)) {
    lines.push(`seed ${seed} breaks ${invariant}: ${message.slice(0, 300)}`, `  ${replay}`)
  }
  return `${lines.join('\n')}\nfaults: ${countsText(report.faults)}\ncovered: ${countsText(report.covered)}\n`
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
