/** One HTML file that needs nothing else: what happened in words, figures, pictures and tables. */
import { escaped, WIDTH } from './scale.ts'
import { STYLE } from './style.ts'

export interface Picture {
  readonly svg: string
  readonly height: number
}

export interface Page {
  readonly title: string
  /** One or two sentences under it; HTML. */
  readonly lead: string
  readonly figures: Readonly<Record<string, string>>
  /** In order, from top to bottom. */
  readonly sections: readonly string[]
}

export function page({ title, lead, figures, sections }: Page): string {
  const shown = Object.entries(figures).map(
    ([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`,
  )
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<main>
<h1>${escaped(title)}</h1>
<p class="lead">${lead}</p>
<dl class="figures">${shown.join('')}</dl>
${sections.join('\n')}
</main>
</body></html>
`
}

/** A picture with its words: `told` is what somebody who cannot see it is told. */
export function figure(picture: Picture, legend: string, caption: string, told: string): string {
  const stripes =
    '<defs><pattern id="stripes" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="2.2" height="5" fill="#fff" fill-opacity=".55"/></pattern></defs>'
  return `<figure>${legend}<div class="scroll" tabindex="0" role="group" aria-label="${escaped(told)}"><svg viewBox="0 0 ${WIDTH} ${Math.ceil(picture.height)}" role="img" aria-label="${escaped(told)}">${stripes}${picture.svg}</svg></div><figcaption>${escaped(caption)}</figcaption></figure>`
}

/** A table under a heading; long ones are folded. */
export function table(heading: string, head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const shown = rows.slice(0, ROWS_MAX)
  const cells = shown.map((row) => `<tr>${row.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`)
  const more = rows.length > shown.length ? `<p class="lead">and ${rows.length - shown.length} more</p>` : ''
  const titles = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')
  const body = `<div class="scroll" tabindex="0" role="group" aria-label="${escaped(heading)}"><table><thead><tr>${titles}</tr></thead><tbody>${cells.join('')}</tbody></table></div>${more}`
  const title = `<h2>${escaped(heading)}</h2>`
  if (rows.length <= FOLDED_FROM) return title + body
  return `${title}<details><summary>${rows.length} lines</summary>${body}</details>`
}

const ROWS_MAX = 500
const FOLDED_FROM = 24
