/** The mixture as a whole: never much worse than persistence, honest p90, within bounds. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MetricForecaster } from '../../src/forecast/metric-forecaster.ts'
import type { NetExpert } from '../../src/forecast/net/net-expert.ts'
import { NetTrainer } from '../../src/forecast/net/net-trainer.ts'
import { ValueRange } from '../../src/forecast/value-range.ts'

const horizons = [1, 6, 12]

function walked(values: readonly number[], max = 100): MetricForecaster {
  const forecaster = new MetricForecaster({ horizons, range: ValueRange.upTo(max) })
  for (const value of values) forecaster.observe(value)
  return forecaster
}

function noise(count: number): number[] {
  return fc.sample(fc.double({ min: 0, max: 1, noNaN: true }), { numRuns: count, seed: 11 })
}

test('there is a forecast from the first sample on: persistence with a margin', () => {
  expect(walked([]).forecast()).toEqual([])
  expect(walked([30]).forecast()).toEqual(horizons.map(() => ({ mean: 30, p90: 50 })))
})

test('forecasts are possible values whatever comes in', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.double({ min: 0, max: 100 })), { maxLength: 150 }), (values) => {
      for (const { mean, p90 } of walked(values).forecast()) {
        expect(mean).toBeGreaterThanOrEqual(0)
        expect(p90).toBeGreaterThanOrEqual(mean)
        expect(p90).toBeLessThanOrEqual(100)
      }
    }),
    { numRuns: 60 },
  )
})

test('on noise around a level the mixture beats persistence and p90 covers nine of ten', () => {
  const forecaster = walked(noise(1500).map((share) => 30 + 20 * share))
  expect(forecaster.errorRatio()).toBeLessThan(0.85)
  expect(forecaster.coverage()).toBeGreaterThan(0.85)
  expect(forecaster.coverage()).toBeLessThan(0.96)
})

test('on a random walk, where persistence is best, the mixture is hardly worse', () => {
  let level = 50
  const forecaster = walked(noise(1500).map((share) => (level = Math.min(Math.max(level + share - 0.5, 0), 100))))
  expect(forecaster.errorRatio()).toBeLessThan(1.1)
})

test('an unbounded metric is forecast in its own unit', () => {
  const [first] = walked(
    noise(400).map((share) => 1e6 * (1 + share)),
    Number.POSITIVE_INFINITY,
  ).forecast()
  expect(first?.mean).toBeGreaterThan(1e6)
  expect(first?.p90).toBeLessThan(2.5e6)
})

function withNets(values: readonly number[]): { forecaster: MetricForecaster; net: NetExpert } {
  const forecaster = new MetricForecaster({ horizons, range: ValueRange.upTo(100), nets: true })
  for (const value of values) forecaster.observe(value)
  const net = forecaster.nets[1]
  if (net === undefined) throw new Error('there is no second net')
  return { forecaster, net }
}

const bumpy = noise(400).map((share, at) => 40 + 30 * Math.sin(at / 7) + 8 * share)

test('a net is silent until trained, trained in a thread, then takes part', async () => {
  const { forecaster, net } = withNets(bumpy)
  const trainer = new NetTrainer(5)
  try {
    expect(forecaster.expertForecast(net.name)[0]).toBeNaN()
    const set = net.takeTraining()
    if (set === null) throw new Error('no training is due')
    expect(net.takeTraining()).toBeNull()
    const { scales } = set
    const weights = await trainer.train(set)
    if (weights === null) throw new Error('the training failed')
    expect(net.adopt(weights, scales)).toBe(true)
    expect(trainer.trainMs).toBeGreaterThan(0)
  } finally {
    await trainer.close()
  }
  forecaster.observe(40)
  expect(forecaster.expertForecast(net.name)[0]).toBeGreaterThan(0)
})

test('same samples and seed give the same net', async () => {
  const train = async (): Promise<unknown> => {
    const trainer = new NetTrainer(5)
    const set = withNets(bumpy).net.takeTraining()
    try {
      return set === null ? null : await trainer.train(set)
    } finally {
      await trainer.close()
    }
  }
  expect(await train()).toEqual(await train())
})

test('a training that fails says so and leaves the old net', async () => {
  const reasons: unknown[] = []
  const trainer = new NetTrainer(1, (reason) => reasons.push(reason))
  const set = withNets(bumpy).net.takeTraining()
  if (set === null) throw new Error('no training is due')
  try {
    expect(await trainer.train({ ...set, learningRate: -1 })).toBeNull()
    expect(String(reasons[0])).toContain('learningRate')
  } finally {
    await trainer.close()
  }
})

test('weights that are not numbers are not adopted', () => {
  const { net } = withNets(bumpy)
  const layer = (units: number, inputs: number): { biases: number[]; weights: number[][] } => ({
    biases: Array(units).fill(0),
    weights: Array.from({ length: units }, () => Array(inputs).fill(Number.NaN)),
  })
  const layers = [layer(8, net.inputSize), layer(3, 8)]
  expect(net.adopt({ inputs: net.inputSize, layers }, [1, 1, 1])).toBe(false)
})
