/** Steps of the protocol at which a nemesis may end a machine. */
import type { Effect } from '../../src/hub/effect.ts'
import type { LedgerRecord } from '../../src/ledger/record.ts'

/**
 * Where a machine may be killed: before a claim is recorded, its inputs are fetched, its slot starts; in the middle of a shard;
 * with a result that has no second copy, is not recorded, or has reached one hub only; while a snapshot replaces the log, in
 * anti-entropy, with a message to send; before a root starts, spawns, is given results.
 */
export const killSteps = [
  'claim',
  'prepare',
  'start',
  'run',
  'replicate',
  'result',
  'announce',
  'snapshot',
  'sync',
  'send',
  'root',
  'deliver',
] as const
export type KillStep = (typeof killSteps)[number]

/** Ends the machine the `countdown`th time it comes to a step. */
export interface Trap {
  readonly step: KillStep
  countdown: number
}

/** What is about to happen, as a step to be killed at. */
const stepsBefore: Partial<Record<Effect['type'], KillStep>> = {
  prepare: 'prepare',
  start: 'start',
  replicate: 'replicate',
  sync: 'sync',
  send: 'send',
  'start-root': 'root',
  deliver: 'deliver',
}

/** What an effect is the last moment before; undefined when it is none of the steps. */
export function stepBefore(effect: Effect): KillStep | undefined {
  return effect.type === 'append' ? stepOf(effect.records) : stepsBefore[effect.type]
}

function stepOf(records: readonly LedgerRecord[]): KillStep | undefined {
  if (records.some(({ kind }) => kind === 'done')) return 'result'
  if (records.some((record) => record.kind === 'claim' && record.state === 'claimed')) return 'claim'
  return records.some(({ kind }) => kind === 'family') ? 'root' : undefined
}
