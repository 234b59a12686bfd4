/** What `shoal explain` shows of a program: one line per spot, with the figures of a run where there was one. */
import type { Program, Spot } from '../program/program.ts'
import type { SpotReport } from '../program/report.ts'
import { isPackage } from './syntax/source-map.ts'

/** What a run showed of a spot. */
export interface SpotFigures {
  readonly visits: number
  readonly shards: number
  /** In place and in shards, as far as it was timed. */
  readonly ms: number
  /** Inputs and results of its shards. */
  readonly bytes: number
  /** Why it ran in place although it may be sharded; null when it never had to. */
  readonly stayed: string | null
}

export interface ExplainedSpot extends Spot {
  /** Null without a run, and for spots that the run did not come by. */
  readonly run: SpotFigures | null
}

/** Spots of the user's files by line; a line with several has the outermost first. @param figures of a run, by number of the spot. */
export function explain(program: Program, figures: ReadonlyMap<number, SpotReport> = new Map()): ExplainedSpot[] {
  return program.spots
    .map((spot, number) => explained(spot, figures.get(number)))
    .filter(({ file = '' }) => !isPackage(file))
    .sort((a, b) => byText(a.file ?? '', b.file ?? '') || a.line - b.line)
}

function explained(spot: Spot, report: SpotReport | undefined): ExplainedSpot {
  if (report === undefined) return { ...spot, run: null }
  const { visits, width, shards, bytes, inPlaceMs, shardMs, stayed } = report
  const ms = Math.round((inPlaceMs + shardMs) * 1e3) / 1e3
  const run = { visits, shards, ms, bytes, stayed: stayed === '' ? null : stayed }
  return { ...spot, width: width > 0 ? width : spot.width, run }
}

function byText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
