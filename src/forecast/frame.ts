/** A hub's forecast as one small gossip frame: percent in half points, network in eighths of an octave. */
import { ShoalError } from '../errors.ts'
import type { MixedForecast } from './horizon-mixture.ts'
import { type LoadForecast, type Metric, metrics } from './load-forecaster.ts'

export interface ForecastFrame {
  readonly sequence: number
  /** Seconds since some start of the sender; receivers use differences. */
  readonly timeSeconds: number
  readonly cores: number
  /** At most {@link horizonsMax}; horizons in whole seconds. */
  readonly forecast: readonly LoadForecast[]
  readonly errorRatio: Readonly<Record<Metric, number>>
  readonly coverage: Readonly<Record<Metric, number>>
  /** CPU seconds of own work still to do. */
  readonly ownWorkSeconds: number
  readonly queueLength: number
}

const frameVersion = 1
export const horizonsMax = 5
const headerBytes = 11
const horizonBytes = 1 + 2 * metrics.length
const tailBytes = 2 * metrics.length + 3
const ratioUnits = 64
const coverageUnits = 255
const networkSteps = 8

/** Values beyond what a field holds are clamped. At most 63 bytes. */
export function encodeFrame(frame: ForecastFrame): Uint8Array {
  const horizons = frame.forecast.slice(0, horizonsMax)
  const bytes = new Uint8Array(headerBytes + horizons.length * horizonBytes + tailBytes)
  const view = new DataView(bytes.buffer)
  let at = 0
  const byte = (value: number): void => view.setUint8(at++, clamp(value, 0xff))
  const number = (value: number, size: 2 | 4): void => {
    if (size === 2) view.setUint16(at, clamp(value, 0xffff), true)
    else view.setUint32(at, clamp(value, 0xffffffff), true)
    at += size
  }
  byte(frameVersion)
  number(frame.sequence, 4)
  number(frame.timeSeconds, 4)
  byte(frame.cores)
  byte(horizons.length)
  for (const horizon of horizons) {
    byte(horizon.horizonMs / 1000)
    for (const metric of metrics) {
      byte(packLevel(metric, horizon[metric].mean))
      byte(packLevel(metric, horizon[metric].p90))
    }
  }
  for (const metric of metrics) {
    byte(frame.errorRatio[metric] * ratioUnits)
    byte(frame.coverage[metric] * coverageUnits)
  }
  number(frame.ownWorkSeconds, 2)
  byte(frame.queueLength)
  return bytes
}

/** @throws ShoalError SHOAL_MESSAGE_INVALID for bytes that no hub sends. */
export function decodeFrame(bytes: Uint8Array): ForecastFrame {
  const count = bytes[headerBytes - 1] ?? Number.NaN
  const fits = count <= horizonsMax && bytes.byteLength === headerBytes + count * horizonBytes + tailBytes
  if (!fits || bytes[0] !== frameVersion) throw invalidFrame()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const tail = headerBytes + count * horizonBytes
  const forecast = Array.from({ length: count }, (_, at) => horizonAt(view, headerBytes + at * horizonBytes))
  const ascending = forecast.every(({ horizonMs }, at) => horizonMs > (forecast[at - 1]?.horizonMs ?? 0))
  const honest = forecast.every((horizon) => metrics.every((metric) => horizon[metric].p90 >= horizon[metric].mean))
  if (!ascending || !honest) throw invalidFrame()
  return {
    sequence: view.getUint32(1, true),
    timeSeconds: view.getUint32(5, true),
    cores: view.getUint8(9),
    forecast,
    errorRatio: byMetric((at) => view.getUint8(tail + 2 * at) / ratioUnits),
    coverage: byMetric((at) => view.getUint8(tail + 2 * at + 1) / coverageUnits),
    ownWorkSeconds: view.getUint16(tail + 2 * metrics.length, true),
    queueLength: view.getUint8(tail + 2 * metrics.length + 2),
  }
}

function horizonAt(view: DataView, at: number): LoadForecast {
  const levels = (index: number): MixedForecast => ({
    mean: unpackLevel(metrics[index] ?? 'cpu', view.getUint8(at + 1 + 2 * index)),
    p90: unpackLevel(metrics[index] ?? 'cpu', view.getUint8(at + 2 + 2 * index)),
  })
  return { horizonMs: view.getUint8(at) * 1000, cpu: levels(0), memory: levels(1), network: levels(2) }
}

function byMetric(of: (at: number) => number): Record<Metric, number> {
  return { cpu: of(0), memory: of(1), network: of(2) }
}

function packLevel(metric: Metric, value: number): number {
  return metric === 'network' ? Math.log2(1 + Math.max(0, value)) * networkSteps : Math.min(value, 100) * 2
}

function unpackLevel(metric: Metric, packed: number): number {
  return metric === 'network' ? 2 ** (packed / networkSteps) - 1 : Math.min(packed / 2, 100)
}

function clamp(value: number, max: number): number {
  return Number.isFinite(value) ? Math.min(Math.max(Math.round(value), 0), max) : 0
}

function invalidFrame(): ShoalError {
  return new ShoalError('SHOAL_MESSAGE_INVALID', 'a forecast frame is malformed', {
    next: 'update the hub that sent it; its forecasts are ignored meanwhile',
  })
}
