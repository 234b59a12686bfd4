/** The report of a simulated run: lanes of hubs, splits, what everybody knew, what was said, and the figures. */
import type { HistoryEvent } from '../../src/history/event.ts'
import type { Violation } from '../kernel/world.ts'
import { storyOf } from '../story.ts'
import { chart, type Point } from './chart.ts'
import { gantt, legend } from './gantt.ts'
import { knowledgeOver } from './knowledge.ts'
import { lanesOf } from './lanes.ts'
import { figure, page, table } from './page.ts'
import { escaped, seconds, timeScale } from './scale.ts'

export interface ReportInput {
  readonly title: string
  /** One sentence. */
  readonly summary: string
  readonly events: readonly HistoryEvent[]
  readonly endMs: number
  /** What the times count from, for people. */
  readonly zeroName: string
  readonly figures: Readonly<Record<string, string>>
  readonly violations: readonly Violation[]
  /** Messages of all hubs, per second. */
  readonly messages?: readonly Point[]
  /** Command line that does it again. */
  readonly replay?: string
  readonly completedBy?: Readonly<Record<string, number>>
  readonly receipt?: readonly { readonly shard: string; readonly hubs: readonly string[]; readonly kept: string }[]
}

/** Why shards were claimed. */
const reasons = {
  plan: 'claimed as planned',
  patience: 'the planned hub did not come',
  steal: 'taken from a busy hub',
  speculate: 'a second copy of a late shard',
  recover: 'its hub was lost',
  migrate: 'moved on purpose',
  other: 'other',
}

const TOP = 34

export function htmlReport(input: ReportInput): string {
  const { title, events, endMs, figures, violations } = input
  return page({
    title,
    lead: `${escaped(input.summary)} ${verdict(violations)}`,
    figures,
    sections: [
      pictures(input),
      ...broken(violations, events),
      faults(input),
      shares(input),
      receipt(input),
      replay(input),
    ].filter((section) => section !== ''),
  })

  function pictures({ messages, zeroName }: ReportInput): string {
    const scale = timeScale(endMs)
    const { lanes, bands } = lanesOf(events, endMs)
    const parts = [gantt(lanes, bands, scale, TOP)]
    const add = (part: { svg: string; height: number }) => parts.push(part)
    const height = () => TOP + parts.reduce((sum, part) => sum + part.height, 0)
    add(
      chart(
        'Results that exist (line); shaded: those that some hub does not know yet',
        'know',
        knowledgeOver(events, endMs),
        scale,
        height() + 22,
      ),
    )
    if (messages !== undefined && messages.length > 1)
      add(chart('Messages per second, all hubs together', 'talk', messages, scale, height() + 22))
    const told = `${lanes.length} hubs over ${seconds(endMs)}: their work, absences and splits; the tables below say the same in words`
    const caption = `Time since ${zeroName}. Triangles: something hit the hub. Hover over bars, triangles and splits for details.`
    return figure(
      { svg: parts.map(({ svg }) => svg).join(''), height: height() + 8 },
      legend(reasons, lanes, bands),
      caption,
      told,
    )
  }
}

function verdict(violations: readonly Violation[]): string {
  if (violations.length === 0) return '<b class="good">Every invariant held.</b>'
  const names = [...new Set(violations.map(({ invariant }) => invariant))]
  return `<b class="bad">Broken: ${escaped(names.join(', '))}.</b>`
}

const BROKEN_SHOWN = 5

function broken(violations: readonly Violation[], events: readonly HistoryEvent[]): string[] {
  return violations.slice(0, BROKEN_SHOWN).map(({ invariant, message }) => {
    const story = storyOf(events, message).join('\n')
    return `<h2 class="bad">${escaped(invariant)}: ${escaped(message)}</h2><pre tabindex="0">${escaped(story)}</pre>`
  })
}

function faults({ events, endMs }: ReportInput): string {
  const rows = lanesOf(events, endMs).faults.map(({ atMs, hub, text }) => [seconds(atMs), hub, text])
  return table('What went wrong', ['when', 'where', 'what'], rows)
}

function shares({ completedBy = {} }: ReportInput): string {
  return table(
    'Who did how much',
    ['hub', 'results that count'],
    Object.entries(completedBy).map(([hub, shards]) => [hub, String(shards)]),
  )
}

function receipt(input: ReportInput): string {
  const rows = (input.receipt ?? []).map(({ shard, hubs, kept }) => [shard, hubs.join(', '), kept])
  return table('Receipt: what was done twice', ['shard', 'done by', 'kept'], rows)
}

function replay({ replay: line }: ReportInput): string {
  return line === undefined ? '' : `<h2>Do it again</h2><pre tabindex="0">${escaped(line)}</pre>`
}
