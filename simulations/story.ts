/** What happened to one shard, as lines for people. */
import type { HistoryEvent } from '../src/history/event.ts'

const LINES_MAX = 60

/** The shard, or the whole job, that a violation's message names; oldest first. */
export function storyOf(events: readonly HistoryEvent[], message: string): string[] {
  const named = /([^\s/]+)\/(\w+):(\d+)/.exec(message)
  const job = named?.[1] ?? events.find((event) => event.job !== '' && message.includes(event.job))?.job ?? ''
  return shardStory(events, job, named?.[2] ?? 'root', Number(named?.[3] ?? 0))
}

/** Everything about one shard, and what happened to its job and to the hubs meanwhile. */
export function shardStory(events: readonly HistoryEvent[], job: string, family: string, shard: number): string[] {
  const about = events.filter(
    (event) =>
      event.kind === 'fault' ||
      event.kind === 'boot' ||
      (event.job === job && (event.family === '' || isAbout(event, family, shard))),
  )
  const ordered = about.toSorted((a, b) => a.atMs - b.atMs).slice(-LINES_MAX)
  const startMs = isUnixTime(ordered[0]) ? (ordered[0]?.atMs ?? 0) : 0
  return ordered.map((event) => line(event, startMs))
}

function isAbout(event: HistoryEvent, family: string, shard: number): boolean {
  return event.family === family && event.lo <= shard && shard < event.hi
}

/** Real hubs note Unix time; people want to know what came how long after. */
function isUnixTime(event: HistoryEvent | undefined): boolean {
  return event !== undefined && event.atMs > 1e11
}

function line(event: HistoryEvent, startMs: number): string {
  const { atMs, hub, kind, job, family, lo, hi, epoch, detail, more } = event
  const place = family === '' ? job : `${job}/${family}:${lo}${hi > lo + 1 ? `-${hi - 1}` : ''}`
  const by = more?.by === undefined ? '' : ` of ${more.by}`
  const shown = `${(atMs - startMs).toFixed(1).padStart(10)} ${hub.padEnd(6)} ${kind.padEnd(10)} ${place}`
  return `${shown}${epoch >= 0 ? ` @${epoch}` : ''}${by}${detail === '' ? '' : ` ${detail}`}`.trimEnd()
}
