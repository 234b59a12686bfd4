/** A history as lanes: per hub its stretches of work and of absence, what hit it, and on which side of a split it was. */
import type { HistoryEvent } from '../../src/history/event.ts'
import { ROOT_FAMILY } from '../../src/program/family.ts'
import type { Band, Bar, Lane, Span } from './gantt.ts'

export interface Lanes {
  readonly lanes: readonly Lane[]
  /** Splits, from cut to healing. */
  readonly bands: readonly Band[]
  readonly faults: readonly { readonly atMs: number; readonly hub: string; readonly text: string }[]
}

/** Reasons of claims that have a colour of their own. */
const styles = new Set(['plan', 'patience', 'steal', 'speculate', 'recover', 'migrate'])
/** Handed over by a hub that left: a move like any other. */
const styleOf = (reason: string): string => {
  const style = reason === 'handover' ? 'migrate' : reason
  return styles.has(style) ? style : 'other'
}
const isOff = /^(crash|killed|power cut|gone|freeze|pause|restart)/
const isPartOfSplit = /^(partition|heal) /

/** Reads a history in order of time. */
export function lanesOf(events: readonly HistoryEvent[], endMs: number): Lanes {
  const hubs = [...new Set(events.map(({ hub }) => hub))].filter((hub) => !hub.startsWith('h-') && hub !== '').sort()
  const work = workOf(events)
  const faults = events.filter(({ kind }) => kind === 'fault')
  const byHub = Map.groupBy(events, ({ hub }) => hub)
  return {
    lanes: hubs.map((hub) => {
      const own = byHub.get(hub) ?? []
      const marks = own.filter(({ kind, detail }) => kind === 'fault' && detail !== 'thaw')
      return {
        label: hub,
        bars: work.get(hub) ?? [],
        away: awayOf(own, endMs),
        marks: marks.map(({ atMs, detail }) => ({ atMs, text: detail })),
      }
    }),
    bands: bandsOf(faults, endMs),
    faults: faults.map(({ atMs, hub, detail }) => ({ atMs, hub: hub.startsWith('h-') ? 'all' : hub, text: detail })),
  }
}

interface Run {
  sinceMs: number
  readonly epoch: number
}

/** A shard's execution lasts from what its run did before it (its start, or the shard before) to its end. */
function workOf(events: readonly HistoryEvent[]): Map<string, Bar[]> {
  const bars = new Map<string, Bar[]>()
  const runs = new Map<string, Run>()
  const reasons = new Map<string, string>()
  const seen = new Set<string>()
  for (const event of events) {
    const { kind, family, hub, atMs } = event
    if (family === ROOT_FAMILY || family === '') continue
    const life = event.life ?? hub
    if (kind === 'claim') for (const name of namesOf(event)) reasons.set(`${life} ${name}`, event.detail)
    if (kind === 'start') {
      const run = { sinceMs: atMs, epoch: event.epoch }
      for (const name of namesOf(event)) runs.set(`${life} ${name}`, run)
    }
    if (kind !== 'execute') continue
    for (const name of namesOf(event)) {
      const run = runs.get(`${life} ${name}`) ?? { sinceMs: atMs, epoch: -1 }
      const reason = reasons.get(`${life} ${name}`) ?? 'plan'
      const isStriped = seen.has(name)
      seen.add(name)
      const title = `${name}${run.epoch > 0 ? ` @${run.epoch}` : ''}, ${reason}, ${Math.round(atMs - run.sinceMs)} ms${isStriped ? ', run again' : ''}`
      const own = bars.get(hub) ?? []
      bars.set(hub, own)
      own.push({ fromMs: run.sinceMs, toMs: atMs, style: styleOf(reason), isStriped, title })
      run.sinceMs = atMs
    }
  }
  return bars
}

function namesOf({ job, family, lo, hi }: HistoryEvent): string[] {
  return Array.from({ length: hi - lo }, (_, index) => `${job}/${family}:${lo + index}`)
}

/** Off or standing still, until it is there again. */
function awayOf(events: readonly HistoryEvent[], endMs: number): (Span & { why: string })[] {
  const away: (Span & { why: string })[] = []
  let gone: { fromMs: number; why: string } | null = null
  for (const { kind, detail, atMs } of events) {
    if (kind === 'fault' && isOff.test(detail)) gone ??= { fromMs: atMs, why: detail }
    if (kind === 'drained') gone ??= { fromMs: atMs, why: 'left in order' }
    const isBack = kind === 'boot' || (kind === 'fault' && detail === 'thaw')
    if (!isBack || gone === null) continue
    away.push({ ...gone, toMs: atMs })
    gone = null
  }
  if (gone !== null) away.push({ ...gone, toMs: endMs })
  return away
}

function bandsOf(faults: readonly HistoryEvent[], endMs: number): Band[] {
  const bands: Band[] = []
  const open = new Map<string, number>()
  const close = (sides: string, toMs: number) => {
    const fromMs = open.get(sides)
    if (fromMs !== undefined) bands.push({ fromMs, toMs, label: `split ${shortSides(sides)}`, sides: sidesOf(sides) })
    open.delete(sides)
  }
  for (const { atMs, detail } of faults) {
    if (!isPartOfSplit.test(detail)) continue
    const sides = detail.slice(detail.indexOf(' ') + 1)
    if (detail.startsWith('partition')) open.set(sides, atMs)
    else close(sides, atMs)
  }
  for (const sides of [...open.keys()]) close(sides, endMs)
  return bands
}

/** `0,1|2,3` by its sizes; with `>` the first side is still heard. */
function shortSides(sides: string): string {
  const parts = sides.split(/[|>]/).map((side) => (side === '' ? 0 : side.split(',').length))
  return parts.join(sides.includes('>') ? ' > ' : ' / ')
}

function sidesOf(sides: string): Map<string, number> {
  const of = new Map<string, number>()
  sides.split(/[|>]/).forEach((side, index) => {
    for (const hub of side.split(',')) if (hub !== '') of.set(`h${hub.padStart(4, '0')}`, index)
  })
  return of
}
