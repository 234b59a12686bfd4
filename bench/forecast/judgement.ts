/** Back-tests series and prints ratios against the plain rules: geometric means over the series, and the worst of them. */
import { type BacktestOptions, type BacktestRow, backtest, type JobRun } from '../../src/forecast/backtest.ts'
import type { HorizonScore } from '../../src/forecast/backtest-score.ts'

export interface Series {
  readonly name: string
  readonly rows: readonly BacktestRow[]
  /** What ran when; the series is judged with and without knowing it. */
  readonly jobs?: readonly JobRun[]
}

type Scores = readonly HorizonScore[]

/** Prints one JSON line for each series and one for all together. */
export async function judge(set: string, series: readonly Series[]): Promise<void> {
  const withNets: Scores[] = []
  const without: Scores[] = []
  const knowing: Scores[] = []
  let longestLoopGapMs = 0
  for (const { name, rows, jobs } of series) {
    const scores = async (options: BacktestOptions): Promise<Scores> => {
      const report = await backtest(rows, { seed: 1, ...options })
      longestLoopGapMs = Math.max(longestLoopGapMs, report.longestLoopGapMs)
      return report.horizons
    }
    const own = await scores({ nets: true })
    withNets.push(own)
    without.push(await scores({ nets: false }))
    if (jobs !== undefined) knowing.push(await scores({ nets: true, jobs }))
    print({ bench: 'forecast', set, series: name, rows: rows.length, ...ratiosOf([own]) })
  }
  print({
    bench: 'forecast',
    set,
    series: series.length,
    ...ratiosOf(withNets),
    worstToLast: byHorizon(withNets, toLast, (ratios) => Math.max(...ratios)),
    netsToNoNets: byHorizon(
      withNets,
      (score, at, which) => score.mae / (without[which]?.[at]?.mae ?? 0),
      geometricMean,
    ),
    withJobsToLast: byHorizon(knowing, toLast, geometricMean),
    longestLoopGapMs,
  })
}

function ratiosOf(scores: readonly Scores[]): object {
  return {
    toLast: byHorizon(scores, toLast, geometricMean),
    toAr16: byHorizon(scores, ({ mae, maeAr16 }) => mae / maeAr16, geometricMean),
    toNws: byHorizon(scores, ({ mae, maeNws }) => mae / maeNws, geometricMean),
    pinball90ToLast: byHorizon(scores, ({ pinball90, pinballLast90 }) => pinball90 / pinballLast90, geometricMean),
    coverage90: byHorizon(scores, ({ coverage90 }) => coverage90, mean),
  }
}

function toLast({ mae, maeLast }: HorizonScore): number {
  return mae / maeLast
}

function byHorizon(
  scores: readonly Scores[],
  ratio: (score: HorizonScore, at: number, which: number) => number,
  over: (ratios: readonly number[]) => number,
): number[] {
  const horizons = scores[0] ?? []
  return horizons.map((_, at) => {
    const ratios = scores.flatMap((list, which) => {
      const score = list[at]
      return score === undefined ? [] : [ratio(score, at, which)]
    })
    return Number(over(ratios).toFixed(3))
  })
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)))
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
