/** Whether a hub may and can run a job's shards at all. */
import { FOREIGN_LEVEL_MIN, ISOLATION_LABEL, isAtLeast, isLevel, TRUST_LABEL } from '../program/isolation-level.ts'

export interface Capabilities {
  readonly compute: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Whether somebody else submitted the job. */
  readonly isForeign?: boolean
}

export type Needs = Readonly<Record<string, string>>

/**
 * Hard filter: every needed label must be there with that value or within that bound, and isolation must be at least as good. A hub without
 * the compute role fits nothing; one that cannot wall off code of others fits none of theirs, unless it was told to.
 */
export function fits(needs: Needs | undefined, capabilities: Capabilities): boolean {
  const { compute, labels, isForeign } = capabilities
  if (!compute || (isForeign === true && !takesForeign(labels))) return false
  if (needs === undefined) return true
  return Object.entries(needs).every(([label, value]) =>
    label === ISOLATION_LABEL ? isIsolated(labels[label], value) : isMet(labels[label], value),
  )
}

/** `>=n` and `<=n` compare numbers; anything else must be the very same text. */
function isMet(has: string | undefined, wanted: string): boolean {
  const bound = /^(>=|<=)(-?\d+(?:\.\d+)?)$/.exec(wanted)
  if (bound === null || has === undefined || has === wanted) return has === wanted
  const [value, limit] = [Number(has), Number(bound[2])]
  if (has.trim() === '') return false
  return bound[1] === '>=' ? value >= limit : value <= limit
}

/** Hubs that say nothing about themselves take what they are given. */
function takesForeign(labels: Capabilities['labels']): boolean {
  const level = labels[ISOLATION_LABEL]
  return labels[TRUST_LABEL] === 'full' || !isLevel(level) || isAtLeast(level, FOREIGN_LEVEL_MIN)
}

function isIsolated(level: string | undefined, wanted: string): boolean {
  return isLevel(level) && isLevel(wanted) && isAtLeast(level, wanted)
}
