/** A history as lanes: per hub its stretches of work and of absence, with the faults that concern everybody beside them. */
import type { HistoryEvent } from '../../src/history/event.ts'

export interface Work {
  readonly fromMs: number
  readonly toMs: number
  readonly family: string
  readonly shard: number
  /** A later execution of a shard that had one before. */
  readonly isAgain: boolean
}

export interface Lane {
  readonly hub: string
  readonly work: readonly Work[]
  /** Crashed or frozen, until it came back. */
  readonly away: readonly { readonly fromMs: number; readonly toMs: number; readonly why: string }[]
}

export interface Band {
  readonly fromMs: number
  readonly toMs: number
  readonly label: string
}

export interface Lanes {
  readonly endMs: number
  readonly lanes: readonly Lane[]
  /** Partitions, from cut to healing. */
  readonly partitions: readonly Band[]
  readonly faults: readonly { readonly atMs: number; readonly hub: string; readonly text: string }[]
  readonly families: readonly string[]
}

/** Reads a history in order of time. */
export function lanesOf(events: readonly HistoryEvent[], endMs: number): Lanes {
  const hubs = [...new Set(events.map((event) => event.hub))]
    .filter((hub) => !hub.startsWith('h-') && hub !== '')
    .sort()
  const families = [...new Set(events.filter(isFamilyWork).map((event) => event.family))]
  const firsts = new Map<string, HistoryEvent>()
  for (const event of events)
    if (isFamilyWork(event) && !firsts.has(shardKey(event))) firsts.set(shardKey(event), event)
  const faults = events.filter((event) => event.kind === 'fault')
  return {
    endMs,
    lanes: hubs.map((hub) =>
      laneOf(
        hub,
        events.filter((event) => event.hub === hub),
        firsts,
        endMs,
      ),
    ),
    partitions: partitionsOf(faults, endMs),
    faults: faults.map(({ atMs, hub, detail }) => ({ atMs, hub, text: detail })),
    families,
  }
}

function shardKey(event: HistoryEvent): string {
  return `${event.job}/${event.family}:${event.lo}`
}

function isFamilyWork(event: HistoryEvent): boolean {
  return event.kind === 'execute' && event.family !== '' && event.family !== 'root'
}

/** A shard's execution lasts from what its hub noted before it (a start, or the shard before) to its end. */
function laneOf(
  hub: string,
  events: readonly HistoryEvent[],
  firsts: ReadonlyMap<string, HistoryEvent>,
  endMs: number,
): Lane {
  const work: Work[] = []
  const away: { fromMs: number; toMs: number; why: string }[] = []
  let sinceMs = 0
  let gone: { fromMs: number; why: string } | null = null
  for (const event of events) {
    if (event.kind === 'start') sinceMs = event.atMs
    if (isFamilyWork(event)) {
      const fromMs = Math.min(sinceMs, event.atMs)
      work.push({
        fromMs,
        toMs: event.atMs,
        family: event.family,
        shard: event.lo,
        isAgain: firsts.get(shardKey(event)) !== event,
      })
      sinceMs = event.atMs
    }
    if (event.kind === 'fault' && /^(crash|gone|freeze|pause)/.test(event.detail))
      gone ??= { fromMs: event.atMs, why: event.detail }
    const isBack = event.kind === 'boot' || (event.kind === 'fault' && event.detail === 'thaw')
    if (isBack && gone !== null) {
      away.push({ ...gone, toMs: event.atMs })
      gone = null
    }
  }
  if (gone !== null) away.push({ ...gone, toMs: endMs })
  return { hub, work, away }
}

function partitionsOf(faults: readonly HistoryEvent[], endMs: number): Band[] {
  const bands: Band[] = []
  const open = new Map<string, number>()
  for (const { atMs, detail } of faults) {
    const [, verb, sides = ''] = /^(partition|heal) (.*)$/.exec(detail) ?? []
    if (verb === 'partition') open.set(sides, atMs)
    const fromMs = open.get(sides)
    if (verb !== 'heal' || fromMs === undefined) continue
    bands.push({ fromMs, toMs: atMs, label: sides })
    open.delete(sides)
  }
  for (const [label, fromMs] of open) bands.push({ fromMs, toMs: endMs, label })
  return bands
}
