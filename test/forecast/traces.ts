/** Recorded load of real machines, where the test data lies beside the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { BacktestRow, JobRun } from '../../src/forecast/backtest.ts'

const folder = `${process.env.SHOAL_DATA ?? fileURLToPath(new URL('../../../shared/data', import.meta.url))}/load`

export const tracesMissing = !existsSync(folder) && `no load traces in ${folder}: set SHOAL_DATA`

/** Names of all recorded files, job lists included. */
export function traceFiles(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.csv'))
    .sort()
}

function lines(file: string): string[][] {
  const text = readFileSync(`${folder}/${file}`, 'utf8').trim()
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
}

export function trace(file: string, rowsMax = Number.POSITIVE_INFINITY): BacktestRow[] {
  return lines(file)
    .slice(0, rowsMax)
    .map(([timestamp, value]) => ({ timestamp: Number(timestamp), value: Number(value) }))
}

export function jobs(file: string): JobRun[] {
  return lines(file).map(([start, end, job = '']) => ({ start: Number(start), end: Number(end), job }))
}
