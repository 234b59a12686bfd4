/** Machines as lanes over time: what they worked on, when they were away, how the network was split. */
import { axis, escaped, LEFT, num, type Scale, seconds, WIDTH } from './scale.ts'

export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

/** A stretch of work. */
export interface Bar extends Span {
  /** Decides the colour: a name from the legend. */
  readonly style: string
  /** Drawn with stripes: work that was done before, or not needed. */
  readonly isStriped: boolean
  readonly title: string
}

export interface Lane {
  readonly label: string
  readonly bars: readonly Bar[]
  readonly away: readonly (Span & { readonly why: string })[]
  readonly marks: readonly { readonly atMs: number; readonly text: string }[]
  /** Levels between 0 and 1 behind the bars: the load that others put on the machine, and what it expected. */
  readonly load?: readonly Level[]
  readonly forecast?: readonly Level[]
}

/** Holds from its time on. */
export interface Level {
  readonly atMs: number
  readonly level: number
}

/** A split of the network: which side each lane is on, by its label. */
export interface Band extends Span {
  readonly label: string
  readonly sides: ReadonlyMap<string, number>
}

const ROW = 20
const ROW_MIN = 5
const GAP = 3
/** Lanes share this height when there are many. */
const HEIGHT_MAX = 1_400
/** Bars of one style nearer than this, in picture units, are drawn as one. */
const MERGE_WITHIN = 0.6
const SLOTS_MAX = 8
/** Height of the strip that tells sides apart, and how many colours they have. */
const STRIP = 3.5
const SIDES = 3

/** @returns the picture's elements, and the height it takes from `top` on. */
export function gantt(
  lanes: readonly Lane[],
  bands: readonly Band[],
  scale: Scale,
  top: number,
): { svg: string; height: number } {
  const row = Math.max(ROW_MIN, Math.min(ROW, HEIGHT_MAX / Math.max(1, lanes.length) - GAP))
  const bottom = top + lanes.length * (row + GAP)
  const named = bands.map((band) => bandName(band, scale, top)).join('')
  const everyLabel = Math.ceil(11 / (row + GAP))
  const drawn = lanes.map((lane, index) => {
    const y = top + index * (row + GAP)
    const label =
      index % everyLabel === 0
        ? `<text class="lane" x="${LEFT - 8}" y="${num(y + row / 2 + 4)}" text-anchor="end">${escaped(lane.label)}</text>`
        : ''
    const layers = [laneBack, laneBars, laneSides, laneMarks].map((layer) => layer(lane, scale, y, row, bands))
    return label + layers.join('')
  })
  return { svg: axis(scale, top - 4, bottom) + named + drawn.join(''), height: bottom - top + 24 }
}

function bandName({ fromMs, toMs, label }: Band, scale: Scale, top: number): string {
  const x = scale.x(fromMs)
  const told = `${label}, ${seconds(fromMs)} to ${seconds(toMs)}`
  const line = `<path class="split" d="M${num(x)} ${top - 8}H${num(scale.x(toMs))}"/>`
  const fits = scale.width(fromMs, toMs) > 6.2 * label.length
  return `<g><title>${escaped(told)}</title>${line}${fits ? `<text class="split-name" x="${num(x)}" y="${top - 13}">${escaped(label)}</text>` : ''}</g>`
}

/** What lies behind the bars: the lane itself, load, absences. */
function laneBack(lane: Lane, scale: Scale, y: number, row: number): string {
  const box = (span: Span) =>
    `x="${num(scale.x(span.fromMs))}" y="${num(y)}" width="${num(scale.width(span.fromMs, span.toMs))}" height="${num(row)}"`
  const base = `<rect class="lane-back" x="${LEFT}" y="${num(y)}" width="${num(scale.x(scale.endMs) - LEFT)}" height="${num(row)}"/>`
  const away = lane.away.map(
    (span) =>
      `<rect class="away" ${box(span)}><title>${escaped(`${lane.label}: ${span.why}, ${seconds(span.fromMs)} to ${seconds(span.toMs)}`)}</title></rect>`,
  )
  const load =
    lane.load === undefined
      ? ''
      : `<path class="load" d="${steps(lane.load, scale, y, row)}V${num(y + row)}H${num(scale.x(lane.load[0]?.atMs ?? 0))}Z"/>`
  return base + load + away.join('')
}

/** Which side of a split the lane is on, as a strip along its lower edge. */
function laneSides(lane: Lane, scale: Scale, y: number, row: number, bands: readonly Band[]): string {
  const strips = bands.map((band) => {
    const side = band.sides.get(lane.label)
    if (side === undefined) return ''
    return `<rect class="side${side % SIDES}" x="${num(scale.x(band.fromMs))}" y="${num(y + row - STRIP)}" width="${num(scale.width(band.fromMs, band.toMs))}" height="${STRIP}"/>`
  })
  return strips.join('')
}

function laneBars(lane: Lane, scale: Scale, y: number, row: number): string {
  const inset = lane.load === undefined ? 0 : row * 0.28
  const forecast =
    lane.forecast === undefined ? '' : `<path class="forecast" d="${steps(lane.forecast, scale, y, row)}"/>`
  const slots = packed(lane.bars)
  const height = (row - inset) / Math.max(1, slots.length)
  const drawn = slots.flatMap((bars, slot) =>
    merged(bars, scale).map((bar) => {
      const box = `x="${num(scale.x(bar.fromMs))}" y="${num(y + inset / 2 + slot * height)}" width="${num(Math.max(0.8, scale.width(bar.fromMs, bar.toMs) - 0.4))}" height="${num(height - (slots.length > 1 ? 0.8 : 0))}"`
      const stripes = bar.isStriped ? `<rect ${box} fill="url(#stripes)" pointer-events="none"/>` : ''
      return `<rect class="bar ${bar.style}" ${box}><title>${escaped(`${lane.label}: ${bar.title}`)}</title></rect>${stripes}`
    }),
  )
  return drawn.join('') + forecast
}

function laneMarks(lane: Lane, scale: Scale, y: number, row: number): string {
  return lane.marks
    .map(({ atMs, text }) => {
      const x = scale.x(atMs)
      return `<path class="mark" d="M${num(x - 3.5)} ${num(y - 1)}h7l-3.5 6z"><title>${escaped(`${lane.label}, ${seconds(atMs)}: ${text}`)}</title></path><path class="mark-line" d="M${num(x)} ${num(y)}v${num(row)}"/>`
    })
    .join('')
}

/** A step curve from 0 (bottom) to 1 (top). */
function steps(levels: readonly Level[], scale: Scale, y: number, row: number): string {
  const at = (level: number) => num(y + row * (1 - Math.min(1, Math.max(0, level))))
  const [first, ...rest] = levels
  if (first === undefined) return ''
  const begin = `M${num(scale.x(first.atMs))} ${at(first.level)}`
  return `${begin}${rest.map(({ atMs, level }) => `H${num(scale.x(atMs))}V${at(level)}`).join('')}H${num(scale.x(scale.endMs))}`
}

/** Work at the same time goes side by side. */
function packed(bars: readonly Bar[]): Bar[][] {
  const slots: Bar[][] = []
  for (const bar of bars.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const free = slots.find((slot) => (slot.at(-1)?.toMs ?? 0) <= bar.fromMs + 1e-6)
    if (free !== undefined) free.push(bar)
    else if (slots.length < SLOTS_MAX) slots.push([bar])
    else slots[0]?.push(bar)
  }
  return slots
}

/** A report must open however many shards there were: what cannot be told apart is one bar. */
function merged(bars: readonly Bar[], scale: Scale): Bar[] {
  const shown: (Bar & { count: number })[] = []
  for (const bar of bars) {
    const last = shown.at(-1)
    const isNear = last !== undefined && scale.x(bar.fromMs) - scale.x(last.toMs) < MERGE_WITHIN
    const isThin = scale.x(bar.toMs) - scale.x(last?.fromMs ?? 0) < 4 || scale.x(bar.toMs) - scale.x(bar.fromMs) < 1.5
    const isSame = last !== undefined && last.style === bar.style && last.isStriped === bar.isStriped
    if (!isNear || !isThin || !isSame) shown.push({ ...bar, count: 1 })
    else shown[shown.length - 1] = { ...last, toMs: Math.max(last.toMs, bar.toMs), count: last.count + 1 }
  }
  return shown.map((bar) => (bar.count === 1 ? bar : { ...bar, title: `${bar.count} shards from ${bar.title}` }))
}

/** What the colours mean; names that nothing has are left out. */
export function legend(
  styles: Readonly<Record<string, string>>,
  lanes: readonly Lane[],
  bands: readonly Band[] = [],
): string {
  const used = new Set(lanes.flatMap((lane) => lane.bars.map((bar) => bar.style)))
  const items = Object.entries(styles)
    .filter(([style]) => used.has(style))
    .map(([style, text]) => `<li><i class="${style}"></i>${escaped(text)}</li>`)
  const isStriped = lanes.some((lane) => lane.bars.some((bar) => bar.isStriped))
  const isAway = lanes.some((lane) => lane.away.length > 0)
  const isLoaded = lanes.some((lane) => lane.load !== undefined)
  const more = [
    ...(isStriped ? ['<li><i class="plan striped"></i>done again, or not needed</li>'] : []),
    ...(isAway ? ['<li><i class="away"></i>the machine was away</li>'] : []),
    ...(isLoaded
      ? ['<li><i class="load"></i>load of others</li><li><i class="forecast"></i>what the machine expected of it</li>']
      : []),
  ]
  const sides = bands.length === 0 ? 0 : Math.max(...bands.map((band) => new Set(band.sides.values()).size))
  const strips = ['one side of a split', 'the other side', 'a third'].slice(0, sides)
  const named = strips.map((text, side) => `<li><i class="strip side${side}"></i>${text}</li>`)
  return `<ul class="legend">${[...items, ...more, ...named].join('')}</ul>`
}

export { WIDTH }
