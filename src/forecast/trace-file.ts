/** Recorded load and job lists as text files: `timestamp,value` and `start,end,job`, with or without a header; semicolons and tabs part cells too. */
import { ShoalError } from '../errors.ts'
import { forecastLimits } from '../limits.ts'
import type { BacktestRow, JobRun } from './backtest.ts'

/**
 * Rows in the order of the file. An empty value counts as the one before, as a live hub does with a sample it could not take.
 * @throws ShoalError SHOAL_USAGE naming the line that cannot be read, or whose time is not after the one before.
 */
export function parseTrace(text: string, file: string): BacktestRow[] {
  const rows = recordLines(text, file, ['timestamp', 'value']).map(({ cells, line }) => {
    const [time = '', value = ''] = cells
    return { timestamp: seconds(time, file, line), value: sample(value, file, line), line }
  })
  rows.forEach(({ timestamp, line }, at) => {
    if (timestamp > (rows[at - 1]?.timestamp ?? Number.NEGATIVE_INFINITY)) return
    throw unusable(file, `the time of line ${line} is not after that of the line before`)
  })
  if (rows.length > forecastLimits.backtestRowsMax) {
    throw unusable(file, `it has ${rows.length} rows, more than ${forecastLimits.backtestRowsMax}`)
  }
  if (!rows.some(({ value }) => Number.isFinite(value))) throw unusable(file, 'it has no rows with a value')
  return rows.map(({ timestamp, value }) => ({ timestamp, value }))
}

/** @throws ShoalError SHOAL_USAGE naming the line that cannot be read. */
export function parseJobRuns(text: string, file: string): JobRun[] {
  return recordLines(text, file, ['start', 'end', 'job']).map(({ cells, line }) => {
    const [start = '', end = '', job = ''] = cells
    return { start: seconds(start, file, line), end: seconds(end, file, line), job }
  })
}

/** What recorders write where they have no value. */
const missing = /^(|-|nan|na|n\/a|null|none|nil)$/i

function sample(cell: string, file: string, line: number): number {
  if (missing.test(cell)) return Number.NaN
  const number = Number(cell)
  if (Number.isNaN(number)) throw unreadable(file, line, 'value', cell)
  // The sums of squares of greater ones have no place in a number.
  if (Math.abs(number) > forecastLimits.valueMax)
    throw unusable(file, `line ${line} has a value beyond ${forecastLimits.valueMax}`)
  return number
}

interface RecordLine {
  readonly cells: readonly string[]
  readonly line: number
}

const separators = [',', ';', '\t'] as const

/** Lines of at least these columns. A header may name them in another order; lines that begin with # say nothing. */
function recordLines(text: string, file: string, columns: readonly string[]): RecordLine[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/)
  const found: RecordLine[] = []
  let places: readonly number[] | null = null
  let between: string | null = null
  for (const [index, content] of lines.entries()) {
    if (content.trim() === '' || content.startsWith('#')) continue
    between ??= separators.find((separator) => content.includes(separator)) ?? ','
    const cells = content.split(between).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    if (cells.length < columns.length) {
      throw unusable(file, `line ${index + 1} has ${cells.length} of ${columns.length} columns`)
    }
    if (places === null) {
      places = placesIn(cells, columns)
      // Only a header begins with a word; a date begins with a digit.
      if (/^[a-z_]/i.test(cells[0] ?? '')) continue
    }
    found.push({ cells: places.map((place) => cells[place] ?? ''), line: index + 1 })
  }
  return found
}

/** Where a header puts the columns; in their own order when it does not name them all. */
function placesIn(header: readonly string[], columns: readonly string[]): number[] {
  const names = header.map((name) => name.toLowerCase())
  const places = columns.map((column) => names.indexOf(column))
  return places.includes(-1) ? columns.map((_, at) => at) : places
}

/** Unix seconds, or a date that JavaScript can read. */
function seconds(cell: string, file: string, line: number): number {
  const number = cell === '' ? Number.NaN : Number(cell)
  if (Number.isFinite(number)) return number
  const parsed = Date.parse(cell) / 1000
  if (Number.isNaN(parsed)) throw unreadable(file, line, 'time', cell)
  return parsed
}

function unreadable(file: string, line: number, what: string, cell: string): ShoalError {
  return unusable(file, `line ${line} has no ${what}: ${JSON.stringify(cell.slice(0, 40))}`)
}

function unusable(file: string, why: string): ShoalError {
  return new ShoalError('SHOAL_USAGE', `${file} cannot be used: ${why}`, {
    next: 'series are lines of timestamp,value and job lists lines of start,end,job, times in Unix seconds',
  })
}
