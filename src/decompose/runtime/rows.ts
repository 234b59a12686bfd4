/** Arrays in the cells of an output whose elements are written: each row is changed where it is, by one shard. */
import { typedKind } from '../../execute/codec/typed-arrays.ts'
import { isPlainArray } from './live.ts'

type Row = unknown[] | Uint8Array

/** What became of the cells of one shard. */
export interface RowsPart {
  /** True where the row is still the one that was there: then `values` has its elements. */
  readonly kept: readonly boolean[]
  readonly values: readonly unknown[]
}

/** The rows among `cells`; or why their elements cannot be written apart. */
export function rowsOf(cells: readonly unknown[]): readonly Row[] | string {
  const rows: Row[] = []
  for (const cell of cells) {
    if (typeof cell !== 'object' || cell === null) continue
    if (!isRow(cell)) return 'holds something that is no plain array'
    rows.push(cell)
  }
  const owners = new Set<unknown>(rows.map((row) => memoryOf(row) ?? row))
  return owners.size === rows.length ? rows : 'has rows that are one array'
}

/** The memory of a typed row; null for others. */
export function memoryOf(row: unknown): ArrayBufferLike | null {
  return typedKind(row) === null ? null : (row as Uint8Array).buffer
}

/** @param before the cells as the shard was given them */
export function partOf(before: readonly unknown[], after: readonly unknown[]): RowsPart {
  const kept = after.map((row, index) => typeof row === 'object' && row !== null && row === before[index])
  return { kept, values: after.map((row, index) => (kept[index] === true ? (row as Row).slice() : row)) }
}

/** Puts a shard's part back into the live cells from `from` on. */
export function mergeRows(live: unknown[], from: number, { kept, values }: RowsPart): void {
  values.forEach((value, offset) => {
    if (kept[offset] === true) fill(live[from + offset] as Row, value as Row)
    else live[from + offset] = value
  })
}

function isRow(value: object): value is Row {
  if (typedKind(value) !== null) return true
  if (!isPlainArray(value) || !Object.isExtensible(value) || Reflect.ownKeys(value).length > value.length + 1)
    return false
  return value.every((element) => typeof element !== 'object' || element === null)
}

function fill(row: Row, values: Row): void {
  if (Array.isArray(row)) {
    // Holes stay holes.
    ;(values as unknown[]).forEach((value, index) => {
      row[index] = value
    })
    row.length = Math.max(row.length, values.length)
  } else row.set(values as Uint8Array)
}
