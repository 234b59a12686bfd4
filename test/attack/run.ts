/** Prints what becomes of every attack at every level this machine has, as a table: `npm run attack`. */
import { lacking, walled } from '../execute/isolation/levels.ts'
import { attacks } from './attacks.ts'
import { besiege, verdict } from './besiege.ts'
import type { AttackOutcome } from './besieged-hub.ts'

/** Long enough for every attack that ends by itself, on a busy machine too. */
const PATIENT_MS = 6_000

const found = new Map<string, ReadonlyMap<string, AttackOutcome>>()
for (const level of walled) {
  const missing = lacking(level)
  if (missing !== false) console.warn(`${level} skipped: ${missing}`)
  else
    found.set(
      level,
      new Map((await besiege(level, { deadlineMs: PATIENT_MS })).map((outcome) => [outcome.name, outcome])),
    )
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
console.log(row(['attempt', ...found.keys()]))
console.log(`|${'---|'.repeat(found.size + 1)}`)
let escaped = 0
for (const { name } of attacks) {
  const outcomes = [...found.values()].map((level) => level.get(name))
  escaped += outcomes.filter((outcome) => outcome === undefined || outcome.evidence.length > 0).length
  console.log(row([name, ...outcomes.map((outcome) => (outcome === undefined ? '**hub lost**' : verdict(outcome)))]))
}
process.exitCode = escaped === 0 ? 0 : 1
