/** A scenario's report for people. */

import type { ScenarioReport } from './run-scenario.ts'
import { calmFromMs, type Scenario } from './scenario.ts'

const VIOLATIONS_SHOWN = 5
const HUBS_SHOWN = 16

export function scenarioText(report: ScenarioReport, scenario: Scenario): string {
  const { completed, wallMs, idealMs, duplicatedWork, convergedMs, resumed, violations } = report
  const firstMs = Math.min(Number.POSITIVE_INFINITY, ...scenario.acts.map((act) => act.atMs))
  const shares = Object.entries(report.completedBy)
  const shown = shares.slice(0, HUBS_SHOWN).map(([hub, shards]) => `${hub} ${shards}`)
  const lines = [
    `${scenario.name}: ${scenario.summary}`,
    `${completed ? `completed: the result was there after ${seconds(wallMs)}` : whyNot(report)} (${seconds(idealMs)} with nothing going wrong)`,
    `${(duplicatedWork * 100).toFixed(1)} % of the shards were run twice, ${resumed} resumed from a checkpoint; all hubs agreed ${convergedMs} ms after the last mending`,
    `done by: ${shown.length === 0 ? 'nobody' : shown.join(', ')}${shares.length > HUBS_SHOWN ? `, and ${shares.length - HUBS_SHOWN} more` : ''}`,
    ...(completed && wallMs < firstMs
      ? [`the job was over before anything went wrong (${seconds(firstMs)}): give an earlier --at, or a --work-scale`]
      : []),
    ...violations.slice(0, VIOLATIONS_SHOWN).map(({ invariant, message }) => `breaks ${invariant}: ${message}`),
    ...(violations.length > VIOLATIONS_SHOWN ? [`and ${violations.length - VIOLATIONS_SHOWN} more`] : []),
    violations.length === 0 ? 'every invariant held' : '',
  ]
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

function whyNot({ hubsLeft }: ScenarioReport): string {
  return `NOT completed: ${hubsLeft === 0 ? 'no hub is left' : `of ${hubsLeft} hubs at the end not all have the result`}`
}

/** The time that a picture of the run should at least show. */
export function shownMs(scenario: Scenario): number {
  return calmFromMs(scenario.acts)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
