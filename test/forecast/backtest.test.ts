/** Walking forward over recorded load: no look ahead, repeatable, and better than believing in the present. */
import { expect, test } from 'vitest'
import { type BacktestOptions, type BacktestReport, backtest, type Prediction } from '../../src/forecast/backtest.ts'
import { jobs, trace, tracesMissing } from './traces.ts'

const waves = Array.from({ length: 700 }, (_, at) => ({
  timestamp: at,
  value: 50 + 30 * Math.sin(at / 9) + ((at * 7919) % 13),
}))

async function predictions(rows: typeof waves, options: BacktestOptions): Promise<Prediction[]> {
  const list: Prediction[] = []
  await backtest(rows, { ...options, onPrediction: (prediction) => list.push(prediction) })
  return list
}

test('what comes later changes nothing that was said before, nets included', async () => {
  const otherFuture = waves.map((row, at) => (at > 500 ? { ...row, value: 0 } : row))
  const options = { nets: true, seed: 3 }
  const [one, other] = [await predictions(waves, options), await predictions(otherFuture, options)]
  const until = (list: Prediction[]): Prediction[] => list.filter(({ row }) => row <= 500)
  expect(until(one)).toHaveLength(201 * 3)
  expect(until(other)).toEqual(until(one))
  expect(other).not.toEqual(one)
})

test('that a series leaves the percents later is not known before', async () => {
  const otherFuture = waves.map((row, at) => (at > 500 ? { ...row, value: at % 2 === 0 ? 1e6 : -50 } : row))
  const [one, other] = [await predictions(waves, { nets: false }), await predictions(otherFuture, { nets: false })]
  const until = (list: Prediction[]): Prediction[] => list.filter(({ row }) => row <= 500)
  expect(until(other)).toEqual(until(one))
  expect(other.at(-1)?.p90).toBeGreaterThan(1000)
})

test('missing rows are neither learned as zero nor scored', async () => {
  const holes = waves.map((row, at) => (at < 40 || at % 9 === 0 ? { ...row, value: Number.NaN } : row))
  const list = await predictions(holes, { nets: false })
  const { horizons } = await backtest(holes, { nets: false })
  expect(list).toHaveLength(400 * 3)
  expect(list.every(({ mean, p90 }) => Number.isFinite(mean) && p90 >= mean)).toBe(true)
  expect(horizons.every(({ mae, maeLast }) => mae > 0 && mae < maeLast)).toBe(true)
})

test('what stands in for a missing sample is no point for persistence', async () => {
  const noise = waves.map((row, at) => ({ ...row, value: (at * 7919) % 97 }))
  const holes = noise.map((row, at) => (at % 3 === 0 ? { ...row, value: Number.NaN } : row))
  const { horizons } = await backtest(holes, { nets: false, horizons: [1] })
  expect(horizons.every(({ mae, maeLast }) => mae < 0.9 * maeLast)).toBe(true)
})

test('a series that never moves is forecast as it is', async () => {
  const flat = waves.map((row) => ({ ...row, value: 7 }))
  for (const { mean, p90 } of await predictions(flat, { nets: true })) {
    expect(mean).toBe(7)
    expect(p90).toBeCloseTo(7)
  }
})

test('predictions start at row 300 and come for every horizon', async () => {
  const list = await predictions(waves, { nets: false, horizons: [1, 3] })
  expect(list[0]).toMatchObject({ row: 300, h: 1 })
  expect(list).toHaveLength(400 * 2)
})

test('a series too short to score gives zeros, not NaN', async () => {
  const report = await backtest(waves.slice(0, 20), { nets: false })
  expect(report.rows).toBe(20)
  expect(report.horizons.every(({ mae, coverage90 }) => mae === 0 && coverage90 === 0)).toBe(true)
})

if (tracesMissing !== false) test.skip(tracesMissing)

function ratios({ horizons }: BacktestReport): number[] {
  return horizons.map(({ mae, maeLast }) => mae / maeLast)
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length)
}

test.skipIf(tracesMissing !== false)(
  'on real machines the mixture beats persistence and AR(16), and p90 holds',
  async () => {
    const files = [
      'vm-a4-mem-1s.csv',
      'vm-b2-cpu-1s.csv',
      'vm-c8-cpu-1s.csv',
      'ec2-5f5533-cpu-300s.csv',
      'k8snode-a-cpu-60s.csv',
    ]
    const reports: BacktestReport[] = []
    for (const file of files) reports.push(await backtest(trace(file, 2000), { nets: false }))
    for (const at of [0, 1, 2]) {
      const scores = reports.map(({ horizons }) => horizons[at]).filter((score) => score !== undefined)
      expect(geometricMean(scores.map(({ mae, maeLast }) => mae / maeLast))).toBeLessThan(0.72)
      expect(geometricMean(scores.map(({ mae, maeAr16 }) => mae / maeAr16))).toBeLessThan(1)
      expect(geometricMean(scores.map(({ mae, maeNws }) => mae / maeNws))).toBeLessThan(0.95)
      for (const { mae, maeLast, coverage90 } of scores) {
        expect(mae).toBeLessThan(1.05 * maeLast)
        expect(coverage90).toBeGreaterThan(0.86)
      }
    }
  },
)

test.skipIf(tracesMissing !== false)('the nets make the mixture better, and hold nobody up', async () => {
  const rows = trace('vm-a4-mem-1s.csv', 1500)
  const without = await backtest(rows, { nets: false })
  const withNets = await backtest(rows, { nets: true, seed: 1 })
  expect(withNets.trainMs).toBeGreaterThan(0)
  expect(geometricMean(ratios(withNets))).toBeLessThan(geometricMean(ratios(without)))
})

test.skipIf(tracesMissing !== false)('knowing the jobs is worth more than any model', async () => {
  const rows = trace('vm-c8-cpu-1s.csv')
  const blind = ratios(await backtest(rows, { nets: false }))
  const knowing = ratios(await backtest(rows, { nets: false, jobs: jobs('vm-c8-jobs.csv') }))
  for (const [at, ratio] of knowing.entries()) expect(ratio).toBeLessThan(0.95 * (blind[at] ?? 0))
})

test('the unit of a series does not matter', async () => {
  const [inPercent, inMillionths] = await Promise.all(
    [1, 1e-6].map(async (unit) => {
      const rows = waves.map(({ timestamp, value }) => ({ timestamp, value: unit * value }))
      const { horizons } = await backtest(rows, { nets: false, horizons: [6] })
      return horizons.map(({ mae, pinball90 }) => ({ mae: mae / unit, pinball90: pinball90 / unit }))[0]
    }),
  )
  expect((inMillionths?.mae ?? 0) / (inPercent?.mae ?? 0)).toBeCloseTo(1, 1)
  expect((inMillionths?.pinball90 ?? 0) / (inPercent?.pinball90 ?? 0)).toBeCloseTo(1, 1)
})
