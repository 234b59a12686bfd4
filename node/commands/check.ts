/** `shoal check`: judges what real hubs did by the histories they wrote, with the checker of the simulator. */
import { judge, judged, type Knowledge } from '../../simulations/checker/judge.ts'
import type { Violation } from '../../simulations/kernel/world.ts'
import { storyOf } from '../../simulations/story.ts'
import type { HistoryEvent } from '../../src/history/event.ts'
import { exitCodes } from '../exit.ts'
import { readHistories } from '../read-histories.ts'
import { jsonOption, type Verb } from '../verb.ts'

const VIOLATIONS_SHOWN = 10

/** The shape of `shoal check --json`. */
interface CheckReport {
  readonly schema: 1
  readonly hubs: readonly string[]
  readonly jobs: readonly string[]
  readonly events: number
  /** Invariants that these histories allow to judge. */
  readonly judged: readonly string[]
  readonly violations: readonly (Violation & { readonly story: readonly string[] })[]
}

export const check: Verb = {
  name: 'check',
  summary: 'Judge the histories that hubs wrote (shoal up --history DIR): one result each, from real work, in order.',
  positionals: [{ name: 'histories', description: 'history files, or folders of them', required: true, rest: true }],
  options: {
    whole: {
      type: 'flag',
      description: 'these are all hubs of the swarm, and they had time to agree: judge agreement and membership too',
    },
    json: jsonOption,
  },
  async run(args) {
    const events = await readHistories([args.required('histories'), ...args.list('histories')])
    const knowledge = args.flag('whole') ? wholeSwarm(events) : {}
    const report = reportOf(events, knowledge)
    process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : checkText(report))
    return report.violations.length === 0 ? exitCodes.done : exitCodes.failed
  },
}

/** Hubs that still ran at the end agree; each may do what it said at its start. */
function wholeSwarm(events: readonly HistoryEvent[]): Knowledge {
  const roles = new Map<string, readonly string[]>()
  for (const { kind, hub, more } of events) if (kind === 'boot') roles.set(hub, more?.roles ?? ['compute', 'submit'])
  const left = new Map(events.map((event) => [event.hub, event.kind === 'drained']))
  return { roles, settled: [...roles.keys()].filter((hub) => left.get(hub) !== true) }
}

function reportOf(events: readonly HistoryEvent[], knowledge: Knowledge): CheckReport {
  const hubs = [...new Set(events.map(({ hub }) => hub))]
  const jobs = [...new Set(events.map(({ job }) => job))].filter((job) => job !== '')
  const violations = judge(events, knowledge).map((violation, index) => ({
    ...violation,
    story: index < VIOLATIONS_SHOWN ? storyOf(events, violation.message) : [],
  }))
  return { schema: 1, hubs, jobs, events: events.length, judged: judged(knowledge), violations }
}

function checkText({ hubs, jobs, events, judged: invariants, violations }: CheckReport): string {
  const lines = [
    `${events} events of ${hubs.length} hubs, ${jobs.length} jobs; judged: ${invariants.join(' ')}`,
    ...violations
      .slice(0, VIOLATIONS_SHOWN)
      .flatMap(({ invariant, message, story }) => [
        `breaks ${invariant}: ${message}`,
        ...story.map((line) => `  ${line}`),
      ]),
    violations.length === 0 ? 'every one of them held' : `${violations.length} violations`,
  ]
  return `${lines.join('\n')}\n`
}
