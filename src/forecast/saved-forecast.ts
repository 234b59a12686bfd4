/** What a forecast leaves to its next life: the last samples and the trained nets, read back with suspicion. */
import * as v from 'valibot'
import { forecastLimits } from '../limits.ts'
import { type Load, metrics } from './load-forecaster.ts'
import type { TrainedNet } from './net/net-expert.ts'

export interface SavedForecast {
  /** The rest of the machine, one sample per period, oldest first. */
  readonly samples: readonly Load[]
  /** By the place of the net in the forecaster; null for one that was never trained. */
  readonly nets: readonly (TrainedNet | null)[]
}

const savedVersion = 1

const finite = v.pipe(v.number(), v.finite())
const level = v.pipe(finite, v.minValue(0))
const series = v.pipe(v.array(level), v.maxLength(forecastLimits.samplesKept))
const weight = v.pipe(finite, v.minValue(-forecastLimits.weightMax), v.maxValue(forecastLimits.weightMax))
const row = v.pipe(v.array(weight), v.maxLength(forecastLimits.netWidthMax))
const layer = v.object({ biases: row, weights: v.pipe(v.array(row), v.maxLength(forecastLimits.netWidthMax)) })
const net = v.object({
  weights: v.object({
    inputs: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(forecastLimits.netWidthMax)),
    layers: v.pipe(v.array(layer), v.maxLength(4)),
  }),
  scales: v.pipe(v.array(v.pipe(level, v.maxValue(1e15))), v.maxLength(forecastLimits.backtestHorizonsMax)),
})
const saved = v.object({
  version: v.literal(savedVersion),
  savedMs: finite,
  cpu: series,
  memory: series,
  network: series,
  nets: v.pipe(v.array(v.nullable(net)), v.maxLength(forecastLimits.savedNetsMax)),
})

/** @param nowMs Unix milliseconds. */
export function encodeSaved({ samples, nets }: SavedForecast, nowMs: number): string {
  const column = (metric: keyof Load): number[] => samples.map((load) => Number(load[metric].toFixed(2)))
  const columns = Object.fromEntries(metrics.map((metric) => [metric, column(metric)]))
  return JSON.stringify({ version: savedVersion, savedMs: nowMs, ...columns, nets })
}

/**
 * Reads what an earlier life left. Samples older than {@link forecastLimits.savedFreshMs} are left out: the machine has moved on.
 * @returns null for anything that no hub wrote.
 */
export function decodeSaved(text: string, nowMs: number): SavedForecast | null {
  if (text.length > forecastLimits.savedBytesMax) return null
  const parsed = v.safeParse(saved, parseJson(text))
  if (!parsed.success) return null
  const { savedMs, cpu, memory, network, nets } = parsed.output
  const ageMs = nowMs - savedMs
  const isFresh = ageMs >= 0 && ageMs <= forecastLimits.savedFreshMs
  if (cpu.length !== memory.length || cpu.length !== network.length) return null
  const samples = cpu.map((value, at) => ({ cpu: value, memory: memory[at] ?? 0, network: network[at] ?? 0 }))
  return { samples: isFresh ? samples : [], nets }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
