/** The checker: one for histories of simulated hubs and of real ones. Which rules are judged depends on what is known beside them. */
import { historyKinds } from '../../src/history/event.ts'
import { fences } from './fences.ts'
import { members } from './members.ts'
import { checkpoints, endings, inputsFirst } from './order.ts'
import { agreement, deliveredOnce, oneResult, realWork } from './results.ts'
import {
  type HistoryEvent,
  type HistoryKind,
  type Knowledge,
  type Rule,
  type RuleFactory,
  ShardNames,
  type Violation,
} from './rule.ts'
import { blame, waste } from './waste.ts'

export type { Knowledge } from './rule.ts'

const rules: readonly RuleFactory[] = [
  oneResult,
  deliveredOnce,
  realWork,
  agreement,
  fences,
  checkpoints,
  inputsFirst,
  endings,
  members,
  waste,
  blame,
]

/** @param events in the order in which each hub noted them; how hubs interleave does not matter. */
export function judge(events: Iterable<HistoryEvent>, knowledge: Knowledge = {}): Violation[] {
  const violations: Violation[] = []
  const report = (invariant: string, message: string) => violations.push({ invariant, message })
  const judging = rules.map((rule) => rule(report, knowledge))
  const byKind = new Map(historyKinds.map((kind) => [kind, judging.filter((rule) => sees(rule, kind))]))
  const names = new ShardNames()
  for (const event of events) {
    const shards = names.of(event)
    for (const rule of byKind.get(event.kind) ?? judging) rule.see(event, shards)
  }
  for (const rule of judging) rule.end?.()
  return violations
}

function sees({ kinds }: Rule, kind: HistoryKind): boolean {
  return kind === 'boot' || kinds.includes(kind)
}

/** The invariants that such knowledge allows to judge. */
export function judged(knowledge: Knowledge): string[] {
  const always = ['I1', 'I3', 'I4', 'I6', 'I7', 'I8', 'E1', 'E2']
  const more = [
    ...(knowledge.results === undefined ? [] : ['I2']),
    ...(knowledge.roles === undefined ? [] : ['I9']),
    ...(knowledge.settled === undefined ? [] : ['I10']),
  ]
  return [...always, ...more].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
}
