/** Rewrites text without moving what stays: blanks keep lines and columns, and what is put in is noted per line. */

/** Per line, where text was put in: `[line, [[column after it, added columns], ...]]`, columns from 1 in the new text. */
export type Columns = readonly (readonly [number, readonly (readonly [number, number])[]])[]

interface Insertion {
  readonly at: number
  readonly text: string
  readonly order: number
}

/** A text under construction: some ranges of the user's text kept, others blank, own text put in between. */
export class TextBuilder {
  readonly #source: string
  readonly #kept: Uint8Array
  readonly #insertions: Insertion[] = []

  /** @param keepAll start with all text kept (then blank parts), else with nothing kept (then keep parts). */
  constructor(source: string, keepAll: boolean) {
    this.#source = source
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
    const out: string[] = []
    const shifts = new Map<number, [number, number][]>()
    let line = 1
    let column = 1
    let debt = 0
    let next = 0
    for (let i = 0; i <= this.#source.length; i++) {
      for (let insertion = insertions[next]; insertion?.at === i; insertion = insertions[++next]) {
        out.push(insertion.text)
        column += insertion.text.length
        debt += insertion.text.length
      }
      const char = this.#source[i]
      if (char === undefined) break
      if (isLineEnd(char)) {
        out.push(char)
        if (char !== '\r') line += 1
        column = 1
        debt = 0
      } else if (this.#kept[i] === 1) {
        if (debt > 0) {
          const list = shifts.get(line) ?? []
          list.push([column, debt])
          shifts.set(line, list)
          debt = 0
        }
        out.push(char)
        column += 1
      } else if (debt > 0) debt -= 1
      else {
        out.push(' ')
        column += 1
      }
    }
    return { text: out.join(''), columns: [...shifts] }
  }
}

function isLineEnd(char: string): boolean {
  return char === '\n' || char === '\r' || char === '\u2028' || char === '\u2029'
}

/** The column of the user's text for a column of the rewritten text. */
export function originalColumn(columns: Columns, line: number, column: number): number {
  const shifts = columns.find(([at]) => at === line)?.[1] ?? []
  return shifts.reduce((result, [from, added]) => (from <= column ? result - added : result), column)
}
