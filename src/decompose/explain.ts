/** What `shoal explain` shows of a program: one line per spot. */
import type { Program, Spot } from '../program/program.ts'

/** Spots by line; a line with several has the outermost first. */
export function explain(program: Program): readonly Spot[] {
  return program.spots.toSorted((a, b) => a.line - b.line)
}
