/** The order in which records of several logs are applied: logs of different authors come in any order. */
import { ROOT_FAMILY } from '../program/family.ts'
import type { Authored } from './view.ts'

/** Claims of a family mean more once its spec is known, and a root's result ends the job: specs first, the root's records last. */
export function specsFirst(entries: readonly Authored[]): readonly Authored[] {
  if (entries.length < 2) return entries
  const specs: Authored[] = []
  const others: Authored[] = []
  const ofRoot: Authored[] = []
  for (const entry of entries) {
    const { record } = entry
    if (record.kind === 'job' || record.kind === 'family') specs.push(entry)
    else if ('family' in record && record.family === ROOT_FAMILY) ofRoot.push(entry)
    else others.push(entry)
  }
  return [...specs, ...others, ...ofRoot]
}
