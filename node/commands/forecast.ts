/** `shoal forecast`: walks a recorded series forward as a live hub would, and says how good the forecasts were. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { ShoalError } from '../../src/errors.ts'
import { type BacktestReport, backtest, type Prediction, scoredFromRow } from '../../src/forecast/backtest.ts'
import type { HorizonScore } from '../../src/forecast/backtest-score.ts'
import { parseJobRuns, parseTrace } from '../../src/forecast/trace-file.ts'
import { forecastLimits } from '../../src/limits.ts'
import type { Arguments } from '../arguments.ts'
import { exitCodes } from '../exit.ts'
import { table } from '../table.ts'
import { jsonOption, type Verb } from '../verb.ts'

export const forecast: Verb = {
  name: 'forecast',
  summary: 'Back-test the load forecast on a recorded series.',
  positionals: [{ name: 'file', description: 'CSV with lines of timestamp,value', required: true }],
  options: {
    jobs: { type: 'text', value: 'file', description: 'CSV with lines of start,end,job: what ran when' },
    horizons: { type: 'text', value: 'rows', description: 'rows ahead (default: 1,6,12)' },
    predictions: { type: 'text', value: 'file', description: 'write every forecast as lines of row,h,mean,p90' },
    nets: { type: 'flag', description: 'let the neural nets take part (default: yes)' },
    seed: { type: 'text', value: 'n', description: 'seed of the nets (default: 1)' },
    json: jsonOption,
  },
  async run(args) {
    const report = await walk(args)
    process.stdout.write(args.flag('json') ? `${JSON.stringify(report)}\n` : reportText(report))
    return exitCodes.done
  },
}

/** A horizon as it is shown: without a scored forecast there are no figures, and a reason why. */
type ShownScore =
  | HorizonScore
  | ({ readonly [Key in keyof HorizonScore]: HorizonScore[Key] | null } & { unscored: string })

type ShownReport = Omit<BacktestReport, 'horizons'> & { readonly horizons: readonly ShownScore[] }

async function walk(args: Arguments): Promise<ShownReport> {
  const file = args.required('file')
  const horizons = horizonsOf(args)
  const rows = parseTrace(await text(file), file)
  const jobsFile = args.text('jobs')
  const jobs = jobsFile === undefined ? undefined : parseJobRuns(await text(jobsFile), jobsFile)
  const out = predictionsFile(args.text('predictions'))
  const report = await backtest(rows, {
    ...(horizons === undefined ? {} : { horizons }),
    nets: !args.isOff('nets'),
    seed: args.whole('seed', 0, 2 ** 32 - 1) ?? 1,
    ...(jobs === undefined ? {} : { jobs }),
    ...(out === null ? {} : { onPrediction: out.write }),
  })
  await out?.close()
  const shownScores = report.horizons.map((score) => shownScore(score, rows.length))
  for (const score of shownScores)
    if ('unscored' in score) process.stderr.write(`nothing to score ${score.h} rows ahead: ${score.unscored}\n`)
  return { ...report, horizons: shownScores }
}

function shownScore(score: HorizonScore, rows: number): ShownScore {
  if (score.scored > 0) return score
  const none = Object.fromEntries(Object.keys(score).map((key) => [key, null])) as Record<keyof HorizonScore, null>
  return { ...none, h: score.h, scored: 0, unscored: unscored(score.h, rows) }
}

function unscored(h: number, rows: number): string {
  const series = `the series has ${rows} rows`
  if (rows <= scoredFromRow) return `forecasts are scored from row ${scoredFromRow} on, and ${series}`
  if (rows <= scoredFromRow + h)
    return `the first one scored, made at row ${scoredFromRow}, is of row ${scoredFromRow + h}, and ${series}`
  return 'no row that a forecast was of has a value'
}

interface PredictionsFile {
  readonly write: (prediction: Prediction) => void
  readonly close: () => Promise<void>
}

function predictionsFile(path: string | undefined): PredictionsFile | null {
  if (path === undefined) return null
  const stream: WriteStream = createWriteStream(path)
  // Awaited at the end; until then a failure must not count as unhandled.
  const ended = finished(stream).then(
    () => null,
    (cause: unknown) => cause,
  )
  stream.write('row,h,mean,p90\n')
  return {
    write: ({ row, h, mean, p90 }) => stream.write(`${row},${h},${shown(mean)},${shown(p90)}\n`),
    close: async () => {
      stream.end()
      const cause = await ended
      if (cause !== null) throw unusable(path, 'written', cause)
    },
  }
}

function horizonsOf(args: Arguments): number[] | undefined {
  const list = args.text('horizons')?.split(',').map(Number)
  if (list === undefined) return undefined
  const isGood = list.every((h, at) => Number.isInteger(h) && h > (list[at - 1] ?? 0) && h < forecastLimits.samplesKept)
  if (isGood && list.length <= forecastLimits.backtestHorizonsMax) return list
  throw new ShoalError('SHOAL_USAGE', `forecast: --horizons must be ascending whole numbers of rows, such as 1,6,12`, {
    next: 'shoal forecast --help',
  })
}

async function text(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (cause) {
    throw unusable(file, 'read', cause)
  }
}

function unusable(file: string, done: string, cause: unknown): ShoalError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ShoalError('SHOAL_USAGE', `${file} cannot be ${done}: ${why}`, { next: 'check the path', cause })
}

function reportText({ rows, horizons, trainMs, longestLoopGapMs }: ShownReport): string {
  const head = ['AHEAD', 'MAE', 'AGAINST NOW', 'AR(16)', 'NWS', 'P90 COVERS', 'P90 PINBALL']
  const lines = horizons.map((score) =>
    'unscored' in score
      ? [String(score.h), 'nothing to score']
      : [
          String(score.h),
          score.mae.toPrecision(4),
          ratio(score.mae, score.maeLast),
          ratio(score.mae, score.maeAr16),
          ratio(score.mae, score.maeNws),
          `${(100 * score.coverage90).toFixed(1)} %`,
          score.pinball90.toPrecision(4),
        ],
  )
  const cost = `${rows} rows; nets trained ${trainMs} ms beside the loop, longest step of the loop ${longestLoopGapMs} ms\n`
  return table(head, lines) + cost
}

function ratio(one: number, other: number): string {
  return other === 0 ? '-' : (one / other).toFixed(3)
}

/** Ten digits, whatever the unit of the series. */
function shown(value: number): number {
  return Number(value.toPrecision(10))
}
