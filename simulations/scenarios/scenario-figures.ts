/** A scenario's report as a few figures with their units. */
import type { ScenarioReport } from './run-scenario.ts'

export function scenarioFigures(report: ScenarioReport): Record<string, string> {
  const { hubs, shards, wallMs, idealMs, duplicatedWork, convergedMs, resumed, seed } = report
  return {
    completed: report.completed ? 'yes' : 'no',
    'result after': `${(wallMs / 1000).toFixed(1)} s`,
    'with nothing going wrong': `${(idealMs / 1000).toFixed(1)} s`,
    'work done twice': `${(duplicatedWork * 100).toFixed(1)} %`,
    'all agreed after': `${convergedMs} ms`,
    'resumed shards': String(resumed),
    'messages per hub and second': String(report.messagesPerHubPerSecond),
    'hubs, shards, seed': `${hubs}, ${shards}, ${seed}`,
  }
}
