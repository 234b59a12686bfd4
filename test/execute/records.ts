/** Requests whose programs are scripts, and listeners that remember what they were told. */
import { CHECKPOINT_HEAD_BYTES } from '../../src/execute/checkpoint.ts'
import type { RootListener, RootRequest, RunEnd, RunListener, RunRequest, Spawn } from '../../src/execute/slots.ts'
import type { VisitedSpot } from '../../src/program/report.ts'

export const MiB = 1024 * 1024
const limits = { shardDeadlineMs: 20_000, memoryBytesMax: 512 * MiB }

/** A run of shards `[first, first + shards)` whose program is the body of a function of `call`, `host` and `scope`. */
export function runOf(script: string, shards: number, over: Partial<RunRequest> & { first?: number } = {}): RunRequest {
  const { first = 0, ...rest } = over
  const works = Array.from({ length: shards }, (_, offset) => {
    const index = first + offset
    return { index, lo: index, hi: index + 1, input: null, parents: [], restored: null }
  })
  const setting = settingOf({ shard: script })
  return { setting, family: 'family', spot: 1, items: first + shards, shared: null, shards: works, limits, ...rest }
}

export function rootOf(script: string, over: Partial<RootRequest> = {}): RootRequest {
  const input = { kind: 'generated', scale: 7 } as const
  return {
    setting: settingOf({ root: script }),
    input,
    chunks: null,
    recordedCuts: new Map(),
    slots: 3,
    restored: null,
    limits,
    ...over,
  }
}

export function settingOf(scripts: { shard?: string; root?: string }, job = 'job'): RunRequest['setting'] {
  const text = JSON.stringify(scripts)
  return { job, program: { key: text, bytes: Buffer.from(text) }, seed: 42, clockMs: 1_700_000_000_000, audit: false }
}

/** Remembers all that a run tells, and complains about calls after `ended`. */
export class RunRecord implements RunListener {
  readonly values: unknown[] = []
  readonly frames: number[] = []
  readonly checkpoints: { shard: number; progress: number; state: Uint8Array; sealed: Uint8Array }[] = []
  readonly fractions: number[] = []
  readonly lines: string[] = []
  readonly #ended = Promise.withResolvers<RunEnd>()
  #over = false
  #next = -1

  get end(): Promise<RunEnd> {
    return this.#ended.promise
  }

  results(first: number, outcomes: readonly Uint8Array[]): void {
    this.#stillOn('results')
    if (this.#next >= 0 && first !== this.#next) throw new Error(`results from ${first}, expected ${this.#next}`)
    this.#next = first + outcomes.length
    this.frames.push(outcomes.length)
    this.values.push(...outcomes.map(readOutcome))
  }

  checkpoint(shard: number, progress: number, state: Uint8Array): void {
    this.#stillOn('checkpoint')
    this.checkpoints.push({ shard, progress, state: state.subarray(CHECKPOINT_HEAD_BYTES), sealed: state })
  }

  progress(_shard: number, fraction: number): void {
    this.#stillOn('progress')
    this.fractions.push(fraction)
  }

  log(shard: number, line: string): void {
    this.#stillOn('log')
    this.lines.push(`${shard}: ${line}`)
  }

  ended(end: RunEnd): void {
    this.#stillOn('ended')
    this.#over = true
    this.#ended.resolve(end)
  }

  #stillOn(what: string): void {
    if (this.#over) throw new Error(`${what} after ended`)
  }
}

/** Remembers all that a root tells; spawned families are shown to `onSpawn`. */
export class RootRecord implements RootListener {
  readonly lines: string[] = []
  readonly spawns: Spawn[] = []
  readonly busyness: boolean[] = []
  visitedSpots: readonly VisitedSpot[] = []
  readonly checkpoints: { progress: number; state: Uint8Array; sealed: Uint8Array }[] = []
  value: unknown = undefined
  readonly #ended = Promise.withResolvers<RunEnd>()
  readonly #onSpawn: (spawn: Spawn) => void

  constructor(onSpawn: (spawn: Spawn) => void = () => undefined) {
    this.#onSpawn = onSpawn
  }

  get end(): Promise<RunEnd> {
    return this.#ended.promise
  }

  spawned(spawn: Spawn): void {
    this.spawns.push(spawn)
    this.#onSpawn(spawn)
  }

  checkpoint(progress: number, state: Uint8Array): void {
    this.checkpoints.push({ progress, state: state.subarray(CHECKPOINT_HEAD_BYTES), sealed: state })
  }

  log(line: string): void {
    this.lines.push(line)
  }

  visited(spots: readonly VisitedSpot[]): void {
    this.visitedSpots = spots
  }

  busy(computing: boolean): void {
    this.busyness.push(computing)
  }

  outcome(bytes: Uint8Array): void {
    this.value = readOutcome(bytes)
  }

  ended(end: RunEnd): void {
    this.#ended.resolve(end)
  }
}

export function readOutcome(outcome: Uint8Array): unknown {
  return JSON.parse(Buffer.from(outcome).toString())
}

export function makeOutcome(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value))
}
