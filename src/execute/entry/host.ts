/** What user code and runtime are offered while a shard or the root runs. */
import type { RuntimeHost } from '../../decompose/runtime/contract.ts'
import { sizes, slotLimits } from '../../limits.ts'
import type { VisitedSpot } from '../../program/report.ts'
import type { HubChannel } from './channel.ts'
import type { SeededRandom } from './random.ts'

/** The shard number under which a root reports. */
export const ROOT_SHARD = 0

/** Captured before the clock is frozen and user code can replace them. */
const now = performance.now.bind(performance)
const later = setImmediate

/** Monotonic milliseconds, the real ones. */
export function nowMs(): number {
  return now()
}

/** One host per run; it moves from shard to shard. */
export class SlotHost implements RuntimeHost {
  readonly #channel: HubChannel
  readonly #random: SeededRandom
  readonly #id: number
  readonly #abort = new AbortController()
  readonly #beforeReport: () => void
  #shard = ROOT_SHARD
  #lastCheckpointMs = 0
  #lastProgressMs = 0
  #lastTurnMs = now()
  #isCheckpointWanted = false
  #logBytes = 0

  /** `beforeReport` sends what must come before a checkpoint: the results of earlier shards. */
  constructor(channel: HubChannel, random: SeededRandom, id: number, beforeReport: () => void) {
    this.#channel = channel
    this.#random = random
    this.#id = id
    this.#beforeReport = beforeReport
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(): void {
    this.#abort.abort()
  }

  beginShard(shard: number, startMs: number): void {
    this.#shard = shard
    this.#isCheckpointWanted = false
    this.#lastCheckpointMs = startMs
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

  progress(fraction: number): void {
    if (!(fraction >= 0 && fraction <= 1) || now() - this.#lastProgressMs < slotLimits.progressIntervalMs) return
    this.#lastProgressMs = now()
    this.#channel.send({ type: 'progress', id: this.#id, shard: this.#shard, fraction })
  }

  checkpointDue(): boolean {
    return this.#isCheckpointWanted || now() - this.#lastCheckpointMs >= slotLimits.checkpointIntervalMs
  }

  checkpoint(progress: number, state: Uint8Array): void {
    if (!this.checkpointDue()) return
    this.#isCheckpointWanted = false
    this.#lastCheckpointMs = now()
    if (state.byteLength > sizes.checkpointBytesMax) {
      this.log(`checkpoint skipped: ${state.byteLength} bytes are more than ${sizes.checkpointBytesMax}`)
      return
    }
    this.#beforeReport()
    this.#channel.send({ type: 'checkpoint', id: this.#id, shard: this.#shard, progress, state })
  }

  /** The hub wants to move the shard: the next offer of a state is taken, however fresh the last one is. */
  wantCheckpoint(): void {
    this.#isCheckpointWanted = true
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
