/** Finds where a place of a bundle stood in the user's own files. */
import type { BundleMap } from '../../program/program.ts'

/** A place as editors show it: lines and columns from 1. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

/** A stretch of a bundle's line, from its column (from 0) on, and where it stood (line and column from 0). */
interface Segment {
  readonly column: number
  readonly source: number
  readonly line: number
  readonly sourceColumn: number
  /** Of what has another name in the bundle; else null. */
  readonly name: number | null
}

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const digitValues = new Map([...digits].map((digit, value) => [digit, value]))

/** A source map (ECMA-426), decoded when it is first asked. */
export class SourceMap {
  readonly #map: BundleMap
  #lines: readonly (readonly Segment[])[] | null = null

  constructor(map: BundleMap) {
    this.#map = map
  }

  /** Where a place of the bundle (from 1) stood; null for text that the bundler made. */
  find(line: number, column: number): Place | null {
    const segments = this.#segments(line)
    // The last segment that begins at or before the column; on the left of all of them, the first.
    const found = segments.findLast((segment) => segment.column < column) ?? segments[0]
    const file = found === undefined ? undefined : this.#map.sources[found.source]
    if (found === undefined || file === undefined) return null
    const within = Math.max(0, column - 1 - found.column)
    return { file, line: found.line + 1, column: found.sourceColumn + within + 1 }
  }

  /** What an identifier at a place of the bundle (from 1) is called in its file; undefined where it has the same name. */
  nameAt(line: number, column: number): string | undefined {
    const name = this.#segments(line).find((segment) => segment.column === column - 1)?.name ?? null
    return name === null ? undefined : this.#map.names?.[name]
  }

  #segments(line: number): readonly Segment[] {
    this.#lines ??= decodeMappings(this.#map.mappings)
    return this.#lines[line - 1] ?? []
  }
}

/** True for a file of an installed package. */
export function isPackage(file: string): boolean {
  return /(^|\/)node_modules\//.test(file)
}

/** Only segments with a source count. */
function decodeMappings(mappings: string): Segment[][] {
  const previous = { source: 0, line: 0, sourceColumn: 0 }
  let name = 0
  return mappings.split(';').map((text) => {
    let column = 0
    const segments: Segment[] = []
    for (const part of text.split(',')) {
      const [columnStep = 0, sourceStep, lineStep = 0, sourceColumnStep = 0, nameStep] = decodeNumbers(part)
      column += columnStep
      if (sourceStep === undefined) continue
      previous.source += sourceStep
      previous.line += lineStep
      previous.sourceColumn += sourceColumnStep
      name += nameStep ?? 0
      segments.push({ column, ...previous, name: nameStep === undefined ? null : name })
    }
    return segments
  })
}

/** Base-64 variable-length quantities: five bits a digit, least significant first, the sign in the lowest bit. */
function decodeNumbers(text: string): number[] {
  const numbers: number[] = []
  let value = 0
  let shift = 0
  for (const digit of text) {
    const bits = digitValues.get(digit) ?? 0
    value += (bits & 31) * 2 ** shift
    shift += 5
    if (bits & 32) continue
    numbers.push(value % 2 === 1 ? -(value - 1) / 2 : value / 2)
    value = 0
    shift = 0
  }
  return numbers
}
