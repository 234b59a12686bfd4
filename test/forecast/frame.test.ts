/** Forecast frames: small, close to what went in, and safe against any bytes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../src/errors.ts'
import { decodeFrame, encodeFrame, type ForecastFrame } from '../../src/forecast/frame.ts'
import { LoadForecaster } from '../../src/forecast/load-forecaster.ts'
import { forecastLimits } from '../../src/limits.ts'

function frame(): ForecastFrame {
  const forecaster = new LoadForecaster()
  for (let second = 0; second < 100; second++) {
    const wobble = (second * 31) % 17
    forecaster.observe({ cpu: 40 + wobble, memory: 30, network: 1e6 + wobble * 1e5 }, { cpu: 0, memory: 0, network: 0 })
  }
  const record = { errorRatio: forecaster.errorRatio(), coverage: forecaster.coverage() }
  return {
    sequence: 7,
    timeSeconds: 100,
    cores: 8,
    forecast: forecaster.forecast(),
    ...record,
    ownWorkSeconds: 12,
    queueLength: 3,
  }
}

test('a full frame is at most 64 bytes and arrives within its steps', () => {
  const sent = frame()
  const bytes = encodeFrame(sent)
  expect(bytes.byteLength).toBeLessThanOrEqual(forecastLimits.frameBytesMax)
  const arrived = decodeFrame(bytes)
  expect(arrived).toMatchObject({ sequence: 7, timeSeconds: 100, cores: 8, ownWorkSeconds: 12, queueLength: 3 })
  expect(arrived.forecast.map(({ horizonMs }) => horizonMs)).toEqual([1000, 6000, 12_000, 60_000, 120_000])
  sent.forecast.forEach(({ cpu, network }, at) => {
    expect(Math.abs((arrived.forecast[at]?.cpu.p90 ?? 0) - cpu.p90)).toBeLessThanOrEqual(0.25)
    expect((arrived.forecast[at]?.network.mean ?? 0) / network.mean).toBeCloseTo(1, 0)
  })
  expect(encodeFrame(arrived)).toEqual(bytes)
})

test('values out of range are clamped, not wrapped', () => {
  const wild = {
    ...frame(),
    sequence: 2 ** 40,
    queueLength: 9999,
    ownWorkSeconds: -4,
    errorRatio: { cpu: 99, memory: Number.NaN, network: 1 },
  }
  const arrived = decodeFrame(encodeFrame(wild))
  expect([arrived.sequence, arrived.queueLength, arrived.ownWorkSeconds]).toEqual([2 ** 32 - 1, 255, 0])
  expect(arrived.errorRatio.cpu).toBeCloseTo(4, 0)
})

test('any other bytes are refused by name or read as possible values', () => {
  const valid = encodeFrame(frame())
  const changed = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }).map((edits) => {
    const bytes = valid.slice()
    for (const [at, byte] of edits) bytes[at] = byte
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      try {
        for (const { cpu, memory } of decodeFrame(bytes).forecast) {
          for (const { mean, p90 } of [cpu, memory]) expect(mean >= 0 && p90 >= mean && p90 <= 100).toBe(true)
        }
      } catch (thrown) {
        if (!(thrown instanceof ShoalError)) throw thrown
        expect(thrown.code).toBe('SHOAL_MESSAGE_INVALID')
      }
    }),
    { numRuns: 1000 },
  )
})
