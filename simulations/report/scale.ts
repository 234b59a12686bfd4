/** The common horizontal axis of a report's pictures, and how times and text are written in them. */

export const WIDTH = 1120
export const LEFT = 84
const RIGHT = 14

/** Virtual milliseconds to picture units. */
export interface Scale {
  readonly endMs: number
  x(ms: number): number
  width(fromMs: number, toMs: number): number
}

export function timeScale(endMs: number): Scale {
  const perMs = (WIDTH - LEFT - RIGHT) / Math.max(1, endMs)
  const x = (ms: number) => LEFT + Math.min(Math.max(0, ms), endMs) * perMs
  return { endMs, x, width: (fromMs, toMs) => Math.max(0.8, x(toMs) - x(fromMs)) }
}

/** Vertical lines, and below them the times. */
export function axis(scale: Scale, top: number, bottom: number): string {
  const stepMs = niceStep(scale.endMs / 9)
  let marks = ''
  for (let ms = 0; ms <= scale.endMs; ms += stepMs) {
    const x = num(scale.x(ms))
    marks += `<line class="grid" x1="${x}" y1="${top}" x2="${x}" y2="${bottom}"/>`
    marks += `<text class="tick" x="${x}" y="${bottom + 15}" text-anchor="middle">${seconds(ms)}</text>`
  }
  return marks
}

/** 1, 2 or 5 times a power of ten. */
export function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1e-9, rough)))
  return [1, 2, 5, 10].map((times) => times * power).find((step) => step >= rough) ?? 10 * power
}

export function seconds(ms: number): string {
  const value = ms / 1000
  const digits = ms === 0 || Number.isInteger(value) ? 0 : value < 10 ? 2 : 1
  return `${value.toFixed(digits)} s`
}

export function num(value: number): string {
  return String(Math.round(value * 10) / 10)
}

export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`)
}
