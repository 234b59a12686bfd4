/** Curves under the lanes, on the same axis of time. */
import { axis, escaped, LEFT, niceStep, num, type Scale } from './scale.ts'

export interface Point {
  readonly atMs: number
  readonly low: number
  readonly high: number
}

const HEIGHT = 96

/** A band between two curves, or an area when the lower one is zero. @returns elements, and the height they take. */
export function chart(
  name: string,
  style: string,
  points: readonly Point[],
  scale: Scale,
  top: number,
): { svg: string; height: number } {
  const max = Math.max(1e-9, ...points.map(({ high }) => high))
  const step = niceStep(max / 3)
  const ceiling = Math.ceil(max / step) * step
  const y = (value: number) => num(top + HEIGHT - (HEIGHT * value) / ceiling)
  const upper = points.map(({ atMs, high }) => `${num(scale.x(atMs))} ${y(high)}`)
  const lower = points.map(({ atMs, low }) => `${num(scale.x(atMs))} ${y(low)}`).reverse()
  const area = points.length < 2 ? '' : `<path class="${style}" d="M${upper.join('L')}L${lower.join('L')}Z"/>`
  const line = points.length < 2 ? '' : `<path class="${style}-line" d="M${upper.join('L')}"/>`
  let rules = ''
  for (let value = 0; value <= ceiling + step / 2; value += step) {
    rules += `<line class="grid" x1="${LEFT}" y1="${y(value)}" x2="${num(scale.x(scale.endMs))}" y2="${y(value)}"/>`
    rules += `<text class="tick" x="${LEFT - 8}" y="${Number(y(value)) + 4}" text-anchor="end">${short(value)}</text>`
  }
  const title = `<text class="chart-name" x="${LEFT}" y="${top - 10}">${escaped(name)}</text>`
  return { svg: title + axis(scale, top, top + HEIGHT) + rules + area + line, height: HEIGHT + 52 }
}

function short(value: number): string {
  if (value >= 1e6) return `${num(value / 1e6)}M`
  return value >= 1e4 ? `${num(value / 1e3)}k` : num(value)
}
