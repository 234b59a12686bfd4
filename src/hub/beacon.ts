/** What every hub tells all others a few times a second: that it lives, what it can do, and how loaded it will be. */
import type { ProfileEntry } from '../cost/profile.ts'
import type { HubId } from '../program/ref.ts'

export interface MetricPoint {
  readonly mean: number
  readonly p90: number
}

/** Forecast shares (0 to 1) of what others than shoal will use, at one horizon. */
export interface ForecastPoint {
  readonly horizonMs: number
  readonly cpu: MetricPoint
  readonly memory: MetricPoint
  /** Bytes per second. */
  readonly network: MetricPoint
}

export interface LoadReport {
  /** Measured shares now (network in bytes per second), own shards included. */
  readonly load: { readonly cpu: number; readonly memory: number; readonly network: number }
  readonly forecast: readonly ForecastPoint[]
  /** Rolling error of the own forecast against "later = now", per metric. */
  readonly forecastError: Readonly<Record<string, number>>
  /** Rolling share of outcomes within p90, per metric; missing where nothing is known against the promised 0.9. */
  readonly coverage?: Readonly<Record<string, number>>
  /** Rises with every report of one life: a beacon may repeat an old one. */
  readonly sequence?: number
}

/** Durations in a beacon are relative to its sending: hubs share no clock. */
export interface Beacon {
  readonly hub: HubId
  readonly boot: string
  /** Rises with every start of the hub; a beacon of an earlier life is stale. */
  readonly incarnation: number
  /** Rises with every beacon of one life. */
  readonly sequence: number
  /** True while the hub drains: it takes no more work. */
  readonly leaving: boolean
  readonly slots: number
  readonly cores: number
  readonly speed: number
  readonly compute: boolean
  readonly labels: Readonly<Record<string, string>>
  /** Per slot: milliseconds until it has done everything claimed for it. */
  readonly slotFreeInMs: readonly number[]
  readonly report: LoadReport
  /** Own experience with functions, a few at a time. */
  readonly profiles?: readonly ProfileEntry[]
}

export const noLoad: LoadReport = {
  load: { cpu: 0, memory: 0, network: 0 },
  forecast: [],
  forecastError: {},
}
