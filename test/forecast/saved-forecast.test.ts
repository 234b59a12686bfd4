/** What a forecast leaves to its next life: the same forecasts again, and nothing believed that no hub wrote. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Load, LoadForecaster } from '../../src/forecast/load-forecaster.ts'
import type { NetWeights } from '../../src/forecast/net/net-weights.ts'
import { decodeSaved, encodeSaved } from '../../src/forecast/saved-forecast.ts'
import { forecastLimits } from '../../src/limits.ts'

const nothing: Load = { cpu: 0, memory: 0, network: 0 }

function loadAt(second: number): Load {
  const cpu = Math.round(40 + 30 * Math.sin(second / 7) + ((second * 7919) % 13))
  return { cpu, memory: 30 + (second % 5), network: 1000 + 10 * cpu }
}

const weights: NetWeights = {
  inputs: 19,
  layers: [
    { biases: Array(8).fill(0.1), weights: Array.from({ length: 8 }, () => Array(19).fill(0.01)) },
    { biases: Array(3).fill(0.2), weights: Array.from({ length: 3 }, () => Array(8).fill(0.3)) },
  ],
}

/** Lives for some seconds; nets are trained at once to fixed weights. */
function lived(seconds: number): LoadForecaster {
  const forecaster = new LoadForecaster({ train: () => Promise.resolve(weights) })
  for (let second = 0; second < seconds; second++) forecaster.observe(loadAt(second), nothing)
  return forecaster
}

test('a forecaster that walks through its samples again says what it said', () => {
  const before = lived(300)
  const saved = decodeSaved(encodeSaved(before.saved(), 5_000), 65_000)
  const after = new LoadForecaster({ train: () => Promise.resolve(weights) })
  for (const sample of saved?.samples ?? []) after.replay(sample)
  expect(after.forecast()).toEqual(before.forecast())
  expect(after.errorRatio()).toEqual(before.errorRatio())
})

test('trained nets are taken on again, and speak', async () => {
  const before = lived(200)
  await Promise.resolve()
  const saved = decodeSaved(encodeSaved(before.saved(), 0), 0)
  expect(saved?.nets.some((net) => net !== null)).toBe(true)
  const after = new LoadForecaster({ train: () => Promise.resolve(null) })
  expect(after.adopt(saved?.nets ?? [])).toBe(saved?.nets.filter((net) => net !== null).length)
  expect(after.saved().nets).toEqual(saved?.nets)
})

test('samples that are too old, or of the future, are left out; nets are not', () => {
  const text = encodeSaved(lived(120).saved(), 1_000_000)
  const samplesAt = (nowMs: number): number | undefined => decodeSaved(text, nowMs)?.samples.length
  expect(samplesAt(1_000_000 + forecastLimits.savedFreshMs)).toBe(120)
  expect(samplesAt(1_000_001 + forecastLimits.savedFreshMs)).toBe(0)
  expect(samplesAt(999_999)).toBe(0)
})

test('old samples may be remembered without being walked through', () => {
  const forecaster = new LoadForecaster()
  for (let second = 0; second < 500; second++) forecaster.remember(loadAt(second))
  expect(forecaster.forecast()).toEqual([])
  // A short record, but all of the past is there to be searched.
  for (let second = 500; second < 540; second++) forecaster.replay(loadAt(second))
  expect(Math.abs((forecaster.forecast()[0]?.cpu.mean ?? 0) - loadAt(540).cpu)).toBeLessThan(4)
})

test('nets that do not fit are left', () => {
  const forecaster = new LoadForecaster({ train: () => Promise.resolve(null) })
  const wrong: NetWeights = { inputs: 3, layers: [{ biases: [0], weights: [[1, 2, 3]] }] }
  expect(forecaster.adopt([{ weights: wrong, scales: [1, 1, 1] }, null])).toBe(0)
  expect(forecaster.adopt([{ weights, scales: [1, Number.NaN, 1] }])).toBe(0)
  expect(new LoadForecaster().adopt([{ weights, scales: [1, 1, 1] }])).toBe(0)
})

test('a file that no hub wrote is no memory', () => {
  const text = encodeSaved(lived(60).saved(), 0)
  const wrong = [
    '',
    'null',
    '{}',
    text.slice(0, -1),
    text.replace('"version":1', '"version":2'),
    text.replace('"cpu":[', '"cpu":[-1,'),
    text.replace('"cpu":[', '"cpu":[1,'),
    text.replace('"cpu":[', '"cpu":["1",'),
    `${text}${' '.repeat(forecastLimits.savedBytesMax)}`,
  ]
  for (const content of wrong) expect(decodeSaved(content, 0)).toBeNull()
})

test('any change of a saved file is refused or gives possible values', () => {
  const text = encodeSaved(lived(60).saved(), 0)
  fc.assert(
    fc.property(fc.nat(text.length - 1), fc.string({ minLength: 1, maxLength: 3 }), (at, put) => {
      const saved = decodeSaved(text.slice(0, at) + put + text.slice(at + put.length), 0)
      for (const { cpu } of saved?.samples ?? []) expect(Number.isFinite(cpu) && cpu >= 0).toBe(true)
    }),
    { numRuns: 200 },
  )
})
