/** Progress of a job: one line that rewrites itself on a terminal, a line now and then elsewhere. */
import type { JobSummary } from '../src/client/local-hub.ts'
import { showLimits } from '../src/limits.ts'

const ERASE = '\r\u001b[2K'

export interface ProgressTarget {
  readonly isTTY?: boolean
  write(text: string): unknown
}

export interface Progress {
  readonly summary: Pick<JobSummary, 'shards' | 'families'>
  readonly hubs: number
  readonly elapsedMs: number
}

/** One line: done and all shards, hubs, seconds; what went wrong on the way only when something did. */
export function progressText({ summary, hubs, elapsedMs }: Progress): string {
  const { done, total, resumed, migrated, speculated } = summary.shards
  const parts = [
    `${done}/${total} shards`,
    `${hubs} ${hubs === 1 ? 'hub' : 'hubs'}`,
    `${(elapsedMs / 1000).toFixed(1)} s`,
  ]
  if (resumed > 0) parts.push(`${resumed} resumed`)
  if (migrated > 0) parts.push(`${migrated} moved`)
  if (speculated > 0) parts.push(`${speculated} doubled`)
  return parts.join(' · ')
}

export class ProgressLine {
  readonly #target: ProgressTarget
  readonly #nowMs: () => number
  #shownMs = Number.NEGATIVE_INFINITY
  #isOpen = false

  /** @param nowMs any monotonic clock, in milliseconds. */
  constructor(target: ProgressTarget, nowMs: () => number = () => performance.now()) {
    this.#target = target
    this.#nowMs = nowMs
  }

  show(progress: Progress): void {
    const onTerminal = this.#target.isTTY === true
    const nowMs = this.#nowMs()
    if (this.#shownMs === Number.NEGATIVE_INFINITY && !onTerminal) this.#shownMs = nowMs
    if (nowMs - this.#shownMs < (onTerminal ? showLimits.redrawMs : showLimits.lineMs)) return
    this.#shownMs = nowMs
    this.#target.write(onTerminal ? `${ERASE}${progressText(progress)}` : `${progressText(progress)}\n`)
    this.#isOpen = onTerminal
  }

  /** Writes a whole line above the progress. */
  line(text: string): void {
    this.clear()
    this.#target.write(`${text}\n`)
  }

  clear(): void {
    if (this.#isOpen) this.#target.write(ERASE)
    this.#isOpen = false
    if (this.#target.isTTY === true) this.#shownMs = Number.NEGATIVE_INFINITY
  }
}
