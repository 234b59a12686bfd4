/** Follows a job list sample by sample: which job runs now, how far it is, and what its earlier runs looked like. */
import { forecastLimits } from '../limits.ts'
import type { History } from './history.ts'

/** A run of a job by sample numbers: it has samples `[first, end)`; runs of one kind behave alike. */
export interface JobSpan {
  readonly first: number
  readonly end: number
  readonly kind: string
}

export class JobRuns {
  readonly #spans: readonly JobSpan[]
  /** Samples of completed runs, oldest first: by kind, and by what kinds have in common in front. */
  readonly #runs = new Map<string, Float64Array[]>()
  readonly #running: number[] = []
  /** Index of the present span: the first that has not ended. */
  #present = 0
  #observed = 0

  /** @param spans in order of time. Of a span that has not ended only the kind and the beginning are believed. */
  constructor(spans: readonly JobSpan[]) {
    this.#spans = spans
  }

  /** A sample has been pushed to the history. Told again about the same sample it does nothing. */
  observe(history: History): void {
    if (history.count === this.#observed) return
    this.#observed = history.count
    const now = history.count - 1
    for (let span = this.#spans[this.#present]; span !== undefined && span.end <= now; ) {
      this.#learn(span.kind)
      span = this.#spans[++this.#present]
    }
    const span = this.#spans[this.#present]
    if (span !== undefined && span.first <= now) this.#running.push(history.ago(0))
  }

  /** The samples of the present run so far; empty between runs. */
  get running(): readonly number[] {
    return this.#running
  }

  /** Earlier runs of the present job's kind. */
  own(): readonly Float64Array[] {
    return this.#of(this.#spans[this.#present]?.kind)
  }

  /** Earlier runs of the job that comes after the present one, or of its nearest kin. */
  next(): readonly Float64Array[] {
    const kind = this.#spans[this.#present + 1]?.kind
    return kind === undefined ? [] : this.#nearest([kind, ...relatives(kind)])
  }

  /** Earlier runs of the nearest kin of the present job: kinds that share the most parts of the name in front. */
  kin(): readonly Float64Array[] {
    const kind = this.#spans[this.#present]?.kind
    return kind === undefined ? [] : this.#nearest(relatives(kind))
  }

  #nearest(names: readonly string[]): readonly Float64Array[] {
    return names.map((name) => this.#of(name)).find(({ length }) => length > 0) ?? []
  }

  #of(name: string | undefined): readonly Float64Array[] {
    return name === undefined ? [] : (this.#runs.get(name) ?? [])
  }

  #learn(kind: string): void {
    const samples = Float64Array.from(this.#running)
    this.#running.length = 0
    if (samples.length === 0) return
    for (const name of [kind, ...relatives(kind)]) {
      const runs = this.#runs.get(name) ?? []
      runs.push(samples)
      if (runs.length > forecastLimits.jobRunsKept) runs.shift()
      this.#runs.set(name, runs)
    }
  }
}

/** `a_b_c` is akin to everything that begins with `a_b_`, then with `a_`, then to every job. */
function relatives(kind: string): string[] {
  const parts = kind.split('_')
  return parts.map((_, dropped) => `${parts.slice(0, parts.length - 1 - dropped).join('_')}_*`)
}
