/** Rewrites text without moving what stays: blanks keep lines and columns, and what is put in is noted per line. */

/** Per line, where text was put in: `[line, [[column after it, added columns], ...]]`, columns from 1 in the new text. */
export type Columns = readonly (readonly [number, readonly (readonly [number, number])[]])[]

interface Insertion {
  readonly at: number
  readonly text: string
  readonly order: number
}

/** Beyond the number of all insertions. */
const CLOSING = 2 ** 32

/** A text under construction: some ranges of the user's text kept, others blank, own text put in between. */
export class TextBuilder {
  readonly #source: string
  readonly #lines: LineEnds
  readonly #kept: Uint8Array
  readonly #insertions: Insertion[] = []

  /** @param keepAll start with all text kept (then blank parts), else with nothing kept (then keep parts). */
  constructor(source: string, keepAll: boolean) {
    this.#source = source
    this.#lines = lineEndsOf(source)
    this.#kept = new Uint8Array(source.length).fill(keepAll ? 1 : 0)
  }

  keep(start: number, end: number): this {
    this.#kept.fill(1, start, end)
    return this
  }

  blank(start: number, end: number): this {
    this.#kept.fill(0, start, end)
    return this
  }

  /** Puts text in before position `at`; uses up blanks that follow on the line before it shifts columns. */
  put(at: number, text: string): this {
    this.#insertions.push({ at, text, order: this.#insertions.length })
    return this
  }

  /** Puts the end of something around the code in: after all that is put in at the same place, however late. */
  close(at: number, text: string): this {
    this.#insertions.push({ at, text, order: CLOSING + this.#insertions.length })
    return this
  }

  /** Puts text in before everything else, at the very start. */
  open(text: string): this {
    this.#insertions.push({ at: 0, text, order: -1 })
    return this
  }

  /** Replaces a range by text, on the line where the range starts. */
  replace(start: number, end: number, text: string): this {
    return this.blank(start, end).put(start, text)
  }

  build(): { text: string; columns: Columns } {
    const insertions = [...this.#insertions].sort((a, b) => a.at - b.at || a.order - b.order)
    const written = new Writer()
    let at = 0
    for (const insertion of insertions) {
      this.#copy(at, insertion.at, written)
      written.insert(insertion.text)
      at = insertion.at
    }
    this.#copy(at, this.#source.length, written)
    return { text: written.text(), columns: written.columns() }
  }

  /** Copies a range: kept parts as they are, the rest as blanks and line ends. */
  #copy(from: number, to: number, written: Writer): void {
    for (let at = from; at < to; ) {
      const kept = this.#kept[at] === 1
      const change = this.#kept.indexOf(kept ? 0 : 1, at)
      const end = change < 0 || change > to ? to : change
      this.#copyRun(at, end, kept, written)
      at = end
    }
  }

  #copyRun(from: number, to: number, kept: boolean, written: Writer): void {
    const { starts, ends } = this.#lines
    let at = from
    for (let line = firstEndingAfter(ends, from); (starts[line] ?? to) < to; line++) {
      // A range may begin or end between the two characters of one line end.
      const end = Math.max(at, starts[line] ?? to)
      if (kept) written.keep(this.#source.slice(at, end))
      else written.blank(end - at)
      at = Math.min(to, ends[line] ?? to)
      written.endLine(this.#source.slice(end, at))
    }
    if (kept) written.keep(this.#source.slice(at, to))
    else written.blank(to - at)
  }
}

/** Where the line ends of a text begin and end. */
interface LineEnds {
  readonly starts: readonly number[]
  readonly ends: readonly number[]
}

const LINE_END = /\r\n|[\n\r\u2028\u2029]/g
/** Of the text at hand: every spot of a module is written out of the same one. */
let last: { readonly source: string; readonly lines: LineEnds } | null = null

function lineEndsOf(source: string): LineEnds {
  if (last?.source === source) return last.lines
  const starts: number[] = []
  const ends: number[] = []
  for (const { index, 0: text } of source.matchAll(LINE_END)) {
    starts.push(index)
    ends.push(index + text.length)
  }
  last = { source, lines: { starts, ends } }
  return last.lines
}

/** The first line end that is not over at a position. */
function firstEndingAfter(ends: readonly number[], position: number): number {
  let [low, high] = [0, ends.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ends[middle] ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}

/** Text being written, with lines and columns counted. */
class Writer {
  readonly #parts: string[] = []
  readonly #shifts = new Map<number, [number, number][]>()
  #line = 1
  #column = 1
  /** Columns put in that no blank has made up for yet. */
  #debt = 0
  /** Blanks that are written when something follows them on their line. */
  #blanks = 0

  insert(text: string): void {
    this.#flush()
    this.#parts.push(text)
    this.#column += text.length
    this.#debt += text.length
  }

  keep(text: string): void {
    if (text === '') return
    if (this.#debt > 0) {
      const shifts = this.#shifts.get(this.#line) ?? []
      shifts.push([this.#column, this.#debt])
      this.#shifts.set(this.#line, shifts)
      this.#debt = 0
    }
    this.#flush()
    this.#parts.push(text)
    this.#column += text.length
  }

  blank(length: number): void {
    const used = Math.min(length, this.#debt)
    this.#debt -= used
    this.#blanks += length - used
    this.#column += length - used
  }

  #flush(): void {
    if (this.#blanks > 0) this.#parts.push(' '.repeat(this.#blanks))
    this.#blanks = 0
  }

  endLine(text: string): void {
    this.#blanks = 0
    this.#parts.push(text)
    this.#line += 1
    this.#column = 1
    this.#debt = 0
  }

  text(): string {
    return this.#parts.join('')
  }

  columns(): Columns {
    return [...this.#shifts]
  }
}

/** The column of the user's text for a column of the rewritten text. */
export function originalColumn(columns: Columns, line: number, column: number): number {
  const shifts = columns.find(([at]) => at === line)?.[1] ?? []
  return shifts.reduce((result, [from, added]) => (from <= column ? result - added : result), column)
}
