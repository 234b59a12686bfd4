/** What to say about a job between two looks at it. */
import type { JobReport } from '../../src/client/local-hub.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Letters } from './shard-map.ts'

/**
 * Sentences for what is new: families, who runs the root, claims of hubs that are gone, shards that were resumed.
 * @param gone hubs whose plug was pulled.
 */
export function narrate(
  before: JobReport | null,
  now: JobReport,
  letters: Letters,
  gone: ReadonlySet<string>,
): string[] {
  const known = new Set(before?.familyReports.map(({ family }) => family))
  const lines: string[] = []
  for (const { family, sequence, shards } of now.familyReports) {
    if (family !== ROOT_FAMILY && !known.has(family)) lines.push(`family ${sequence}: cut into ${shards} shards`)
  }
  const owner = rootOwner(now)
  if (owner !== null && owner !== (before === null ? null : rootOwner(before))) {
    lines.push(`the sequential part of the function runs on ${letters.get(owner) ?? owner}`)
  }
  const lost = countLost(now, gone) - (before === null ? 0 : countLost(before, gone))
  if (lost > 0) lines.push(`${lost} ${lost === 1 ? 'claim' : 'claims'} of a hub that is gone: back in the auction`)
  const resumed = now.shards.resumed - (before?.shards.resumed ?? 0)
  if (resumed > 0) lines.push(`${resumed} ${resumed === 1 ? 'shard goes' : 'shards go'} on from a checkpoint`)
  return lines
}

/** Which hub holds the root, that is the sequential part of the function. */
export function rootOwner(report: JobReport): string | null {
  const root = report.familyReports.find(({ family }) => family === ROOT_FAMILY)
  return root?.runs[0]?.hub ?? null
}

/** Attempts that ended with their hub. */
export function countLost(report: JobReport, gone: ReadonlySet<string>): number {
  return report.attempts.filter(({ status, hub }) => status === 'lost' && gone.has(hub)).length
}
