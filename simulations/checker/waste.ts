/** E1: little is done twice. E2: a shard is condemned only after slots have gone down in it. */

import { counts } from '../../src/limits.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Knowledge, Report, Rule } from './rule.ts'

/** Results beyond the first of each shard, in a swarm to which nothing happened, and in any. */
const CALM_SHARE_MAX = 0.25
const CALM_FREE = 20
const TIMES_MAX = 3
const FREE = 50

export function waste(report: Report, { isFaultFree = false }: Knowledge): Rule {
  const seen = new Set<string>()
  /** By job: on how many hubs each shard is to run. */
  const wanted = new Map<string, number>()
  let results = 0
  /** Results that were asked for: more than one of a shard where they are compared. */
  let asked = 0
  return {
    kinds: ['family', 'done'],
    see(event, names) {
      if (event.kind === 'family') wanted.set(event.job, event.more?.verify ?? 1)
      if (event.kind !== 'done' || event.family === ROOT_FAMILY) return
      results += names.length
      for (const name of names) {
        if (!seen.has(name)) asked += wanted.get(event.job) ?? 1
        seen.add(name)
      }
    },
    end() {
      const allowed = isFaultFree ? (1 + CALM_SHARE_MAX) * asked + CALM_FREE : (1 + TIMES_MAX) * asked + FREE
      if (results > allowed) report('E1', `${results} results of ${seen.size} shards were recorded`)
    },
  }
}

/** Losses are told by the slots of a simulated machine, and by failed claims everywhere. */
export function blame(report: Report): Rule {
  const lost = new Map<string, Set<string>>()
  const verdicts: { name: string; hub: string }[] = []
  return {
    kinds: ['failed', 'condemn'],
    see(event, names) {
      if (event.kind === 'failed') {
        // Many hubs tell of the same loss.
        const loss = `${event.more?.by ?? event.hub} @${event.epoch}`
        for (const name of names) lost.set(name, (lost.get(name) ?? new Set()).add(loss))
      }
      if (event.kind === 'condemn' && event.detail?.startsWith('SHOAL_SHARD_') === true)
        for (const name of names) verdicts.push({ name, hub: event.hub })
    },
    end() {
      for (const { name, hub } of verdicts) {
        const times = lost.get(name)?.size ?? 0
        if (times < counts.poisonHubsMax) report('E2', `${name} was called poison by ${hub} after ${times} lost slots`)
      }
    },
  }
}
