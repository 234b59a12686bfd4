/** Watches slots from outside: a shard's wall time and the process's memory. A slot cannot argue with either. */
import { slotLimits } from '../limits.ts'
import { residentBytes } from './usage.ts'

const TIMER_MS_MAX = 2 ** 31 - 1

/** Fires once when it was not restarted for `ms`, the hub's own naps not counted. */
export class Deadline {
  readonly #timer: NodeJS.Timeout
  #confirming: NodeJS.Timeout | null = null
  #stopped = false

  constructor(ms: number, fire: () => void) {
    this.#timer = setTimeout(
      () => {
        // After a suspended hub wakes, its timers come before the results that are already in the pipe.
        this.#confirming = setTimeout(() => {
          if (!this.#stopped) fire()
        }, slotLimits.deadlineConfirmMs)
      },
      Math.min(ms, TIMER_MS_MAX),
    )
  }

  restart(): void {
    if (this.#stopped) return
    if (this.#confirming !== null) clearTimeout(this.#confirming)
    this.#confirming = null
    this.#timer.refresh()
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    if (this.#confirming !== null) clearTimeout(this.#confirming)
  }
}

/** Its number may change once, when a jail tells which process runs the code. */
interface WatchedProcess {
  readonly pid: number
}

interface Watched {
  readonly bytesMax: number
  readonly exceeded: (bytes: number) => void
}

/** Polls the memory of busy slots; idle when there are none. */
export class MemoryWatchdog {
  readonly #watched = new Map<WatchedProcess, Watched>()
  #timer: NodeJS.Timeout | null = null

  /** Calls `exceeded` once when the process has more than `bytesMax` resident. Returns what ends the watch. */
  watch(process: WatchedProcess, bytesMax: number, exceeded: (bytes: number) => void): () => void {
    this.#watched.set(process, { bytesMax, exceeded })
    this.#timer ??= setInterval(() => this.#poll(), slotLimits.memoryPollMs)
    return () => this.#unwatch(process)
  }

  #poll(): void {
    for (const [process, { bytesMax, exceeded }] of [...this.#watched]) {
      const bytes = residentBytes(process.pid)
      if (bytes <= bytesMax) continue
      this.#unwatch(process)
      exceeded(bytes)
    }
  }

  #unwatch(process: WatchedProcess): void {
    this.#watched.delete(process)
    if (this.#watched.size > 0 || this.#timer === null) return
    clearInterval(this.#timer)
    this.#timer = null
  }
}
