/** Main module of an isolate: what the slot calls in it. Its functions are all that is handed out. */
import './world.ts'

import type { BatchHost, LoadedProgram, RootCall, ShardCall } from '../../decompose/runtime/contract.ts'
import { slotLimits } from '../../limits.ts'
import type { Cut } from '../../program/family.ts'
import type { VisitedSpot } from '../../program/report.ts'
import type { RootInput, ShardWork, Spawn } from '../slots.ts'
import { GuestSignal } from './signal.ts'
import { afterTurn, connect, fire, type Outside, random, realNowMs, setting } from './world.ts'

/** A root's request, as it crosses. */
export interface GuestRoot {
  readonly input: RootInput
  readonly seed: number
  readonly chunks: number | null
  readonly recordedCuts: ReadonlyMap<number, Cut>
  readonly profile?: ReadonlyMap<number, number>
  readonly slots: number
  readonly audit: boolean
  readonly restored: Uint8Array | null
}

/** What the slot may call. */
export interface Guest {
  load(text: string, clockMs: number): void
  open(open: Omit<ShardCall, 'work'>): void
  shards(works: readonly ShardWork[], budgetMs: number): void
  root(call: GuestRoot): void
  deliver(family: number, outcomes: readonly Uint8Array[] | null): void
  slots(count: number): void
  abort(): void
  fire(timer: number): void
  /** A promise was rejected, and nobody waits for it. */
  uncaught(error: UncaughtText): void
}

/** An error as it left the isolate. */
export interface UncaughtText {
  readonly name: string
  readonly message: string
  readonly stack: string
}

const later = setImmediate

class GuestHost implements BatchHost {
  readonly signal = new GuestSignal() as unknown as AbortSignal & GuestSignal
  readonly #outside: Outside
  #lastTurnMs = 0
  #die: ((error: unknown) => void) | null = null

  constructor(outside: Outside) {
    this.#outside = outside
  }

  onUncaught(die: ((error: unknown) => void) | null): void {
    this.#die = die
  }

  /** The slot hears of promises nobody waits for when it gets back its turn. */
  told(): Promise<void> {
    return new Promise(afterTurn)
  }

  /** An error that no caller sees; false where nobody dies of it. */
  uncaught(error: unknown): boolean {
    this.#die?.(error)
    return this.#die !== null
  }

  beginShard(shard: number): void {
    setting.shard = shard
  }

  seedRandom(seed: number, index: number): void {
    random.seed(seed, index)
  }

  randomState(): readonly number[] {
    return random.state()
  }

  restoreRandom(state: readonly number[]): void {
    random.restore(state)
  }

  log(text: string): void {
    this.#outside.log(setting.shard, text)
  }

  progress(fraction: number): void {
    this.#outside.progress(setting.shard, fraction)
  }

  checkpoint(progress: number, state: Uint8Array): void {
    this.#outside.checkpoint(setting.shard, progress, state)
  }

  visited(spots: readonly VisitedSpot[]): void {
    this.#outside.visited(spots)
  }

  checkpointDue(): boolean {
    return this.#outside.due(setting.shard)
  }

  turn(): Promise<void> | null {
    if (realNowMs() - this.#lastTurnMs < slotLimits.turnMs) return null
    return new Promise((resolve) =>
      later(() => {
        this.#lastTurnMs = realNowMs()
        resolve()
      }),
    )
  }

  nowMs(): number {
    return this.#outside.nowMs()
  }

  divideAfterMs(): number {
    return this.#outside.divideAfterMs()
  }

  waitedMs(): number {
    return this.#outside.waitedMs()
  }
}

type Waiting = { readonly resolve: (outcomes: readonly Uint8Array[]) => void; readonly reject: (why: Error) => void }

export function startGuest(outside: Outside, loadGuest: (text: string) => LoadedProgram): Guest {
  connect(outside)
  // Each run has a host of its own: one that was cancelled must not be cancelled for the next.
  let host = new GuestHost(outside)
  const families = new Map<number, Waiting>()
  let program: LoadedProgram | null = null
  let run: Omit<ShardCall, 'work'> | null = null
  let liveSlots = 0

  const loaded = (): LoadedProgram => {
    if (program === null) throw new Error('no program is loaded')
    return program
  }

  const runAll = async (works: readonly ShardWork[], budgetMs: number): Promise<void> => {
    if (run === null) throw new Error('no run is open')
    const [own, mine] = [run, host]
    const outcomes: Uint8Array[] = []
    const endMs = realNowMs() + budgetMs
    for (const work of works) {
      if (outcomes.length > 0 && (realNowMs() >= endMs || mine.signal.aborted)) break
      mine.beginShard(work.index)
      outcomes.push(await loaded().runShard({ ...own, work }, mine))
    }
    sendOutcomes(outside, outcomes)
  }

  const spawn = (spawned: Spawn): Promise<readonly Uint8Array[]> =>
    new Promise((resolve, reject) => {
      families.set(spawned.sequence, { resolve, reject })
      outside.spawn(spawned)
    })

  const guarded = (running: Promise<void>): void => {
    running.catch((error: unknown) =>
      outside.failed(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    )
  }

  const runRoot = async (call: GuestRoot): Promise<void> => {
    liveSlots = call.slots
    const whole: RootCall = { ...call, slots: () => liveSlots, spawn }
    outside.ended(await loaded().runRoot(whole, host))
  }

  return {
    load(text, clockMs) {
      setting.clockMs = clockMs
      program = loadGuest(text)
    },
    open(open) {
      run = open
      host = new GuestHost(outside)
    },
    shards: (works, budgetMs) => guarded(runAll(works, budgetMs)),
    root: (call) => guarded(runRoot(call)),
    deliver(family, outcomes) {
      const waiting = families.get(family)
      families.delete(family)
      if (outcomes === null) waiting?.reject(new Error('the job was cancelled'))
      else waiting?.resolve(outcomes)
    },
    slots(count) {
      liveSlots = count
    },
    abort: () => host.signal.abort(),
    fire(timer) {
      try {
        fire(timer)
      } catch (error) {
        if (!host.uncaught(error)) throw error
      }
    },
    uncaught({ name, message, stack }) {
      const error = Object.assign(new Error(message), { stack })
      Object.defineProperty(error, 'name', { value: name, configurable: true, writable: true })
      if (!host.uncaught(error)) outside.failed(stack)
    },
  }
}

/** All outcomes in one piece of memory: one copy out instead of many. */
function sendOutcomes(outside: Outside, outcomes: readonly Uint8Array[]): void {
  const lengths = new Float64Array(outcomes.length)
  let size = 0
  for (let index = 0; index < outcomes.length; index++) {
    const length = outcomes[index]?.byteLength ?? 0
    lengths[index] = length
    size += length
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const outcome of outcomes) {
    bytes.set(outcome, at)
    at += outcome.byteLength
  }
  outside.outcomes(lengths, bytes)
}
