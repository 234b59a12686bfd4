/** A job at one glance: a character per shard, the letter of the hub that has it. */
import type { FamilyReport, JobReport } from '../../src/client/local-hub.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'

const WIDTH_MAX = 72
const FAMILIES_MAX = 4

/** Names hubs A, B, C, ... in the order given. */
export type Letters = ReadonlyMap<string, string>

/** One line for each family that is not done, and the newest: capital letters are done, small ones claimed or running, dots open. */
export function shardMap(report: JobReport, letters: Letters): string[] {
  return report.familyReports
    .filter(({ family }) => family !== ROOT_FAMILY)
    .filter(({ done, shards }, index, families) => done < shards || index === families.length - 1)
    .slice(-FAMILIES_MAX)
    .map((family) => `family ${family.sequence}  ${familyMap(family, letters)}  ${family.done}/${family.shards}`)
}

/** Wide families are shown in columns of several shards; a column is done when all of its shards are. */
export function familyMap(family: FamilyReport, letters: Letters): string {
  const marks = new Array<string>(family.shards).fill('.')
  for (const run of family.runs) {
    const letter = run.hub === null ? '?' : (letters.get(run.hub) ?? '?')
    const mark = run.state === 'done' ? letter : run.state === 'open' ? '.' : letter.toLowerCase()
    marks.fill(mark, run.lo, run.hi)
  }
  const perColumn = Math.ceil(marks.length / WIDTH_MAX)
  const columns: string[] = []
  for (let at = 0; at < marks.length; at += perColumn) columns.push(weakest(marks.slice(at, at + perColumn)))
  return columns.join('')
}

function weakest(marks: readonly string[]): string {
  const isDone = (mark: string) => mark !== '.' && mark === mark.toUpperCase()
  return marks.find((mark) => mark === '.') ?? marks.find((mark) => !isDone(mark)) ?? marks[0] ?? '.'
}
