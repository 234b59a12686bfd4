/** Forecast frames: small, close to what went in, and safe against any bytes. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShoalError } from '../../src/errors.ts'
import type { ForecastPoint } from '../../src/hub/beacon.ts'
import { decodeFrame, encodeFrame, type ForecastFrame, frameBytesMax } from '../../src/wire/forecast-frame.ts'

const share = fc.double({ min: 0, max: 1, noNaN: true })
const bounded = (value: fc.Arbitrary<number>) =>
  fc.tuple(value, value).map(([one, other]) => ({ mean: Math.min(one, other), p90: Math.max(one, other) }))
const point = fc.record({
  cpu: bounded(share),
  memory: bounded(share),
  network: bounded(fc.double({ min: 0, max: 1e9, noNaN: true })),
})
const ratios = fc.record({ cpu: share, memory: share, network: share })
const frames: fc.Arbitrary<ForecastFrame> = fc.record({
  sequence: fc.nat(),
  forecast: fc
    .tuple(fc.uniqueArray(fc.integer({ min: 1, max: 255 }), { maxLength: 5 }), fc.array(point, { minLength: 5 }))
    .map(([seconds, points]) =>
      seconds
        .sort((one, other) => one - other)
        .map((second, at): ForecastPoint => ({ horizonMs: 1000 * second, ...(points[at] ?? fail()) })),
    ),
  forecastError: ratios,
  coverage: ratios,
})

function fail(): never {
  throw new Error('too few points were drawn')
}

test('a frame fits into 55 bytes and arrives within its steps', () => {
  fc.assert(
    fc.property(frames, (sent) => {
      const bytes = encodeFrame(sent)
      expect(bytes.byteLength).toBeLessThanOrEqual(Math.min(55, frameBytesMax))
      const arrived = decodeFrame(bytes)
      expect(arrived.sequence).toBe(sent.sequence)
      expect(arrived.forecast.map(({ horizonMs }) => horizonMs)).toEqual(
        sent.forecast.map(({ horizonMs }) => horizonMs),
      )
      sent.forecast.forEach(({ cpu, network }, at) => {
        expect(Math.abs((arrived.forecast[at]?.cpu.p90 ?? 0) - cpu.p90)).toBeLessThanOrEqual(0.0025001)
        expect((1 + (arrived.forecast[at]?.network.mean ?? 0)) / (1 + network.mean)).toBeCloseTo(1, 0)
      })
      expect(Math.abs((arrived.coverage.cpu ?? 0) - (sent.coverage.cpu ?? 0))).toBeLessThanOrEqual(0.0020001)
    }),
  )
})

test('to pack what arrived gives the same bytes', () => {
  fc.assert(
    fc.property(frames, (sent) => {
      const bytes = encodeFrame(sent)
      expect(encodeFrame(decodeFrame(bytes))).toEqual(bytes)
    }),
  )
})

test('values out of range are clamped, not wrapped, and horizons beyond five left out', () => {
  const wild = { mean: -4, p90: 9 }
  const far = Array.from({ length: 9 }, (_, at) => ({
    horizonMs: 1000 * (at + 1),
    cpu: wild,
    memory: { mean: Number.NaN, p90: 0.5 },
    network: { mean: 0, p90: 1e300 },
  }))
  const arrived = decodeFrame(
    encodeFrame({ sequence: 2 ** 40, forecast: far, forecastError: { cpu: 99, memory: Number.NaN, network: 1 } }),
  )
  expect(arrived.sequence).toBe(2 ** 32 - 1)
  expect(arrived.forecast).toHaveLength(5)
  expect(arrived.forecast[0]).toMatchObject({ cpu: { mean: 0, p90: 1 }, memory: { mean: 0, p90: 0.5 } })
  expect(arrived.forecastError.cpu).toBeCloseTo(4, 0)
  expect(arrived.coverage.cpu).toBeCloseTo(0.9, 1)
})

test('any other bytes are refused by name or read as possible values', () => {
  const valid = encodeFrame(fc.sample(frames, { seed: 3, numRuns: 1 })[0] ?? fail())
  const changed = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 5 }).map((edits) => {
    const bytes = valid.slice()
    for (const [at, byte] of edits) bytes[at] = byte
    return bytes
  })
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 80 })), (bytes) => {
      try {
        for (const { cpu, memory } of decodeFrame(bytes).forecast) {
          for (const { mean, p90 } of [cpu, memory]) expect(mean >= 0 && p90 >= mean && p90 <= 1).toBe(true)
        }
      } catch (thrown) {
        if (!(thrown instanceof ShoalError)) throw thrown
        expect(thrown.code).toBe('SHOAL_MESSAGE_INVALID')
      }
    }),
    { numRuns: 1000 },
  )
})
