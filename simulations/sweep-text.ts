/** A sweep's report for people. */
import type { Failure, SweepReport } from './sweep.ts'

const FAILURES_SHOWN = 12
const MESSAGE_CHARACTERS = 300

/** @param withStory also what happened to the shards that the failures name. */
export function sweepText(report: SweepReport, withStory = false): string {
  const { seeds, failed, seedsPerSecond, threads, seedsPerCpuSecond, traceHash, executionsPerShard, ledgers } = report
  const speed = `${seedsPerSecond} seeds/s on ${threads} threads, ${seedsPerCpuSecond} for each second of a core`
  const head = `${seeds} seeds, ${failed.length} failed; ${speed}; `
  const lines = [`${head}${executionsPerShard} executions per shard; ${ledgers.yjs} on Yjs; trace ${traceHash}`]
  for (const failure of failed.slice(0, FAILURES_SHOWN)) lines.push(...failureLines(failure, withStory))
  return `${lines.join('\n')}\nfaults: ${countsText(report.faults)}\ncovered: ${countsText(report.covered)}\n`
}

function failureLines({ seed, invariant, message, replay, story, shrunk }: Failure, withStory: boolean): string[] {
  const head = [`seed ${seed} breaks ${invariant}: ${message.slice(0, MESSAGE_CHARACTERS)}`, `  ${replay}`]
  const told = withStory ? (shrunk?.story ?? story).map((line) => `  ${line}`) : []
  if (shrunk === null) return [...head, ...told]
  const { hubs, shards, events, runs } = shrunk
  const world = shrunk.faults.filter((fault) => !events.some((event) => event.fault === fault))
  return [
    ...head,
    `  the same with ${hubs} hubs, ${shards} shards and ${events.length} faults (${runs} runs to find it): ${shrunk.message.slice(0, MESSAGE_CHARACTERS)}`,
    ...events.map(({ index, atMs, fault, told: what }) => `    #${index} at ${atMs} ms: ${what === '' ? fault : what}`),
    ...(world.length === 0 ? [] : [`    drawn from or part of the world: ${world.join(', ')}`]),
    `  ${shrunk.replay}`,
    ...told,
  ]
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}
