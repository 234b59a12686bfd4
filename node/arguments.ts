/** The parsed words of a command line, read with their meaning: numbers, durations, folders. */
import { ShoalError } from '../src/errors.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }

export class Arguments {
  readonly #verb: string
  readonly #named: ReadonlyMap<string, string | boolean>
  readonly #repeated: ReadonlyMap<string, readonly string[]>
  readonly #read = new Set<string>()

  constructor(
    verb: string,
    named: ReadonlyMap<string, string | boolean>,
    repeated: ReadonlyMap<string, readonly string[]> = new Map(),
  ) {
    this.#verb = verb
    this.#named = named
    this.#repeated = repeated
  }

  text(name: string): string | undefined {
    const value = this.#get(name)
    return typeof value === 'string' ? value : undefined
  }

  /** A positional that the verb declares as required. */
  required(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw this.#wrong(name, 'is missing')
    return value
  }

  flag(name: string): boolean {
    return this.#get(name) === true
  }

  /** Whether a flag that is on by default was turned off with `--no-NAME`. */
  isOff(name: string): boolean {
    return this.#get(name) === false
  }

  /** What was given and never asked for: options of the verb that mean nothing beside the others. */
  unread(): readonly string[] {
    return [...this.#named.keys(), ...this.#repeated.keys()].filter((name) => !this.#read.has(name))
  }

  list(name: string): readonly string[] {
    this.#read.add(name)
    return this.#repeated.get(name) ?? []
  }

  /** A whole number within bounds, both included. */
  whole(name: string, min: number, max: number): number | undefined {
    const value = this.number(name)
    if (value === undefined) return undefined
    if (!Number.isInteger(value) || value < min || value > max) {
      throw this.#wrong(name, `must be a whole number from ${min} to ${max}`)
    }
    return value
  }

  number(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const value = Number(text)
    if (text.trim() === '' || !Number.isFinite(value)) throw this.#wrong(name, `is no number: ${JSON.stringify(text)}`)
    return value
  }

  /** A duration such as `500ms`, `8s`, `1h`, in milliseconds; a bare number means seconds. */
  durationMs(name: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const ms = parseDurationMs(text)
    if (ms === null) throw this.#wrong(name, `is no duration such as 500ms, 8s or 1h: ${JSON.stringify(text)}`)
    return ms
  }

  #get(name: string): string | boolean | undefined {
    this.#read.add(name)
    return this.#named.get(name)
  }

  #wrong(name: string, why: string): ShoalError {
    const shown = this.#named.has(name) && this.#named.get(name) !== undefined ? `--${name}` : name
    return new ShoalError('SHOAL_USAGE', `${this.#verb}: ${shown} ${why}`, { next: `shoal ${this.#verb} --help` })
  }
}

/** A duration such as `500ms`, `8s`, `1h`, in milliseconds; a bare number means seconds; null for anything else. */
export function parseDurationMs(text: string): number | null {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text) ?? []
  const ms = Math.round(Number(amount) * (unitMs[unit] ?? Number.NaN))
  return ms >= 1 ? ms : null
}
