/** `shoal explain` for people: the source, with what becomes of each spot in a gutter and the reason below its line. */
import { styleText } from 'node:util'
import type { ExplainedSpot, SpotFigures } from '../src/decompose/explain.ts'
import type { UserFile } from '../src/decompose/load-module.ts'
import type { Verdict } from '../src/program/program.ts'

type Colour = Parameters<typeof styleText>[0]

const COLOURS: Record<Verdict, Colour> = {
  parallel: 'green',
  reduce: 'green',
  fission: 'green',
  tasks: 'green',
  guarded: 'cyan',
  speculative: 'cyan',
  inner: 'gray',
  sequential: 'yellow',
}

const GUTTER = 'speculative'.length

/** Lines around a spot that are shown, so that it is recognised. */
const AROUND = 2

/** All files of the user's, each under its name when there are several. @param colours false for output that is no terminal. */
export function explainFiles(files: readonly UserFile[], spots: readonly ExplainedSpot[], colours: boolean): string {
  const [module, ...others] = files
  const shown = others.filter(({ file }) => spots.some((spot) => spot.file === file))
  const own = explainText(
    module?.text ?? '',
    spots.filter(({ file }) => file === undefined),
    colours,
  )
  const rest = shown.map(({ file, text }) => {
    const here = spots.filter((spot) => spot.file === file)
    return `\n${file}\n${explainText(text, here, colours)}`
  })
  return shown.length === 0 ? own : `${module?.file}\n${own}${rest.join('')}`
}

/** @param colours false for output that is no terminal. */
export function explainText(source: string, spots: readonly ExplainedSpot[], colours: boolean): string {
  const paint = (colour: Colour, text: string): string =>
    colours ? styleText(colour, text, { validateStream: false }) : text
  const lines = source.split('\n')
  const digits = String(lines.length).length
  const shown: string[] = []
  let last = 0
  for (const [index, line] of lines.entries()) {
    const number = index + 1
    if (!spots.some((spot) => Math.abs(spot.line - number) <= AROUND)) continue
    if (last !== 0 && number > last + 1) shown.push(paint('gray', `${' '.repeat(GUTTER + digits)}  ...`))
    last = number
    const here = spots.filter((spot) => spot.line === number)
    const [first] = here
    const gutter = (first?.verdict ?? '').padEnd(GUTTER)
    const label = first === undefined ? gutter : paint(COLOURS[first.verdict], gutter)
    shown.push(`${label} ${paint('gray', `${String(number).padStart(digits)} |`)} ${line.trimEnd()}`)
    for (const spot of here) shown.push(noteOf(spot, digits, paint))
  }
  return `${shown.join('\n')}\n`
}

function noteOf(spot: ExplainedSpot, digits: number, paint: (colour: Colour, text: string) => string): string {
  const reason = spot.reason === '' ? '' : ` [${spot.reason}]`
  const width = spot.width === null ? '' : `, ${spot.width} wide`
  const note = `${' '.repeat(GUTTER + digits)}   ^ ${spot.text}${width}${reason}`
  const notes = [note, ...checkpointNote(spot, digits), ...(spot.run === null ? [] : [figuresOf(spot.run, digits)])]
  return paint(COLOURS[spot.verdict], notes.join('\n'))
}

/** Only of loops in which a run may stay for long. */
function checkpointNote({ checkpoint, verdict }: ExplainedSpot, digits: number): string[] {
  if (checkpoint === undefined || verdict !== 'sequential' || checkpoint.reason === 'inner') return []
  const code = checkpoint.reason === '' ? '' : ` [${checkpoint.reason}]`
  return [`${' '.repeat(GUTTER + digits)}     ${checkpoint.text}${code}`]
}

function figuresOf({ visits, shards, ms, bytes, stayed }: SpotFigures, digits: number): string {
  const parts = [
    ...(visits > 1 ? [`${visits} visits`] : []),
    shards === 0 ? 'in place' : `${shards} shards`,
    `${ms} ms`,
    ...(shards === 0 ? [] : [`${bytes} bytes`]),
    ...(stayed === null ? [] : [`stayed: ${stayed}`]),
  ]
  return `${' '.repeat(GUTTER + digits)}     last run: ${parts.join(', ')}`
}
