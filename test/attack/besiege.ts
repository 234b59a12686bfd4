/** Runs all attacks at one level against a hub process of their own, and reads what became of them. */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Walled } from '../execute/isolation/levels.ts'
import type { AttackOutcome } from './besieged-hub.ts'

export interface SiegeOptions {
  /** Attacks by name; all of them if left out. */
  readonly names?: readonly string[]
  /** What an attack that does not end by itself is given. */
  readonly deadlineMs?: number
}

/** @throws Error when the hub printed anything but outcomes, or did not live to the end. */
export async function besiege(
  level: 'L0' | Walled,
  { names = [], deadlineMs = 1_000 }: SiegeOptions = {},
): Promise<AttackOutcome[]> {
  const path = fileURLToPath(new URL('./besieged-hub.ts', import.meta.url))
  const secret = `SECRET${randomBytes(12).toString('hex')}`
  const env = { ...process.env, SHOAL_ATTACK_SECRET: secret }
  const child = spawn(process.execPath, [path, level, String(deadlineMs), ...names], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = new Promise<string>((resolve) => child.once('close', (code, signal) => resolve(`${code ?? signal}`)))
  const [lines, errors, end] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (end !== '0') throw new Error(`the hub ended with ${end}: ${errors.slice(0, 2000)}`)
  return lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AttackOutcome)
}

/** What the table says of an outcome. Which limit an attack meets first is the machine's business. */
export function verdict(outcome: AttackOutcome): string {
  if (outcome.evidence.length > 0) return `**escaped**: ${outcome.evidence.join(', ')}`
  if (outcome.end === 'complete') return 'blocked'
  return outcome.end === 'crashed' ? 'ended its slot' : 'stopped by a limit'
}
