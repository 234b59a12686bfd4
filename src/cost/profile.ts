/** What is known about functions: how long one item takes, learned here and from other hubs. */
import { forecastLimits } from '../limits.ts'

/** One hub's experience with one function (its code hash). */
export interface ProfileEntry {
  readonly code: string
  /** Items seen. An entry with more items replaces one with fewer. */
  readonly count: number
  readonly meanMs: number
  readonly p90Ms: number
}

/** What all hubs together know about a function. */
export type FunctionProfile = Omit<ProfileEntry, 'code'>

/** Own measurements of one function: sums, and how often an item took how long, in steps of a quarter octave. */
interface Measured {
  count: number
  sumMs: number
  readonly byStep: Map<number, number>
}

const stepsPerOctave = 4
/** Quarter octaves from a microsecond to some twelve days. */
const stepMin = -10 * stepsPerOctave
const stepMax = 30 * stepsPerOctave
/** Beyond this many items the old ones are halved, so that a profile follows a change. */
const countMax = 100_000
const p90 = 0.9

export class FunctionProfiles {
  /** Least recently used first. */
  readonly #own = new Map<string, Measured>()
  readonly #others = new Map<string, Map<string, ProfileEntry>>()

  /** A run of `items` items of this function took `busyMs` milliseconds of CPU. */
  observe(code: string, items: number, busyMs: number): void {
    if (!(items > 0) || !(busyMs >= 0) || !Number.isFinite(busyMs) || !Number.isFinite(items)) return
    const measured = this.#own.get(code) ?? { count: 0, sumMs: 0, byStep: new Map() }
    const step = stepOf(busyMs / items)
    measured.count += items
    measured.sumMs += busyMs
    measured.byStep.set(step, (measured.byStep.get(step) ?? 0) + items)
    if (measured.count > countMax) halve(measured)
    renew(this.#own, code, measured)
  }

  /** What is known of a function, by all hubs weighted by their counts; null when it has never been seen. */
  of(code: string): FunctionProfile | null {
    const own = this.#ownEntry(code)
    const entries = [...(this.#others.get(code)?.values() ?? []), ...(own === null ? [] : [own])]
    const count = entries.reduce((sum, entry) => sum + entry.count, 0)
    if (count === 0) return null
    const weighted = (of: (entry: ProfileEntry) => number): number =>
      entries.reduce((sum, entry) => sum + of(entry) * (entry.count / count), 0)
    return { count, meanMs: weighted(({ meanMs }) => meanMs), p90Ms: weighted(({ p90Ms }) => p90Ms) }
  }

  /** Functions of which this hub has own experience. */
  get ownCount(): number {
    return this.#own.size
  }

  /** Own experience, for gossip: at most `entriesMax`, the most recently used function first, after leaving out the first `skipped`. */
  own(entriesMax: number, skipped = 0): ProfileEntry[] {
    const codes = [...this.#own.keys()].reverse().slice(skipped, skipped + entriesMax)
    return codes.map((code) => this.#ownEntry(code)).filter((entry) => entry !== null)
  }

  /** Takes in another hub's own experience. Idempotent, and order does not matter: the larger count wins. */
  merge(hub: string, entries: readonly ProfileEntry[]): void {
    for (const entry of entries.slice(0, forecastLimits.profilesMax)) {
      if (!isSound(entry)) continue
      const byHub = this.#others.get(entry.code) ?? new Map<string, ProfileEntry>()
      const before = byHub.get(hub)
      if (before !== undefined && !supersedes(entry, before)) continue
      const { code, count, meanMs, p90Ms } = entry
      byHub.set(hub, { code, count, meanMs, p90Ms })
      dropOldest(byHub, forecastLimits.profileHubsMax)
      renew(this.#others, code, byHub)
    }
  }

  #ownEntry(code: string): ProfileEntry | null {
    const measured = this.#own.get(code)
    if (measured === undefined) return null
    const { count, sumMs, byStep } = measured
    return { code, count, meanMs: sumMs / count, p90Ms: quantile(byStep, count) }
  }
}

function supersedes(entry: ProfileEntry, before: ProfileEntry): boolean {
  if (entry.count !== before.count) return entry.count > before.count
  return entry.meanMs > before.meanMs || (entry.meanMs === before.meanMs && entry.p90Ms > before.p90Ms)
}

function isSound({ code, count, meanMs, p90Ms }: ProfileEntry): boolean {
  const numbers = [count, meanMs, p90Ms].every((value) => Number.isFinite(value) && value >= 0)
  return (
    numbers &&
    count > 0 &&
    count <= countMax &&
    meanMs <= itemMsMax &&
    p90Ms <= itemMsMax &&
    code.length > 0 &&
    code.length <= codeLengthMax
  )
}

const codeLengthMax = 128
/** No item takes a year. */
const itemMsMax = 3.2e10

function stepOf(itemMs: number): number {
  const step = Math.round(Math.log2(itemMs) * stepsPerOctave)
  return Math.min(Math.max(step, stepMin), stepMax)
}

function quantile(byStep: ReadonlyMap<number, number>, count: number): number {
  let below = 0
  const steps = [...byStep.keys()].sort((one, other) => one - other)
  for (const step of steps) {
    below += byStep.get(step) ?? 0
    if (below >= p90 * count) return 2 ** (step / stepsPerOctave)
  }
  return 0
}

function halve(measured: Measured): void {
  measured.sumMs /= 2
  measured.count = 0
  for (const [step, items] of measured.byStep) {
    measured.byStep.set(step, items / 2)
    measured.count += items / 2
  }
}

/** Moves an entry to the end of its map, the most recently used place, and drops the least recently used. */
function renew<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
  dropOldest(map, forecastLimits.profilesMax)
}

function dropOldest<Value>(map: Map<string, Value>, entriesMax: number): void {
  for (const key of map.keys()) {
    if (map.size <= entriesMax) return
    map.delete(key)
  }
}
