/** What user code and runtime are offered while a shard or the root runs. */
import type { RuntimeHost } from '../../decompose/runtime/contract.ts'
import { ShoalError } from '../../errors.ts'
import { sizes, slotLimits } from '../../limits.ts'
import type { VisitedSpot } from '../../program/report.ts'
import { type CheckpointOwner, openCheckpoint, sealCheckpoint } from '../checkpoint.ts'
import type { SettingFields } from '../message.ts'
import type { HubChannel } from './channel.ts'
import { CheckpointClock } from './checkpoint-clock.ts'
import { CoreWait } from './core-wait.ts'
import type { SeededRandom } from './random.ts'

/** The shard number under which a root reports. */
export const ROOT_SHARD = 0

/** Captured before the clock is frozen and user code can replace them. */
const now = performance.now.bind(performance)
const later = setImmediate
const coreWait = new CoreWait()

/** Monotonic milliseconds, the real ones. */
export function nowMs(): number {
  return now()
}

/** The run or root a host is for. */
export interface HostedRun {
  readonly id: number
  readonly setting: SettingFields
  /** -1 for a root. */
  readonly spot: number
}

/** One host per run; it moves from shard to shard. */
export class SlotHost implements RuntimeHost {
  readonly #channel: HubChannel
  readonly #random: SeededRandom
  readonly #id: number
  readonly #owner: CheckpointOwner
  readonly #checkpoints: CheckpointClock
  readonly #abort = new AbortController()
  readonly #beforeReport: () => void
  #shard = ROOT_SHARD
  #lastProgressMs = 0
  #lastTurnMs = now()
  #logBytes = 0
  #divideAfterMs = Number.POSITIVE_INFINITY
  #die: ((error: unknown) => void) | null = null

  /** `beforeReport` sends what must come before a checkpoint: the results of earlier shards. */
  constructor(channel: HubChannel, random: SeededRandom, run: HostedRun, beforeReport: () => void) {
    this.#channel = channel
    this.#random = random
    this.#id = run.id
    this.#owner = { job: run.setting.job, program: run.setting.program, spot: run.spot }
    this.#checkpoints = new CheckpointClock(now, run.setting.mtbfMs)
    this.#beforeReport = beforeReport
  }

  /** State to resume from, or null where there is none that fits: then the work starts from its input. */
  opened(sealed: Uint8Array | null): Uint8Array | null {
    if (sealed === null) return null
    try {
      return openCheckpoint(this.#owner, sealed)
    } catch (error) {
      if (!(error instanceof ShoalError)) throw error
      this.log(`${error.code}: ${error.message}`)
      return null
    }
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(): void {
    this.#abort.abort()
  }

  onUncaught(die: ((error: unknown) => void) | null): void {
    this.#die = die
  }

  /** Node tells of promises nobody waits for before it turns to what was put off until later. */
  told(): Promise<void> {
    return new Promise((resolve) => later(resolve))
  }

  /** An error that no caller sees. False where nobody dies of it: then it is for the hub. */
  uncaught(error: unknown): boolean {
    this.#die?.(error)
    return this.#die !== null
  }

  beginShard(shard: number, startMs: number): void {
    this.#shard = shard
    this.#checkpoints.begin(startMs)
    this.#lastProgressMs = startMs
  }

  seedRandom(seed: number, index: number): void {
    this.#random.seed(seed, index)
  }

  randomState(): readonly number[] {
    return this.#random.state()
  }

  restoreRandom(state: readonly number[]): void {
    this.#random.restore(state)
  }

  visited(spots: readonly VisitedSpot[]): void {
    if (spots.length > 0) this.#channel.send({ type: 'visited', id: this.#id, spots })
  }

  nowMs(): number {
    return now()
  }

  waitedMs(): number {
    return coreWait.totalMs()
  }

  progress(fraction: number): void {
    if (!(fraction >= 0 && fraction <= 1) || now() - this.#lastProgressMs < slotLimits.progressIntervalMs) return
    this.#lastProgressMs = now()
    this.#channel.send({ type: 'progress', id: this.#id, shard: this.#shard, fraction })
  }

  checkpointDue(): boolean {
    this.#channel.hear(now())
    return this.#checkpoints.isDue()
  }

  checkpoint(progress: number, state: Uint8Array): void {
    if (!this.#checkpoints.isDue()) return
    if (state.byteLength > sizes.checkpointBytesMax) {
      this.#checkpoints.taken()
      this.log(`checkpoint skipped: ${state.byteLength} bytes are more than ${sizes.checkpointBytesMax}`)
      return
    }
    this.#beforeReport()
    const sealed = sealCheckpoint(this.#owner, state)
    this.#channel.send({ type: 'checkpoint', id: this.#id, shard: this.#shard, progress, state: sealed })
    this.#checkpoints.taken()
  }

  /** Other hubs are idle from now on. */
  divide(afterMs: number): void {
    this.#divideAfterMs = afterMs
  }

  divideAfterMs(): number {
    return this.#divideAfterMs
  }

  /** The hub wants to move the shard: the next offer of a state is taken, however fresh the last one is. */
  wantCheckpoint(): void {
    this.#checkpoints.want()
  }

  turn(): Promise<void> | null {
    if (now() - this.#lastTurnMs < slotLimits.turnMs) return null
    return new Promise((resolve) =>
      later(() => {
        this.#lastTurnMs = now()
        resolve()
      }),
    )
  }

  log(text: string): void {
    for (const line of text.replace(/\n$/, '').split('\n')) {
      if (this.#logBytes > slotLimits.logBytesPerRunMax) return
      this.#logBytes += line.length + 1
      const dropped = this.#logBytes > slotLimits.logBytesPerRunMax
      const shown = dropped ? '[further output of this run is dropped]' : line.slice(0, sizes.logLineBytesMax)
      this.#channel.send({ type: 'log', id: this.#id, shard: this.#shard, line: shown })
    }
  }
}
