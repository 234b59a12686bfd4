/** The monitor of a hub: own work taken out, all metrics and horizons, nets fed as trainings arrive. */
import { expect, test } from 'vitest'
import { type Load, LoadForecaster } from '../../src/forecast/load-forecaster.ts'

const load = (cpu: number, memory = 20, network = 1000): Load => ({ cpu, memory, network })

test('own work is not forecast as if others caused it', () => {
  const forecaster = new LoadForecaster()
  for (let second = 0; second < 100; second++) forecaster.observe(load(90), load(80, 5, 400))
  const [next] = forecaster.forecast()
  expect(next?.cpu.mean).toBeCloseTo(10)
  expect(next?.memory.mean).toBeCloseTo(15)
  expect(next?.network.mean).toBeCloseTo(600)
})

test('own work beyond the total counts as all of it', () => {
  const forecaster = new LoadForecaster()
  forecaster.observe(load(10), load(30, 30, 5000))
  expect(forecaster.now).toEqual(load(0, 0, 0))
})

test('fast horizons come at once, slow ones with the first ten seconds', () => {
  const forecaster = new LoadForecaster()
  for (let second = 0; second < 9; second++) forecaster.observe(load(10), load(0, 0, 0))
  expect(forecaster.forecast().map(({ horizonMs }) => horizonMs)).toEqual([1000, 6000, 12_000])
  forecaster.observe(load(10), load(0, 0, 0))
  expect(forecaster.forecast().map(({ horizonMs }) => horizonMs)).toEqual([1000, 6000, 12_000, 60_000, 120_000])
})

test('before there is a record the ratio is 1 and the coverage as promised', () => {
  const forecaster = new LoadForecaster()
  expect(forecaster.errorRatio()).toEqual(load(1, 1, 1))
  expect(forecaster.coverage()).toEqual(load(0.9, 0.9, 0.9))
})

test('trainings are asked for, two nets per metric, and a failed one changes nothing', async () => {
  let asked = 0
  const forecaster = new LoadForecaster({
    train: () => {
      asked++
      return Promise.resolve(null)
    },
  })
  for (let second = 0; second < 260; second++) {
    const wobble = (second * 37) % 20
    forecaster.observe(load(30 + wobble, 20 + wobble, 1000 + wobble), load(0, 0, 0))
  }
  await Promise.resolve()
  expect(asked).toBe(12)
  expect(forecaster.forecast()[0]?.cpu.mean).toBeGreaterThan(0)
})
