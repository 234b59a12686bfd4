/** A hub's forecast as one small frame inside its beacon: shares in half percents, network in eighths of an octave. */
import { ShoalError } from '../errors.ts'
import type { ForecastPoint, LoadReport, MetricPoint } from '../hub/beacon.ts'

/** What a frame carries of a report: everything but the load now. */
export type ForecastFrame = Required<Omit<LoadReport, 'load'>>

type Metric = 'cpu' | 'memory' | 'network'

const metrics: readonly Metric[] = ['cpu', 'memory', 'network']
const frameVersion = 1
/** Horizons beyond these are left out. */
export const frameHorizonsMax = 5
const headerBytes = 6
const horizonBytes = 1 + 2 * metrics.length
const tailBytes = 2 * metrics.length
export const frameBytesMax = headerBytes + frameHorizonsMax * horizonBytes + tailBytes
const ratioUnits = 64
const coverageUnits = 255
const networkSteps = 8
/** Shares in half percents. */
const shareSteps = 200
const honestCoverage = 0.9

/** 47 bytes with five horizons. Values beyond what a field holds are clamped; a horizon is told in whole seconds. */
export function encodeFrame(report: Omit<LoadReport, 'load'>): Uint8Array {
  const horizons = report.forecast.slice(0, frameHorizonsMax)
  const bytes = new Uint8Array(headerBytes + horizons.length * horizonBytes + tailBytes)
  let at = headerBytes
  const byte = (value: number): void => {
    bytes[at++] = clamp(value, 0xff)
  }
  bytes[0] = frameVersion
  new DataView(bytes.buffer).setUint32(1, clamp(report.sequence ?? 0, 0xffffffff), true)
  bytes[5] = horizons.length
  for (const horizon of horizons) {
    byte(horizon.horizonMs / 1000)
    for (const metric of metrics) {
      byte(packLevel(metric, horizon[metric].mean))
      byte(packLevel(metric, horizon[metric].p90))
    }
  }
  for (const metric of metrics) {
    byte((report.forecastError[metric] ?? 1) * ratioUnits)
    byte((report.coverage?.[metric] ?? honestCoverage) * coverageUnits)
  }
  return bytes
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID for bytes that no hub sends. */
export function decodeFrame(bytes: Uint8Array): ForecastFrame {
  const count = bytes[headerBytes - 1] ?? Number.NaN
  const fits = count <= frameHorizonsMax && bytes.byteLength === headerBytes + count * horizonBytes + tailBytes
  if (!fits || bytes[0] !== frameVersion) throw invalidFrame()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tail = headerBytes + count * horizonBytes
  const forecast = Array.from({ length: count }, (_, at) => horizonAt(view, headerBytes + at * horizonBytes))
  const ascending = forecast.every(({ horizonMs }, at) => horizonMs > (forecast[at - 1]?.horizonMs ?? 0))
  const bounded = forecast.every((horizon) => metrics.every((metric) => horizon[metric].p90 >= horizon[metric].mean))
  if (!ascending || !bounded) throw invalidFrame()
  return {
    sequence: view.getUint32(1, true),
    forecast,
    forecastError: byMetric((at) => view.getUint8(tail + 2 * at) / ratioUnits),
    coverage: byMetric((at) => view.getUint8(tail + 2 * at + 1) / coverageUnits),
  }
}

function horizonAt(view: DataView, at: number): ForecastPoint {
  const point = (metric: Metric, index: number): MetricPoint => ({
    mean: unpackLevel(metric, view.getUint8(at + 1 + 2 * index)),
    p90: unpackLevel(metric, view.getUint8(at + 2 + 2 * index)),
  })
  const horizonMs = view.getUint8(at) * 1000
  return { horizonMs, cpu: point('cpu', 0), memory: point('memory', 1), network: point('network', 2) }
}

function byMetric(of: (at: number) => number): Record<Metric, number> {
  return { cpu: of(0), memory: of(1), network: of(2) }
}

function packLevel(metric: Metric, value: number): number {
  return metric === 'network' ? Math.log2(1 + Math.max(0, value)) * networkSteps : Math.min(value, 1) * shareSteps
}

function unpackLevel(metric: Metric, packed: number): number {
  return metric === 'network' ? 2 ** (packed / networkSteps) - 1 : Math.min(packed / shareSteps, 1)
}

function clamp(value: number, max: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), max) : 0
}

function invalidFrame(): ShoalError {
  return new ShoalError('SHOAL_MESSAGE_INVALID', 'a forecast frame is malformed', {
    next: 'run the same shoal version on all hubs',
  })
}
