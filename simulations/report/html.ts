/** A run as one HTML file that needs nothing else: hubs and their shards over time, partitions, faults, and the figures. */
import type { HistoryEvent } from '../../src/history/event.ts'
import { type Lane, type Lanes, lanesOf, type Work } from './lanes.ts'

export interface ReportInput {
  readonly title: string
  readonly events: readonly HistoryEvent[]
  readonly endMs: number
  /** Shown as a table: names and values. */
  readonly figures: Readonly<Record<string, unknown>>
}

const WIDTH = 1080
const LEFT = 90
const ROW = 22
const TOP = 34
/** Executions drawn at most; denser ones are merged into one bar per pixel. */
const BARS_MAX = 20_000
/** Distinguishable for colour-blind readers (Okabe and Ito, 2008). */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#f0e442']

export function htmlReport(input: ReportInput): string {
  const lanes = lanesOf(input.events, input.endMs)
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${escaped(input.title)}</title><style>${STYLE}</style></head><body>
<h1>${escaped(input.title)}</h1>
<p>Bars are executions of shards, coloured by family; hatched ones ran a shard that had run before. Grey: the hub was away. Red bands: partitions. Hover for details.</p>
${timeline(lanes)}
${legend(lanes)}
<h2>Figures</h2>
${figures(input.figures)}
<h2>Faults</h2>
${faults(lanes)}
</body></html>
`
}

function timeline(lanes: Lanes): string {
  const height = TOP + lanes.lanes.length * ROW + 24
  const rows = lanes.lanes.map((lane, index) => row(lanes, lane, TOP + index * ROW)).join('')
  const bands = lanes.partitions
    .map(({ fromMs, toMs, label }) => {
      const box = `x="${at(lanes, fromMs)}" y="${TOP - 6}" width="${width(lanes, fromMs, toMs)}" height="${height - TOP - 12}"`
      return `<rect class="partition" ${box}><title>partition ${escaped(label)}, ${seconds(fromMs)} to ${seconds(toMs)}</title></rect>`
    })
    .join('')
  return `<svg viewBox="0 0 ${WIDTH} ${height}" role="img"><defs><pattern id="again" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2" height="5" fill="#fff" fill-opacity=".6"/></pattern></defs>${axis(lanes, height)}${bands}${rows}</svg>`
}

function row(lanes: Lanes, lane: Lane, y: number): string {
  const label = `<text x="${LEFT - 8}" y="${y + 13}" text-anchor="end">${escaped(lane.hub)}</text>`
  const away = lane.away
    .map(({ fromMs, toMs, why }) => {
      const box = `x="${at(lanes, fromMs)}" y="${y}" width="${width(lanes, fromMs, toMs)}" height="${ROW - 4}"`
      return `<rect class="away" ${box}><title>${escaped(why)}, ${seconds(fromMs)} to ${seconds(toMs)}</title></rect>`
    })
    .join('')
  return (
    label +
    away +
    thinned(lanes, lane.work)
      .map((work) => bar(lanes, work, y))
      .join('')
  )
}

/** Bars narrower than a pixel are drawn as one; a report must open however many shards there were. */
function thinned(lanes: Lanes, work: readonly Work[]): Work[] {
  const perLane = Math.floor(BARS_MAX / Math.max(1, lanes.lanes.length))
  const stride = Math.ceil(work.length / Math.max(1, perLane))
  if (stride <= 1) return [...work]
  const merged: Work[] = []
  for (let index = 0; index < work.length; index += stride) {
    const first = work[index]
    const last = work[Math.min(work.length, index + stride) - 1]
    if (first !== undefined && last !== undefined) merged.push({ ...first, toMs: last.toMs })
  }
  return merged
}

function bar(lanes: Lanes, work: Work, y: number): string {
  const box = `x="${at(lanes, work.fromMs)}" y="${y}" width="${width(lanes, work.fromMs, work.toMs)}" height="${ROW - 4}"`
  const title = `${work.family}:${work.shard}, ${seconds(work.fromMs)} to ${seconds(work.toMs)}${work.isAgain ? ', run again' : ''}`
  const hatch = work.isAgain ? `<rect ${box} fill="url(#again)"/>` : ''
  return `<rect ${box} fill="${colour(lanes, work.family)}"><title>${escaped(title)}</title></rect>${hatch}`
}

function axis(lanes: Lanes, height: number): string {
  const stepMs = niceStep(lanes.endMs / 10)
  let marks = ''
  for (let ms = 0; ms <= lanes.endMs; ms += stepMs) {
    const x = at(lanes, ms)
    marks += `<line class="grid" x1="${x}" y1="${TOP - 6}" x2="${x}" y2="${height - 18}"/><text x="${x}" y="${height - 4}" text-anchor="middle">${seconds(ms)}</text>`
  }
  return marks
}

function legend(lanes: Lanes): string {
  const items = lanes.families.map(
    (family) => `<span><i style="background:${colour(lanes, family)}"></i>${escaped(family)}</span>`,
  )
  return `<p class="legend">${items.join(' ')}</p>`
}

function figures(values: ReportInput['figures']): string {
  const rows = Object.entries(values).map(([name, value]) => {
    const shown = typeof value === 'object' ? JSON.stringify(value) : String(value)
    return `<tr><th>${escaped(name)}</th><td>${escaped(shown)}</td></tr>`
  })
  return `<table>${rows.join('')}</table>`
}

function faults(lanes: Lanes): string {
  if (lanes.faults.length === 0) return '<p>None.</p>'
  const rows = lanes.faults.map(
    ({ atMs, hub, text }) => `<tr><td>${seconds(atMs)}</td><td>${escaped(hub)}</td><td>${escaped(text)}</td></tr>`,
  )
  return `<table>${rows.join('')}</table>`
}

function at(lanes: Lanes, ms: number): string {
  return (LEFT + ((WIDTH - LEFT - 10) * ms) / Math.max(1, lanes.endMs)).toFixed(1)
}

function width(lanes: Lanes, fromMs: number, toMs: number): string {
  return Math.max(0.6, ((WIDTH - LEFT - 10) * (toMs - fromMs)) / Math.max(1, lanes.endMs) - 0.3).toFixed(1)
}

function colour(lanes: Lanes, family: string): string {
  return COLOURS[Math.max(0, lanes.families.indexOf(family)) % COLOURS.length] ?? '#0072b2'
}

/** 1, 2 or 5 times a power of ten. */
function niceStep(roughMs: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, roughMs)))
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= roughMs) ?? 10 * power
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}

const STYLE = `
:root { color-scheme: light dark; --ink: #222; --soft: #8884; }
@media (prefers-color-scheme: dark) { :root { --ink: #ddd; } body { background: #16181b; } }
body { font: 14px/1.5 system-ui, sans-serif; color: var(--ink); max-width: 1120px; margin: 1.5rem auto; padding: 0 1rem; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: var(--ink); }
.grid { stroke: var(--soft); } .away { fill: #8888; } .partition { fill: #d0000022; stroke: #d00000; stroke-dasharray: 3 2; }
.legend i { display: inline-block; width: 1em; height: .8em; margin: 0 .3em 0 .8em; }
table { border-collapse: collapse; } th, td { text-align: left; padding: .1rem .8rem .1rem 0; vertical-align: top; }
`
